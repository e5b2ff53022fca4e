"""What ends with trust, and what never makes it: keys of programs, first devices, new phones, passwords, files of others."""

from __future__ import annotations

import inspect
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from app.extensions import db
from app.gateways.pace import Pace
from app.models.accounts import Hat, LoginEvent, Person
from app.models.api_keys import ApiKey
from app.models.appeals import Appeal
from app.models.dispatch import Dispatch, OneTimeLink
from app.models.logins import IdentityProvider
from app.models.media import Medium
from app.models.messages import Outbox
from app.models.second_factor import SecondFactor
from app.models.sessions import CarriedForm, LoginSession
from app.review import appeals, links
from app.rules import second_factor as rules
from app.rules.dates import today
from app.rules.refused import Refused
from app.views import api_keys, key_identity, lockout, second_factor, sessions
from tests.api.test_api_keys import asks, made
from tests.views.people import PASSWORD, Browser, account, browser, handler, signed_in, unit
from tests.views.test_forms import picture
from tests.views.test_registering import code_of

NEW = "Gongjiu-2027-test"
NOW = 1_800_000_000.0
PHONE, OTHER = "13912345678", "13987654321"


@pytest.fixture(autouse=True)
def own_pace(app, monkeypatch):
    """Counters of this test alone."""
    monkeypatch.setitem(app.extensions, "pace", Pace())


@pytest.fixture
def operator(app, session) -> Browser:
    return browser(app, session, "operator")


def state(session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(ApiKey.key_state).order_by(ApiKey.id)))


def device(session, account_id: int) -> str:
    """A second factor of this account, as if it had been there for long."""
    secret = rules.new_secret()
    session.add(SecondFactor(account_id=account_id, secret=secret, confirmed_at=func.now() - timedelta(days=9)))
    session.commit()
    return secret


def asked(answer) -> bool:
    return answer.status_code == 302 and answer.location.startswith("/proof/")


# -- keys of programs ----------------------------------------------------------------------------------------------------


def by_owner(who: Browser, _app, _session) -> None:
    sent = {"old": PASSWORD, "new": NEW, "again": NEW}
    assert who.post("/password/", sent).status_code == 302


def by_administrator(who: Browser, app, session) -> None:
    answer = browser(app, session, "sysadmin").post(f"/accountview/move/reset_password/{who.account_id}")
    assert answer.status_code == 200


def by_security(who: Browser, app, session) -> None:
    login = session.scalars(select(LoginSession.id).where(LoginSession.account_id == who.account_id)).one()
    guard = browser(app, session, "secadmin")
    assert guard.post(f"/onlineview/move/revoke_account/{login}", {"reason_text": "账号可疑"}).status_code == 302


def by_switching_off(who: Browser, app, session) -> None:
    user = app.extensions["appbuilder"].sm.get_user_by_id(who.account_id)
    user.active = False
    session.commit()
    user.active = True
    session.commit()


@pytest.mark.parametrize("end", [by_owner, by_administrator, by_security, by_switching_off])
def test_a_key_ends_with_the_trust_it_stands_on_and_never_comes_back(app, session, operator, end):
    key = made(operator, "school:read")
    assert asks(app, key).status_code == 200
    end(operator, app, session)
    assert (asks(app, key).status_code, state(session)) == (401, ["ended"])
    assert session.scalars(select(ApiKey.ended_at)).one() is not None


def test_a_key_ends_with_its_own_role_and_not_with_another(app, session, operator):
    other = Hat(account_id=operator.account_id, role="seeker", active=True)
    session.add(other)
    session.commit()
    key = made(operator, "school:read")
    other.active = False
    session.commit()
    assert (asks(app, key).status_code, state(session)) == (200, ["active"])
    session.execute(update(Hat).where(Hat.id == operator.hat_id).values(active=False))
    session.commit()
    assert (asks(app, key).status_code, state(session)) == (401, ["ended"])


def test_whoever_owns_the_account_is_told_of_a_key(app, session, operator):
    person = Person(account_id=operator.account_id, real_name="张三")
    person.set_phone(PHONE)
    session.add(person)
    session.commit()
    key = made(operator, "school:read")
    told = session.scalars(select(Outbox).where(Outbox.template == "api_key_made")).one()
    assert (told.account_id, told.facts["title"]) == (operator.account_id, "报表程序")
    sent = session.scalars(select(Dispatch).where(Dispatch.template == "api_key_made")).one()
    assert (sent.channel, sent.target) == ("sms", PHONE)
    assert key not in sent.text + str(told.facts)


