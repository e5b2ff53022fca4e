"""Logins by OpenID Connect against a real provider on the loopback: what is right goes through, every lie is refused."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select, update

from app.gateways import openid
from app.gateways.pace import Pace
from app.models.accounts import Hat, LoginEvent, Person
from app.models.logins import IdentityLink, IdentityProvider, LoginAttempt
from app.models.messages import Outbox
from app.models.review import ReviewEvent
from app.models.sessions import LoginSession
from app.views import openid as openid_view
from tests.review.samples import resident_id
from tests.views.openid_server import SECRET, Provider, running
from tests.views.people import PASSWORD, account, browser, unit

NUMBER = resident_id(881)


@pytest.fixture(scope="module")
def server():
    with running() as provider:
        yield provider


@pytest.fixture(autouse=True)
def own_pace(app, monkeypatch):
    """Counters of this test alone."""
    monkeypatch.setitem(app.extensions, "pace", Pace())


@pytest.fixture
def elsewhere(server) -> Provider:
    openid.forget()
    server.lies, server.person = {}, {"sub": "p-1", "name": "张测试", "id_number": NUMBER}
    yield server
    openid.forget()


@pytest.fixture
def provider(session, elsewhere):
    row = IdentityProvider(
        code="province", name_zh="省统一身份认证", name_en="Provincial login", issuer=elsewhere.url, client_id="gongjiu",
        client_secret=SECRET, level=3,
    )  # fmt: skip
    session.add(row)
    session.commit()
    return row


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args, **_kw):
        return None


def away(client, path: str = "/openid/start/province") -> str:
    """To the provider and back: the address of the callback, as the browser would be sent there."""
    there = client.get(path)
    assert there.status_code == 302, there.text
    address = there.location
    if address == "/openid/":  # logged in: from one's own page only, by its button
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)[1]
        page = client.post(path, data={"csrf_token": csrf})
        assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
        address = unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)[1])
    try:
        urllib.request.build_opener(_Stay()).open(address)
    except urllib.error.HTTPError as redirect:
        with redirect:
            parts = urlsplit(redirect.headers["Location"])
            return f"{parts.path}?{parts.query}"
    raise AssertionError("the provider did not send us back")


def person(app, session, *, number: str | None = NUMBER, role: str = "seeker", proven: bool = True, **place):
    name, account_id, _hat = account(app, session, role, **place)
    row = Person(account_id=account_id, real_name="张测试")
    if number and proven:
        row.set_id_number(number)
    elif number:
        row.id_number = number
    session.add(row)
    session.commit()
    return name, account_id


def linked(session, provider, account_id: int) -> None:
    session.add(IdentityLink(provider_id=provider.id, subject="p-1", account_id=account_id))
    session.commit()


def logged_in(session, account_id: int) -> list[LoginSession]:
    return list(session.scalars(select(LoginSession).where(LoginSession.account_id == account_id)))


def test_the_login_page_offers_it_beside_the_password(app, session, provider):
    page = app.test_client().get("/login/?lang=en").text
    assert "Provincial login" in page and 'name="password"' in page
    provider.active = False
    session.commit()
    assert "Provincial login" not in app.test_client().get("/login/?lang=en").text
    assert app.test_client().get("/openid/start/province").status_code == 404


def test_whoever_is_linked_is_logged_in_and_the_level_rises(app, session, provider):
    _name, account_id = person(app, session)
    linked(session, provider, account_id)
    client = app.test_client()
    answer = client.get(away(client, "/openid/start/province?next=/messageview/list/"))
    assert (answer.status_code, answer.location) == (302, "/messageview/list/")
    assert client.get("/").status_code == 200
    assert len(logged_in(session, account_id)) == 1
    assert session.scalars(select(LoginEvent.outcome).where(LoginEvent.account_id == account_id)).all() == ["ok"]
    session.expire_all()
    assert session.get_one(Person, account_id).identity_level == 3
    raised = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "level_raised")).one()
    assert raised.subject_id == account_id and NUMBER not in raised.body


def test_a_login_by_others_counts_as_a_login(app, session, provider):
    _name, account_id = person(app, session)
    linked(session, provider, account_id)
    client = app.test_client()
    client.get(away(client))
    session.expire_all()
    user = app.extensions["appbuilder"].sm.get_user_by_id(account_id)
    assert user.last_login is not None and user.login_count == 1


def test_nobody_is_sent_to_link_an_account_by_another_site(app, session, provider):
    who = browser(app, session, "seeker")
    assert who.get("/openid/start/province").location == "/openid/"
    assert who.client.post("/openid/start/province").status_code == 400, "without the token of a page"
    assert session.scalars(select(LoginAttempt.id)).all() == []


def test_the_ways_to_a_provider_have_a_pace(app, session, provider, monkeypatch):
    monkeypatch.setattr(openid_view, "STARTS", 2)
    from_one = {"REMOTE_ADDR": "2001:db8::1"}, {"REMOTE_ADDR": "2001:db8::2"}
    answers = [app.test_client().get("/openid/start/province", environ_overrides=from_one[n % 2]) for n in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    other = {"REMOTE_ADDR": "192.0.2.1"}
    assert app.test_client().get("/openid/start/province", environ_overrides=other).status_code == 302
    assert len(session.scalars(select(LoginAttempt.id)).all()) == 3


def test_we_ask_with_state_nonce_and_pkce(app, session, provider):
    asked = parse_qs(urlsplit(app.test_client().get("/openid/start/province").location).query)
    attempt = session.scalars(select(LoginAttempt)).one()
    assert asked["code_challenge_method"] == ["S256"] and asked["response_type"] == ["code"]
    assert asked["code_challenge"] == [openid.challenge(attempt.verifier)] and asked["nonce"] == [attempt.nonce]
    assert asked["state"][0] not in attempt.state_hash


LIES = {
    "wrong issuer": {"iss": "https://id.example.cn"},
    "wrong audience": {"aud": "somebody-else"},
    "two audiences, not for us": {"aud": ["gongjiu", "other"], "azp": "other"},
    "wrong nonce": {"nonce": "another"},
    "no nonce": {"nonce": ""},
    "expired": {"exp": int(time.time()) - 120, "iat": int(time.time()) - 400},
    "not yet": {"nbf": int(time.time()) + 86_400},
    "no signature": {"algorithm": "none"},
    "signed with a word": {"algorithm": "HS256"},
    "another key": {"key": rsa.generate_private_key(public_exponent=65537, key_size=2048)},
    "describes another issuer": {"metadata_issuer": "https://id.example.cn"},
}


@pytest.mark.parametrize("lie", LIES, ids=str)
def test_a_lie_logs_nobody_in(app, session, provider, elsewhere, lie):
    _name, account_id = person(app, session)
    linked(session, provider, account_id)
    client = app.test_client()
    back = away(client)
    elsewhere.lies = LIES[lie]
    if "metadata_issuer" in LIES[lie]:
        openid.forget()
    answer = client.get(back)
    assert answer.status_code == 403 and NUMBER not in answer.text
    assert "未能登录" in answer.text and "身份无权" not in answer.text
    assert logged_in(session, account_id) == []
    assert client.get("/").status_code == 302


def test_a_state_counts_once(app, session, provider):
    _name, account_id = person(app, session)
    linked(session, provider, account_id)
    client = app.test_client()
    back = away(client)
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 410
    assert len(logged_in(session, account_id)) == 1


def test_a_state_counts_in_its_own_browser_and_for_ten_minutes(app, session, provider):
    _name, account_id = person(app, session)
    linked(session, provider, account_id)
    client = app.test_client()
    back = away(client)
    assert app.test_client().get(back).status_code == 410, "handed to a victim"
    session.execute(update(LoginAttempt).values(expires_at=func.now() - timedelta(seconds=1)))
    session.commit()
    assert client.get(back).status_code == 410
    assert client.get("/openid/callback?state=made-up&code=x").status_code == 410
    assert logged_in(session, account_id) == []


def test_an_answer_of_another_issuer_is_refused_before_its_code_is_used(app, session, provider, elsewhere):
    client = app.test_client()
    back = re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.example", away(client))
    calls = len(elsewhere.calls)
    assert client.get(back).status_code == 403
    assert len(elsewhere.calls) == calls


def test_a_code_without_its_verifier_is_worth_nothing(app, session, provider):
    _name, account_id = person(app, session)
    linked(session, provider, account_id)
    client = app.test_client()
    back = away(client)
    session.execute(update(LoginAttempt).values(verifier="another"))
    session.commit()
    assert client.get(back).status_code == 403


def test_changed_keys_are_fetched_once_more_and_old_ones_no_longer_count(app, session, provider, elsewhere):
    _name, account_id = person(app, session)
    linked(session, provider, account_id)
    client = app.test_client()
    assert client.get(away(client)).status_code == 302
    before, fetched = (elsewhere.key, elsewhere.kid), elsewhere.key_fetches
    elsewhere.new_keys()
    other = app.test_client()
    assert other.get(away(other)).status_code == 302
    assert elsewhere.key_fetches == fetched + 1
    elsewhere.lies = {"key": before[0]}
    third = app.test_client()
    assert third.get(away(third)).status_code == 403


def test_the_second_factor_of_the_staff_is_still_asked_for(app, session, provider, monkeypatch):
    _name, account_id = person(app, session, role="reviewer", region_code="310000")
    linked(session, provider, account_id)
    monkeypatch.setitem(app.config, "SECOND_FACTOR", True)
    client = app.test_client()
    answer = client.get(away(client))
    assert answer.location.startswith("/second-factor/")
    assert logged_in(session, account_id)[0].waiting
    assert client.get("/desk/").location.startswith("/second-factor/")


def test_nobody_linked_is_led_to_the_own_account_and_links_it_after_a_proof(app, session, provider):
    name, account_id = person(app, session)
    client = app.test_client()
    found = client.get(away(client)).location
    assert re.fullmatch(r"/openid/found/\d+", found)
    page = client.get(found).text
    assert "张*试" in page and "张测试" not in page and NUMBER not in page and name not in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)[1]
    sent = {"csrf_token": token, "username": name, "password": PASSWORD}
    assert client.post(f"/login/?next={found}", data=sent).location == found
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(found).text)[1]
    assert client.post(found, data={"csrf_token": token}).location == "/openid/"
    link = session.scalars(select(IdentityLink)).one()
    assert (link.account_id, link.subject) == (account_id, "p-1")
    assert session.scalars(select(LoginAttempt.claims)).all() == [None]
    other = app.test_client()
    assert other.get(away(other)).status_code == 302
    assert len(logged_in(session, account_id)) == 2


def confirm(client, found: str):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(found).text)[1]
    return client.post(found, data={"csrf_token": token})


def links(app, session, role: str = "seeker", **person_is):
    somebody = browser(app, session, role)
    row = Person(account_id=somebody.account_id, real_name=person_is.pop("real_name", "张测试"))
    for name, value in person_is.items():
        row.set_id_number(value) if name == "proven" else setattr(row, name, value)
    session.add(row)
    session.commit()
    found = somebody.client.get(away(somebody.client)).location
    return somebody, confirm(somebody.client, found), found


def test_linking_gives_a_person_without_document_the_proven_one(app, session, provider):
    somebody, answer, _found = links(app, session)
    assert answer.status_code == 302
    session.expire_all()
    row = session.get_one(Person, somebody.account_id)
    assert (row.id_number, row.identity_level, row.id_hash is not None) == (NUMBER, 3, True)


def test_a_document_that_was_only_claimed_is_proven_by_the_link(app, session, provider):
    somebody, answer, _found = links(app, session, id_number=NUMBER)
    assert answer.status_code == 302
    session.expire_all()
    assert session.get_one(Person, somebody.account_id).id_hash is not None


def named(session, account_id: int, name: str) -> tuple[Person, User]:
    """The account under a name it chose itself, as a registration leaves it."""
    row, user = session.get_one(Person, account_id), session.get_one(User, account_id)
    row.real_name, user.first_name, user.last_name = name, name, ""
    session.commit()
    return row, user


@pytest.mark.parametrize(("level", "adopted"), [(1, False), (2, True), (3, True)])
def test_a_level_is_given_to_the_proven_name_and_to_no_other(app, session, provider, level, adopted):
    provider.level = level
    _name, account_id = person(app, session, proven=False)
    row, user = named(session, account_id, "王自称")
    linked(session, provider, account_id)
    client = app.test_client()
    assert client.get(away(client)).status_code == 302
    session.expire_all()
    wanted = ("张测试", "zcs", "张测试", level) if adopted else ("王自称", "wzc", "王自称", 1)
    assert (row.real_name, row.initials, user.first_name, row.identity_level) == wanted
    assert (row.id_hash is not None) == adopted, "below that the number stays a claim"
    events = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "name_proven")).all()
    assert [event.subject_id for event in events] == [account_id] * adopted
    assert not any(word in event.body for event in events for word in ("王自称", "张测试", NUMBER))
    told = session.scalars(select(Outbox).where(Outbox.template == "name_proven")).all()
    assert [(one.account_id, one.facts) for one in told] == [(account_id, {"title": "省统一身份认证"})] * adopted
    client.get("/logout/")
    client.get(away(client))
    assert len(session.scalars(select(Outbox.id).where(Outbox.template == "name_proven")).all()) == adopted


def test_linking_adopts_the_proven_name_of_a_claimed_number(app, session, provider):
    somebody, answer, _found = links(app, session, id_number=NUMBER, real_name="王自称")
    assert answer.status_code == 302
    session.expire_all()
    row = session.get_one(Person, somebody.account_id)
    assert (row.real_name, row.identity_level, row.level_source) == ("张测试", 3, "province")


def test_a_name_proven_by_documents_is_not_replaced_by_one_whose_word_counts_no_more(app, session, provider):
    provider.level = 2
    _name, account_id = person(app, session)
    row, _user = named(session, account_id, "王证实")
    row.identity_level, row.level_source = 2, "documents"
    session.commit()
    linked(session, provider, account_id)
    client = app.test_client()
    client.get(away(client))
    session.expire_all()
    assert (row.real_name, row.level_source) == ("王证实", "documents")


def test_a_level_once_given_to_another_name_is_put_right_at_the_next_login(app, session, provider):
    _name, account_id = person(app, session)
    row, _user = named(session, account_id, "王自称")
    row.identity_level, row.level_source = 3, "province"
    session.commit()
    linked(session, provider, account_id)
    client = app.test_client()
    client.get(away(client))
    session.expire_all()
    assert row.real_name == "张测试"


def test_a_provider_that_says_no_name_proves_no_document(app, session, provider, elsewhere):
    elsewhere.person = {"sub": "p-1", "id_number": NUMBER}
    _name, account_id = person(app, session, proven=False)
    row, _user = named(session, account_id, "王自称")
    row.identity_level = 1
    session.commit()
    linked(session, provider, account_id)
    client = app.test_client()
    assert client.get(away(client)).status_code == 302
    session.expire_all()
    assert (row.real_name, row.identity_level, row.id_hash) == ("王自称", 1, None)


def test_a_provider_whose_word_proves_nothing_gives_neither_number_nor_name(app, session, provider):
    provider.level = 1
    session.commit()
    somebody, answer, _found = links(app, session, real_name="王自称")
    assert answer.status_code == 302
    session.expire_all()
    row = session.get_one(Person, somebody.account_id)
    assert (row.real_name, row.id_number, row.id_hash) == ("王自称", None, None)


def test_somebody_elses_identity_is_never_linked(app, session, provider):
    _somebody, answer, _found = links(app, session, proven=resident_id(882))
    assert answer.status_code == 422
    person(app, session)
    _other, answer, _found = links(app, session)
    assert answer.status_code == 422, "the document is another account's"
    assert session.scalars(select(IdentityLink)).all() == []


def test_without_a_document_number_nothing_is_linked(app, session, provider, elsewhere):
    elsewhere.person = {"sub": "p-1", "name": "张测试"}
    _somebody, answer, _found = links(app, session)
    assert answer.status_code == 422
    assert session.scalars(select(IdentityLink)).all() == []


def test_linking_asks_for_a_fresh_proof(app, session, provider):
    somebody = browser(app, session, "seeker")
    session.add(Person(account_id=somebody.account_id, real_name="张测试"))
    session.commit()
    found = somebody.client.get(away(somebody.client)).location
    somebody.unproven(session, minutes=30)
    assert "/proof/" in (confirm(somebody.client, found).location or "")
    assert session.scalars(select(IdentityLink)).all() == []


def test_a_link_is_ended_by_its_owner(app, session, provider):
    somebody, _answer, _found = links(app, session)
    assert "省统一身份认证" in somebody.get("/openid/").text
    assert somebody.post(f"/openid/unlink/{provider.id}").status_code == 302
    assert session.scalars(select(IdentityLink)).all() == []
    assert somebody.post(f"/openid/unlink/{provider.id}").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"issuer": "http://id.example.cn"}, "issuer"),
        ({"issuer": "javascript:alert(1)"}, "issuer"),
        ({"code": "Ä"}, "code"),
        ({"scopes": "profile"}, "scopes"),
        ({"level": "4"}, "level"),
    ],
    ids=str,
)
def test_an_administrator_configures_only_what_can_be_trusted(app, session, change, field):
    admin = browser(app, session, "sysadmin")
    typed = {
        "code": "ssc", "name_zh": "电子社保卡", "name_en": "e-card", "issuer": "https://id.example.cn", "client_id": "g",
        "client_secret": "geheim-4711", "scopes": "openid", "name_claim": "name", "id_claim": "id_number", "level": "2", "active": "y",
    }  # fmt: skip
    assert admin.post("/identityproviderview/add", typed | change).status_code == 422
    assert admin.post("/identityproviderview/add", typed).status_code == 302
    row = session.scalars(select(IdentityProvider)).one()
    assert row.client_secret == "geheim-4711"
    shown = admin.get(f"/identityproviderview/show/{row.id}").text + admin.get("/identityproviderview/list/").text
    form = admin.get(f"/identityproviderview/edit/{row.id}").text
    assert "geheim" not in shown + form
    assert '<input class="form-control w-m" type="password" id="client_secret"' in form


def test_a_provider_is_entered_on_a_fresh_proof_only(app, session, provider):
    admin = browser(app, session, "sysadmin")
    admin.unproven(session, minutes=30)
    for path in ("/identityproviderview/add", f"/identityproviderview/edit/{provider.id}"):
        assert "/proof/" in admin.get(path).location
    client_id = provider.client_id
    assert "/proof/" in admin.post(f"/identityproviderview/edit/{provider.id}", {"client_id": "mine"}).location
    session.expire_all()
    assert provider.client_id == client_id


def test_hats_and_roles_do_not_come_from_the_provider(app, session, provider, elsewhere):
    elsewhere.person |= {"roles": ["sysadmin"], "email": "boss@example.cn"}
    _name, account_id = person(app, session)
    linked(session, provider, account_id)
    client = app.test_client()
    client.get(away(client))
    assert session.scalars(select(Hat.role).where(Hat.account_id == account_id)).all() == ["seeker"]


def test_whoever_acts_for_a_unit_without_the_level_is_refused_as_with_a_password(app, session, provider):
    provider.level = 1
    firm = unit(session)
    _name, account_id = person(app, session, role="unit_owner", unit_id=firm.id)
    session.get_one(Person, account_id).claim_hash = "c" * 64  # came through the registration, so the level counts
    linked(session, provider, account_id)
    client = app.test_client()
    assert client.get(away(client)).status_code == 403
    assert logged_in(session, account_id) == []


def test_a_provider_just_switched_off_logs_nobody_in(app, session, provider):
    _name, account_id = person(app, session)
    linked(session, provider, account_id)
    client = app.test_client()
    back = away(client)
    provider.active = False
    session.commit()
    assert client.get(back).status_code == 403
    assert logged_in(session, account_id) == []


def test_a_provider_that_does_not_answer_is_not_asked_again_at_once(app, session, provider, elsewhere):
    provider.issuer = f"{elsewhere.url}/nowhere"
    session.commit()
    calls = len(elsewhere.calls)
    assert [app.test_client().get("/openid/start/province").status_code for _ in range(3)] == [403] * 3
    assert len(elsewhere.calls) == calls + 1
