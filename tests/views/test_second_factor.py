"""The second factor: who needs one, what is open before it, codes good once, recovery, and its reset by two persons."""

from __future__ import annotations

import re

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.models.accounts import Hat, LoginEvent, Person
from app.models.messages import Outbox
from app.models.review import ReviewEvent
from app.models.second_factor import EnrolmentCode, FactorReset, RecoveryCode, SecondFactor
from app.rules import second_factor as rules
from app.views import enrolment, notices, second_factor
from tests.views.people import PASSWORD, Browser, account, browser

NOW = 1_800_000_000.0


class Clock:
    """The moment at which codes are looked at."""

    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> float:
        return self.moment

    def on(self) -> None:
        self.moment += 30


@pytest.fixture
def clock(app, monkeypatch) -> Clock:
    """The second factor is asked for in this test, by this clock."""
    made = Clock()
    monkeypatch.setitem(app.config, "SECOND_FACTOR", True)
    monkeypatch.setattr(second_factor, "clock", made)
    return made


def token(client) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get("/second-factor/").text)[1]


def password_given(app, name: str, **values):
    client = app.test_client()
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)[1]
    answer = client.post("/login/", data={"csrf_token": csrf, "username": name, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    return client, answer.location


def secret_shown(client) -> str:
    return (
        re.search(r"<code>([A-Z2-7 \n]+)</code>", client.get("/second-factor/").text)[1]
        .replace(" ", "")
        .replace("\n", "")
    )


def typed(client, code: str, enrolment_code: str = ""):
    sent = {"csrf_token": token_kept(client), "code": code, "enrolment": enrolment_code}
    return client.post("/second-factor/?lang=en", data=sent)


def handed(name: str) -> str:
    """The enrolment code an administrator hands over."""
    made = enrolment.issue(db.session.scalars(select(User.id).where(User.username == name)).one())
    db.session.commit()
    return made


def token_kept(client) -> str:
    """A token without opening the page anew, which would show another secret."""
    return client.csrf


def set_up(app, name: str, clock: Clock) -> tuple[object, str, list[str]]:
    """A person who sets a device up at the first login: browser, secret, recovery codes."""
    client, _where = password_given(app, name)
    page = client.get("/second-factor/").text
    client.csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    secret = "".join(re.search(r"<code>([A-Z2-7\s]+)</code>", page)[1].split())
    answer = typed(client, rules.code_at(secret, clock()), handed(name))
    assert answer.status_code == 200, answer.text
    clock.on()
    return client, secret, re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", answer.text)


def entering(app, name: str):
    client, _where = password_given(app, name)
    client.csrf = token(client)
    return client


def told(session, name: str) -> list[str]:
    session.expire_all()
    found = select(LoginEvent.outcome).where(LoginEvent.user_name == name).order_by(LoginEvent.id)
    return list(session.scalars(found))


# -- who needs one -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "place", "asked"),
    [
        ("reviewer", {"region_code": "310120"}, "set_up"), ("lead", {"region_code": "310120"}, "set_up"), ("operator", {}, "set_up"),
        ("sysadmin", {}, "set_up"), ("secadmin", {}, "set_up"), ("auditor", {}, "set_up"), ("seeker", {}, ""), ("student", {}, ""),
    ],
)  # fmt: skip
def test_staff_have_a_second_factor_and_others_may(app, session, clock, role, place, asked):
    _name, account_id, _hat = account(app, session, role, **place)
    assert second_factor.needed(account_id) == asked
    session.add(SecondFactor(account_id=account_id, secret=rules.new_secret(), confirmed_at=func.now()))
    session.commit()
    assert second_factor.needed(account_id) == "enter"


@pytest.mark.parametrize(
    ("config", "spared"),
    [
        ({"DEMO": True, "HOST": "127.0.0.1"}, True), ({"DEMO": True, "HOST": "::1"}, True), ({"DEMO": False, "HOST": "127.0.0.1"}, False),
        ({"DEMO": True, "HOST": "192.0.2.7"}, False), ({"DEMO": True, "HOST": "127.0.0.1", "TRUSTED_PROXIES": 1}, False),
        ({"DEMO": True, "HOST": "127.0.0.1", "TLS": True}, False),
    ],
)  # fmt: skip
def test_demo_accounts_alone_are_spared_where_nobody_else_comes(app, session, clock, monkeypatch, config, spared):
    for key, value in config.items():
        monkeypatch.setitem(app.config, key, value)
    _name, demo, _hat = account(app, session, "operator")
    _other, real, _hat2 = account(app, session, "operator")
    session.add(Person(account_id=demo, real_name="演示", demo=True))
    session.commit()
    assert (second_factor.needed(demo) == "") == spared
    assert second_factor.needed(real) == "set_up"
    said = app.test_client().get("/login/?lang=en").text
    assert ("this machine only" in said) == (spared and "Demo accounts (" in said)


def test_no_setting_of_the_environment_switches_it_off():
    from config import settings

    assert (
        settings({"SECOND_FACTOR": "0", "SECRET_KEY": "x", "FIELD_KEYS": "k:y", "INDEX_KEY": "z"})["SECOND_FACTOR"]
        is True
    )


# -- between the password and the code -----------------------------------------------------------------------------------


def test_a_password_alone_opens_nothing(app, session, clock):
    name, _id, _hat = account(app, session, "sysadmin")
    client, where = password_given(app, name)
    assert where.startswith("/second-factor/")
    for path in (
        "/",
        "/accountview/list/",
        "/factor/",
        "/password/",
        "/messageview/unread",
        "/find/?q=a",
        "/sessionview/list/",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (302, "/second-factor/"), path
    csrf = token(client)
    for path in ("/accountview/add", "/password/", "/hat/1", "/factor/codes"):
        assert client.post(path, data={"csrf_token": csrf}).location == "/second-factor/", path
    assert client.post("/logout/", data={"csrf_token": csrf}).location == "/login/"


def test_setting_up_ends_in_a_whole_session_under_a_new_number(app, session, clock):
    name, account_id, _hat = account(app, session, "sysadmin")
    client, secret, codes = set_up(app, name, clock)
    assert client.get("/accountview/list/").status_code == 200
    assert len(set(codes)) == 10
    kept = session.scalars(select(RecoveryCode.code_hash).where(RecoveryCode.account_id == account_id)).all()
    assert len(kept) == 10
    assert not set(codes) & set(kept)
    raw = session.execute(
        select(SecondFactor.__table__.c.secret.label("x")).where(SecondFactor.account_id == account_id)
    )
    assert raw.scalar() == secret  # opened again by the vault
    assert told(session, name) == ["half", "factor_set", "ok"]
    assert codes[0] not in client.get("/factor/").text


def test_whoever_saw_the_secret_of_another_visit_has_nothing(app, session, clock):
    name, _id, _hat = account(app, session, "sysadmin")
    thief, _where = password_given(app, name)
    seen = "".join(re.search(r"<code>([A-Z2-7\s]+)</code>", thief.get("/second-factor/").text)[1].split())
    _owner, secret, _codes = set_up(app, name, clock)
    assert secret != seen
    thief.csrf = token(thief)
    assert typed(thief, rules.code_at(seen, clock())).status_code == 401


def test_a_code_is_good_once(app, session, clock):
    name, _id, _hat = account(app, session, "sysadmin")
    _first, secret, _codes = set_up(app, name, clock)
    code = rules.code_at(secret, clock())
    here, there = entering(app, name), entering(app, name)
    assert typed(here, code).status_code == 302
    assert typed(there, code).status_code == 401
    assert here.get("/").status_code == 200
    assert there.get("/").location == "/second-factor/"
    clock.on()
    assert typed(there, rules.code_at(secret, clock())).status_code == 302


def test_a_recovery_code_is_good_once_and_only_for_its_account(app, session, clock):
    (name, _id, _hat), (other, _id2, _hat2) = account(app, session, "sysadmin"), account(app, session, "operator")
    _first, _secret, codes = set_up(app, name, clock)
    set_up(app, other, clock)
    assert typed(entering(app, other), codes[0]).status_code == 401
    assert typed(entering(app, name), codes[0].upper()).status_code == 302
    assert typed(entering(app, name), codes[0]).status_code == 401
    assert "code_used" in told(session, name)


def test_five_wrong_codes_lock_the_account(app, session, clock):
    name, _id, _hat = account(app, session, "sysadmin")
    _first, secret, _codes = set_up(app, name, clock)
    client = entering(app, name)
    assert [typed(client, "000000").status_code for _ in range(5)] == [401] * 5
    assert typed(client, rules.code_at(secret, clock())).status_code == 429
    assert client.get("/").location == "/second-factor/"


# -- whose device it is ---------------------------------------------------------------------------------------------------


def begun(app, name: str) -> tuple[object, str]:
    """A browser between the password and the first device, and the secret it was shown."""
    client, _where = password_given(app, name)
    page = client.get("/second-factor/").text
    client.csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    return client, "".join(re.search(r"<code>([A-Z2-7\s]+)</code>", page)[1].split())


def test_the_password_alone_sets_up_no_device(app, session, clock):
    name, account_id, _hat = account(app, session, "sysadmin")
    code = handed(name)
    client, secret = begun(app, name)
    for wrong in ("", "aaaaa-bbbbb", handed(account(app, session, "operator")[0])):
        refused = typed(client, rules.code_at(secret, clock()), wrong)
        assert refused.status_code == 401
        assert 'name="enrolment"' in refused.text
    assert client.get("/").location == "/second-factor/"
    assert session.get(SecondFactor, account_id).confirmed_at is None
    assert told(session, name).count("wrong_code") == 3
    assert typed(client, rules.code_at(secret, clock()), code).status_code == 200
    session.expire_all()
    assert session.get(EnrolmentCode, account_id) is None, "good once"


def test_a_wrong_first_code_leaves_the_enrolment_code_good(app, session, clock):
    name, _id, _hat = account(app, session, "sysadmin")
    client, secret = begun(app, name)
    code = handed(name)
    assert typed(client, "000000", code).status_code == 401
    assert typed(client, rules.code_at(secret, clock()), code.upper()).status_code == 200


def test_guessing_enrolment_codes_locks_the_account(app, session, clock):
    name, _id, _hat = account(app, session, "sysadmin")
    client, secret = begun(app, name)
    assert [typed(client, "000000", f"aaaaa-aaaa{n}").status_code for n in range(5)] == [401] * 5
    assert typed(client, rules.code_at(secret, clock()), handed(name)).status_code == 429


def test_an_old_code_and_one_that_was_made_anew_count_for_nothing(app, session, clock):
    name, _id, _hat = account(app, session, "sysadmin")
    client, secret = begun(app, name)
    before, now = handed(name), handed(name)
    assert typed(client, rules.code_at(secret, clock()), before).status_code == 401
    session.execute(update(EnrolmentCode).values(ends_at=func.now()))
    session.commit()
    assert typed(client, rules.code_at(secret, clock()), now).status_code == 401


def test_an_administrator_hands_out_a_code_once_and_for_accounts_without_a_device(app, session):
    admin = browser(app, session, "sysadmin")
    _name, account_id, _hat = account(app, session, "operator")
    page = admin.post(f"/accountview/move/enrolment/{account_id}")
    code = re.search(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", page.text)[1]
    assert page.headers["Cache-Control"] == "no-store"
    user = session.get(User, account_id)
    assert enrolment.right(user, code)
    assert code not in session.get(EnrolmentCode, account_id).code_hash
    event = select(ReviewEvent.action).where(ReviewEvent.subject_id == account_id)
    assert session.scalars(event).all() == ["enrolment"]
    session.add(SecondFactor(account_id=account_id, secret=rules.new_secret(), confirmed_at=func.now()))
    session.commit()
    assert admin.post(f"/accountview/move/enrolment/{account_id}").status_code == 409
    assert browser(app, session, "auditor").post(f"/accountview/move/enrolment/{account_id}").status_code == 403


def test_the_account_is_told_of_a_device_and_of_its_end(app, session, clock):
    name, account_id, _hat = account(app, session, "sysadmin")
    set_up(app, name, clock)
    second_factor.take_off(account_id)
    found = session.scalars(select(Outbox.template).where(Outbox.account_id == account_id).order_by(Outbox.id)).all()
    assert found == ["factor_set", "factor_removed"]
    for template in found:
        assert notices.subject(template, {})
        assert "%(" not in notices.text(template, {})


def test_the_command_is_a_way_out(app, session, clock):
    name, account_id, _hat = account(app, session, "sysadmin")
    client, _secret, _codes = set_up(app, name, clock)
    said = app.test_cli_runner().invoke(args=["reset-factor", name])
    assert said.exit_code == 0, said.output
    assert client.get("/").status_code == 302
    code = re.search(r"[a-z2-9]{5}-[a-z2-9]{5}", said.output)[0]
    event = session.scalars(select(ReviewEvent).where(ReviewEvent.subject_id == account_id)).one()
    assert (event.action, event.actor_role, event.facts["way"]) == ("take_off", "clock", "command line")
    other, secret = begun(app, name)
    assert typed(other, rules.code_at(secret, clock()), code).status_code == 200
    assert app.test_cli_runner().invoke(args=["reset-factor", "nobody"]).exit_code == 1


# -- programs ------------------------------------------------------------------------------------------------------------


def test_a_token_needs_the_code_too(app, session, clock):
    name, _id, _hat = account(app, session, "sysadmin")
    sent = {"username": name, "password": PASSWORD, "provider": "db"}

    def ask(code: str = ""):
        return app.test_client().post("/api/v1/security/login", json=sent, headers={"X-Second-Factor": code})

    assert (ask().status_code, ask().json["code"]) == (403, "factor_set_up")
    _client, secret, _codes = set_up(app, name, clock)
    refused = ask()
    assert (refused.status_code, refused.json["code"], "access_token" in refused.json) == (401, "code_wrong", False)
    code = rules.code_at(secret, clock())
    assert "access_token" in ask(code).json
    assert ask(code).status_code == 401


# -- one's own -----------------------------------------------------------------------------------------------------------


def test_another_device_takes_a_code_of_the_old_one(app, session, clock):
    name, _id, _hat = account(app, session, "sysadmin")
    client, secret, _codes = set_up(app, name, clock)
    page = client.get("/factor/device").text
    fresh = "".join(re.search(r"<code>([A-Z2-7\s]+)</code>", page)[1].split())
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    sent = {"csrf_token": csrf, "code": rules.code_at(fresh, clock())}
    assert client.post("/factor/device", data=sent | {"old": "000000"}).status_code == 401
    assert client.post("/factor/device", data=sent | {"old": rules.code_at(secret, clock())}).status_code == 200
    clock.on()
    assert typed(entering(app, name), rules.code_at(secret, clock())).status_code == 401
    assert typed(entering(app, name), rules.code_at(fresh, clock())).status_code == 302


def test_new_recovery_codes_take_the_place_of_the_old(app, session, clock):
    name, _id, _hat = account(app, session, "sysadmin")
    client, secret, codes = set_up(app, name, clock)
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/factor/").text)[1]
    assert client.post("/factor/codes", data={"csrf_token": csrf, "code": "000000"}).status_code == 302
    page = client.post("/factor/codes", data={"csrf_token": csrf, "code": rules.code_at(secret, clock())})
    fresh = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", page.text)
    assert len(fresh) == 10
    assert page.headers["Cache-Control"] == "no-store"
    assert typed(entering(app, name), codes[1]).status_code == 401
    assert typed(entering(app, name), fresh[1]).status_code == 302


# -- reset by two persons --------------------------------------------------------------------------------------------------


@pytest.fixture
def lost(app, session) -> Browser:
    """An operator with a second factor."""
    who = browser(app, session, "operator")
    session.add(SecondFactor(account_id=who.account_id, secret=rules.new_secret(), confirmed_at=func.now()))
    session.commit()
    return who


def asked(session, admin: Browser, who: Browser) -> FactorReset:
    sent = {"account": str(who.account_id), "reason": "当面核验工作证"}
    assert admin.post("/factorresetview/add", sent).status_code == 302
    return session.scalars(select(FactorReset).where(FactorReset.account_id == who.account_id)).one()


def test_one_asks_and_another_takes_it_off(app, session, lost):
    first, second = browser(app, session, "secadmin"), browser(app, session, "sysadmin")
    row = asked(session, first, lost)
    assert first.post(f"/factorresetview/move/take_off/{row.id}").status_code == 409
    done = second.post(f"/factorresetview/move/take_off/{row.id}")
    assert (done.status_code, done.headers["Cache-Control"]) == (200, "no-store")
    code = re.search(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", done.text)[1]
    session.expire_all()
    assert enrolment.right(session.get(User, lost.account_id), code)
    assert session.get(SecondFactor, lost.account_id) is None
    assert lost.get("/").status_code == 302
    events = select(ReviewEvent.action, ReviewEvent.actor_id).where(ReviewEvent.subject_id == lost.account_id)
    assert session.execute(events.order_by(ReviewEvent.id)).all() == [
        ("reset_asked", first.account_id),
        ("take_off", second.account_id),
    ]
    assert second.post(f"/factorresetview/move/take_off/{row.id}").status_code == 409


def test_it_may_be_declined_and_asked_for_once_at_a_time(app, session, lost):
    first, second = browser(app, session, "secadmin"), browser(app, session, "secadmin")
    row = asked(session, first, lost)
    again = second.post("/factorresetview/add", {"account": str(lost.account_id), "reason": "再次"})
    assert again.status_code == 422
    assert second.post(f"/factorresetview/move/decline/{row.id}").status_code == 302
    session.expire_all()
    assert session.get(SecondFactor, lost.account_id) is not None
    assert lost.get("/").status_code == 200


def test_nobody_asks_or_decides_for_oneself(app, session):
    admin, other = browser(app, session, "secadmin"), browser(app, session, "sysadmin")
    for who in (admin, other):
        session.add(SecondFactor(account_id=who.account_id, secret=rules.new_secret(), confirmed_at=func.now()))
    session.commit()
    own = admin.post("/factorresetview/add", {"account": str(admin.account_id), "reason": "丢失"})
    assert own.status_code == 422
    row = asked(session, other, admin)
    assert admin.post(f"/factorresetview/move/take_off/{row.id}").status_code == 409
    auditor = browser(app, session, "auditor")
    assert auditor.get(f"/factorresetview/show/{row.id}").status_code == 200
    assert auditor.post(f"/factorresetview/move/take_off/{row.id}").status_code == 403


@pytest.mark.parametrize("who", ["asked", "account"])
def test_the_database_wants_two_persons(app, session, lost, who):
    first = browser(app, session, "secadmin")
    row = asked(session, first, lost)
    by = first.account_id if who == "asked" else lost.account_id
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(FactorReset).where(FactorReset.id == row.id).values(state="done", decided_by_id=by))


# -- three administrators ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "wanted"), [("sysadmin", "secadmin"), ("secadmin", "auditor"), ("auditor", "sysadmin")]
)
def test_the_database_refuses_two_of_the_three_administrators(app, session, held, wanted):
    """As a new row, and as a row that is switched on again."""
    _name, account_id, _hat = account(app, session, held)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(Hat(account_id=account_id, role=wanted))
        session.flush()
    asleep = Hat(account_id=account_id, role=wanted, active=False)
    session.add(asleep)
    session.commit()
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Hat).where(Hat.id == asleep.id).values(active=True))