def test_there_are_so_many_keys_and_no_more(app, session, operator, monkeypatch):
    monkeypatch.setattr(api_keys, "MOST", 2)
    made(operator, "school:read")
    made(operator, "school:read", expires_on=today().isoformat())
    sent = {"name": "三", "per_minute": "60", "expires_on": today().isoformat(), "scopes": ["school:read"]}
    refused = operator.post("/apikeyview/add?lang=en", sent)
    assert refused.status_code == 409 and "2 keys in force" in refused.text
    session.execute(update(ApiKey).where(ApiKey.expires_on == today()).values(expires_on=today() - timedelta(days=1)))
    session.commit()
    made(operator, "school:read")
    assert len(state(session)) == 3


@pytest.mark.slow
def test_two_forms_at_one_moment_are_one_key_where_one_is_left(fresh_app, monkeypatch):
    """Slow: a database of its own, for real commits."""
    monkeypatch.setattr(api_keys, "MOST", 1)
    with fresh_app.app_context():
        name, account_id, hat = account(fresh_app, db.session, "operator")
        db.session.remove()
    people = [Browser(signed_in(fresh_app, name), account_id, hat) for _ in range(3)]
    tokens, gate = [who.token() for who in people], threading.Barrier(3)

    def make(n: int) -> int:
        sent = {"name": f"n{n}", "per_minute": "60", "expires_on": today().isoformat(), "scopes": ["school:read"]}
        gate.wait()
        return people[n].client.post("/apikeyview/add", data=sent | {"csrf_token": tokens[n]}).status_code

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(make, range(3)))[0] == 200
    with fresh_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ApiKey)) == 1
        db.session.remove()


def test_all_keys_of_an_account_have_one_pace_together(app, operator, monkeypatch):
    monkeypatch.setattr(key_identity, "TOGETHER", 3)
    keys = [made(operator, "school:read") for _ in range(2)]
    assert [asks(app, keys[n % 2]).status_code for n in range(5)] == [200, 200, 200, 429, 429]


def test_guessing_keys_counts_for_the_network_of_an_address(app, session, monkeypatch):
    monkeypatch.setattr(key_identity, "WRONG", 3)
    tries = [asks(app, "gj_x", environ_overrides={"REMOTE_ADDR": f"2001:db8::{n}"}).status_code for n in range(1, 6)]
    assert tries == [401, 401, 401, 429, 429]
    assert asks(app, "gj_x", environ_overrides={"REMOTE_ADDR": "2001:db8:0:1::1"}).status_code == 401


def test_a_key_whose_day_is_over_says_so_and_the_auditor_reads_all_of_them(app, session, operator):
    made(operator, "school:read", name="日报", expires_on=today().isoformat())
    made(operator, "school:read", name="周报")
    session.execute(update(ApiKey).where(ApiKey.name == "日报").values(expires_on=today() - timedelta(days=1)))
    session.commit()
    assert key_identity.end_over() == 1
    assert state(session) == ["expired", "active"]
    auditor = browser(app, session, "auditor")
    page = auditor.get("/apikeyview/list/?lang=en").text
    assert all(word in page for word in ("Last day over", "In force", "日报", "周报"))
    assert "日报" not in auditor.get("/apikeyview/list/?f_key_state=active").text
    left = auditor.post("/apikeyview/export", {"format": "csv"}, buffered=True)
    assert left.status_code == 200 and "State of the key" in left.get_data(
        as_text=True
    )  # another connection reads the rows
    row = session.scalars(select(ApiKey.id).where(ApiKey.name == "周报")).one()
    assert auditor.post(f"/apikeyview/move/revoke_key/{row}").status_code == 403
    assert '/apikeyview/list/"' in auditor.get("/").text


# -- what proves who it is -----------------------------------------------------------------------------------------------


def test_a_first_device_takes_a_fresh_proof(app, session, monkeypatch):
    """Otherwise a session left open sets up a device of somebody else, which from then on is the proof."""
    monkeypatch.setattr(second_factor, "clock", lambda: NOW)
    who = browser(app, session, "seeker")
    page = who.get("/factor/device").text
    secret = "".join(re.search(r"<code>([A-Z2-7\s]+)</code>", page)[1].split())
    who.unproven(session, minutes=11)
    assert asked(who.get("/factor/device"))
    assert asked(who.post("/factor/device", {"code": rules.code_at(secret, NOW)}))
    session.expire_all()
    assert session.get_one(SecondFactor, who.account_id).confirmed_at is None
    who.unproven(session, minutes=0)
    assert who.post("/factor/device", {"code": rules.code_at(secret, NOW)}).status_code == 200


