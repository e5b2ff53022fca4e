"""The lockout: by account and address, longer each time, not got around, lifted by an administrator."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.models.accounts import LoginEvent
from app.models.review import ReviewEvent
from app.views import lockout
from tests.views.people import CHEAP, PASSWORD, account, browser


def attempt(app, name: str, word: str = "nope"):
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)[1]
    return client.post("/login/?lang=en", data={"csrf_token": token, "username": name, "password": word})


def failed(session, name: str, times: int, *, minutes: float = 0, address: str = "10.0.0.9") -> None:
    at = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)
    session.add_all(LoginEvent(at=at, user_name=name, outcome="wrong", address=address) for _ in range(times))
    session.commit()


def left(name: str, address: str = "10.0.0.1") -> int:
    return lockout.minutes(name, name, address)


@pytest.mark.parametrize(("times", "minutes"), [(4, 0), (5, 30), (6, 60), (8, 240)])
def test_each_further_failure_doubles_the_wait(app, session, times, minutes):
    name, _id, _hat = account(app, session, "seeker")
    failed(session, name, times)
    assert abs(left(name) - minutes) <= 1
    assert attempt(app, name, PASSWORD).status_code == (429 if minutes else 302)


def test_the_wait_ends_by_itself_and_a_login_begins_a_new_row(app, session):
    name, _id, _hat = account(app, session, "seeker")
    failed(session, name, 5, minutes=31)
    assert left(name) == 0
    assert attempt(app, name).status_code == 401
    assert left(name) > 30, "the sixth counts on"
    failed(session, other := account(app, session, "seeker")[0], 4)
    assert attempt(app, other, PASSWORD).status_code == 302
    assert attempt(app, other).status_code == 401
    assert left(other) == 0


def test_neither_capitals_nor_the_address_of_mail_get_around_it(app, session):
    name, account_id, _hat = account(app, session, "seeker")
    mail = session.get_one(User, account_id).email
    for typed in (name, name.upper(), name.title(), mail, mail.upper()):
        assert attempt(app, typed).status_code == 401
    for typed in (name, name.upper(), mail, mail.upper()):
        assert attempt(app, typed, PASSWORD).status_code == 429, typed


FOLDED = {"i": "\u0130", "k": "\u212a"}  # capitals that the database folds to these letters, and Python does not


@pytest.mark.parametrize("letter", FOLDED)
def test_whatever_letters_find_the_account_are_counted_for_it_on_page_and_api(app, session, letter):
    name = f"fold.{letter}.name"
    user = app.extensions["appbuilder"].sm.add_user(name, "三", "张", f"{name}@example.cn", [], hashed_password=CHEAP)
    odd = name.replace(letter, FOLDED[letter])
    assert lockout.account_named(odd) == user.id
    for _turn in range(lockout.ACCOUNT_FAILURES):
        assert attempt(app, odd).status_code == 401
    assert lockout.asks_captcha(odd, odd, "10.0.0.1")
    sent = {"username": odd, "password": PASSWORD, "provider": "db"}
    for typed in (odd, name):
        assert attempt(app, typed, PASSWORD).status_code == 429
        assert app.test_client().post("/api/v1/security/login", json=sent | {"username": typed}).status_code == 429


def test_whom_the_lockout_did_not_count_nobody_logs_in_as(app, session, monkeypatch):
    name, _id, _hat = account(app, session, "seeker")
    monkeypatch.setattr("app.views.security.account_named", lambda _name: None)
    assert attempt(app, name, PASSWORD).status_code == 401


def test_a_name_that_belongs_to_nobody_is_locked_alike(app, session):
    answers = [attempt(app, "nobody.here").status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]


def test_an_address_is_locked_whatever_the_names_and_a_login_there_forgives_nothing(app, session, monkeypatch):
    monkeypatch.setattr(lockout, "ADDRESS_FAILURES", 6)
    for n in range(6):
        failed(session, f"guess{n}", 1, address="10.0.0.1")
    session.add(LoginEvent(user_name="mine", outcome="ok", address="10.0.0.1"))
    session.commit()
    assert abs(left("somebody") - 30) <= 1
    assert left("somebody", "10.0.0.2") == 0
    failed(session, "guess", 6, address="10.0.0.1")
    assert abs(left("somebody") - 60) <= 1


def test_failures_spread_over_the_day_lock_no_hall(app, session, monkeypatch):
    monkeypatch.setattr(lockout, "ADDRESS_FAILURES", 6)
    for n in range(20):
        failed(session, f"person{n}x", 1, minutes=20 * n, address="10.0.0.1")
    assert left("somebody") == 0


@pytest.mark.parametrize("role", ["sysadmin", "secadmin"])
def test_an_administrator_lifts_it_on_the_ledger(app, session, role):
    name, account_id, _hat = account(app, session, "seeker")
    failed(session, name, 9)
    assert attempt(app, name, PASSWORD).status_code == 429
    admin = browser(app, session, role)
    assert admin.post(f"/accountview/move/unlock/{account_id}").status_code == 302
    assert attempt(app, name, PASSWORD).status_code == 302
    events = select(ReviewEvent.actor_id).where(ReviewEvent.action == "unlock", ReviewEvent.subject_id == account_id)
    assert session.scalars(events).all() == [admin.account_id]
    assert browser(app, session, "auditor").post(f"/accountview/move/unlock/{account_id}").status_code == 403


def test_the_security_administrator_does_nothing_else_to_accounts(app, session):
    _name, account_id, _hat = account(app, session, "seeker")
    admin = browser(app, session, "secadmin")
    for name in ("reset_password", "deactivate"):
        assert admin.post(f"/accountview/move/{name}/{account_id}").status_code == 403