def with_phone(app, session) -> Browser:
    who = browser(app, session, "seeker")
    person = Person(account_id=who.account_id, real_name="张三")
    person.set_phone(PHONE)
    session.add(person)
    session.commit()
    return who


@pytest.mark.parametrize("step", ["old_code", "old", "new_code", "new"])
def test_each_step_of_a_new_phone_takes_a_fresh_proof(app, session, step):
    who = with_phone(app, session)
    who.unproven(session, minutes=11)
    assert asked(who.post("/me/phone", {"do": step, "code": "123456", "phone": OTHER}))
    assert session.scalars(select(Dispatch.id)).all() == []


def test_a_new_mail_address_takes_a_fresh_proof(app, session):
    who = with_phone(app, session)
    who.unproven(session, minutes=11)
    assert asked(who.post("/me/mail", {"do": "code", "mail": "a@example.cn"}))
    assert session.scalars(select(Dispatch.id)).all() == []


def proved_ago(session, account_id: int) -> timedelta:
    """How old the proof of the login in force is."""
    open_one = select(func.now() - LoginSession.proved_at).where(
        LoginSession.account_id == account_id, LoginSession.ended_at.is_(None)
    )
    return session.scalars(open_one).one()


def test_codes_by_sms_do_not_renew_the_proof(app, session):
    who = with_phone(app, session)
    who.unproven(session, minutes=9)
    who.post("/me/phone", {"do": "old_code"})
    who.post("/me/phone", {"do": "old", "code": code_of(session)})
    who.post("/me/phone", {"do": "new_code", "phone": OTHER})
    assert who.post("/me/phone", {"do": "new", "code": code_of(session)}).location == "/me/"
    assert proved_ago(session, who.account_id) == timedelta(minutes=9)


@pytest.mark.parametrize("enrolled", [True, False])
def test_a_changed_password_is_a_proof_only_where_no_device_is(app, session, enrolled):
    who = browser(app, session, "seeker")
    if enrolled:
        device(session, who.account_id)
    who.unproven(session, minutes=30)
    by_owner(who, app, session)
    assert proved_ago(session, who.account_id) == timedelta(minutes=30 if enrolled else 0)


def test_whoever_holds_a_session_does_not_try_out_the_password(app, session):
    who = browser(app, session, "seeker")
    tries = [who.post("/password/", {"old": f"x{n}", "new": NEW, "again": NEW}).status_code for n in range(5)]
    assert tries == [422] * 5
    last = who.post("/password/", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert last.status_code == 429 and int(last.headers["Retry-After"]) > 60
    outcomes = session.scalars(select(LoginEvent.outcome).where(LoginEvent.account_id == who.account_id)).all()
    assert outcomes.count("wrong") == 5


def test_a_changed_password_makes_open_links_worthless_and_is_told(app, session):
    who = with_phone(app, session)
    token = links.make(session, "reset", who.account_id, 30)
    session.commit()
    by_owner(who, app, session)
    with pytest.raises(Refused, match="link_gone"):
        links.look(session, "reset", token)
    assert session.scalars(select(OneTimeLink.used_at)).one() is None
    assert session.scalars(select(Dispatch.template)).all() == ["password_changed"]


# -- logins are counted once, when they are whole --------------------------------------------------------------------------


def counted(session, account_id: int) -> tuple[int, bool]:
    session.expire_all()
    row = session.execute(
        select(sessions.User.login_count, sessions.User.last_login).where(sessions.User.id == account_id)
    )
    number, last = row.one()
    return number or 0, last is not None


def test_a_login_by_password_counts_once_and_half_of_one_not_at_all(app, session, monkeypatch):
    name, account_id, _hat = account(app, session, "seeker")
    signed_in(app, name)
    assert counted(session, account_id) == (1, True)
    name, account_id, _hat = account(app, session, "seeker")
    monkeypatch.setattr(second_factor, "clock", lambda: NOW)
    monkeypatch.setitem(app.config, "SECOND_FACTOR", True)
    secret = device(session, account_id)
    client = signed_in(app, name)
    assert counted(session, account_id) == (0, False)
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/second-factor/").text)[1]
    client.post("/second-factor/", data={"csrf_token": csrf, "code": rules.code_at(secret, NOW)})
    assert counted(session, account_id) == (1, True)


# -- addresses -----------------------------------------------------------------------------------------------------------


def test_the_lockout_of_an_address_is_one_of_its_network(app, session):
    session.add_all(LoginEvent(user_name="x", outcome="wrong", address=f"2001:db8::{n:x}") for n in range(30))
    session.add_all(LoginEvent(user_name="x", outcome="wrong", address="192.0.2.1") for n in range(30))
    session.commit()
    locked = {
        a: lockout.minutes("y", "y", a) > 0 for a in ("2001:db8::ffff:1", "2001:db8:0:1::1", "192.0.2.1", "192.0.2.2")
    }
    assert list(locked.values()) == [True, False, True, False]
    assert session.scalar(select(func.count(LoginEvent.address.distinct()))) == 31, "the log keeps the whole address"


def test_appeals_of_a_network_count_together(app, session):
    session.add_all(
        Appeal(
            party="person", wish="password", real_name="张三", reason="电话丢失", region_code="310000", status="pending", version=1,
            address=f"2001:db8::{n:x}",
        )
        for n in range(3)
    )  # fmt: skip
    session.commit()
    assert len(set(appeals._neighbours(session, "2001:db8::ffff"))) == 4
    assert appeals._neighbours(session, "2001:db8:0:1::1") == ["2001:db8:0:1::1"]
    assert appeals._neighbours(session, "192.0.2.1") == ["192.0.2.1"]


# -- what stays nowhere --------------------------------------------------------------------------------------------------


def test_a_form_with_what_is_stored_sealed_waits_for_no_proof(app, session):
    row = IdentityProvider(
        code="province",
        name_zh="省",
        name_en="P",
        issuer="https://id.example.cn",
        client_id="g",
        client_secret="x",
        level=2,
    )
    session.add(row)
    session.commit()
    admin = browser(app, session, "sysadmin")
    admin.unproven(session, minutes=11)
    at = f"/identityproviderview/edit/{row.id}"
    referer = {"Referer": f"http://localhost{at}"}
    assert asked(admin.post(at, {"name_zh": "省厅", "client_secret": ""}, headers=referer))
    assert session.scalars(select(CarriedForm.sent)).one(), "an empty field holds no secret"
    assert asked(admin.post(at, {"name_zh": "省厅", "client_secret": "geheim-4711"}, headers=referer))
    assert session.scalars(select(CarriedForm.sent)).all() == []


def test_what_is_sent_by_one_press_has_a_name(app, session):
    admin = browser(app, session, "sysadmin")
    _name, other, _hat = account(app, session, "seeker")
    admin.unproven(session, minutes=11)
    at = admin.post("/hatview/add", {"account": str(other), "role": "operator"}).location
    page = admin.post(f"{at}&lang=en" if "?" in at else f"{at}?lang=en", {"proof": PASSWORD}).text
    assert "Roles of the accounts" in page and "<dd>Add</dd>" in page


def test_papers_stay_in_no_browser_and_public_pictures_may(app, session):
    own = unit(session)
    who = handler(app, session, own)
    sent = {"title": "搬运", "file_environment": [(picture(), "现场.png")]}
    page = who.post("/gigofferview/add", sent, content_type="multipart/form-data").text
    key = re.search(r'name="kept_environment" value="([0-9a-f-]{36})"', page)[1]
    shown = Medium(
        slot="image", title="车间", file_id=UUID(key), region_code=own.region_code, status="pending", unit_id=own.id
    )
    session.add(shown)
    session.commit()
    for part in ("", "/thumb"):
        with who.get(f"/files/{key}{part}") as answer:
            assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    shown.status = "approved"
    session.commit()
    with app.test_client().get(f"/files/{key}") as answer:
        assert answer.headers["Cache-Control"] == "private, max-age=3600"


def test_no_cell_of_a_list_goes_round_the_proof_that_its_form_asks_for(app):
    views = [view for view in app.extensions["appbuilder"].baseviews if getattr(view, "inline_columns", ())]
    assert views
    assert [type(view).__name__ for view in views if "proof.demand" in inspect.getsource(type(view))] == []
