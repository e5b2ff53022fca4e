"""Passwords of the staff grow old and do not come back; accounts nobody uses are switched off."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select, update

from app.models.accounts import PasswordHistory, Person
from app.models.review import ReviewEvent
from app.views import ageing
from tests.views.people import PASSWORD, Browser, account, browser, signed_in


def made_days_ago(session, account_id: int, days: int, **more) -> None:
    at = func.timezone("UTC", func.now()) - timedelta(days=days)
    session.execute(update(User).where(User.id == account_id).values(**{"created_on": at, "changed_on": at, **more}))
    session.commit()


def with_person(app, session, role: str, **values) -> tuple[str, int, int]:
    name, account_id, hat_id = account(app, session, role)
    session.add(Person(account_id=account_id, real_name="张三", **values))
    session.commit()
    return name, account_id, hat_id


@pytest.mark.parametrize(
    ("role", "days", "more", "led"),
    [
        ("operator", 91, {}, True),
        ("operator", 89, {}, False),
        ("seeker", 400, {}, False),
        ("operator", 91, {"demo": True}, False),
    ],
)
def test_a_password_of_the_staff_lasts_ninety_days(app, session, monkeypatch, role, days, more, led):
    monkeypatch.setitem(app.config, "DEMO", True)
    name, account_id, hat_id = with_person(app, session, role, **more)
    made_days_ago(session, account_id, days)
    who = Browser(signed_in(app, name), account_id, hat_id)
    assert who.client.get("/messageview/list/").status_code == (302 if led else 200)


def asks_token(app, name: str):
    sent = {"username": name, "password": PASSWORD, "provider": "db", "refresh": True}
    return app.test_client().post("/api/v1/security/login", json=sent)


@pytest.mark.parametrize(("days", "status"), [(89, 200), (91, 403)])
def test_a_program_gets_no_token_for_a_password_that_is_too_old(app, session, days, status):
    name, account_id, _hat = with_person(app, session, "operator")
    made_days_ago(session, account_id, days)
    answer = asks_token(app, name)
    assert answer.status_code == status
    session.expire_all()
    user, refused = session.get(User, account_id), status == 403
    assert session.get(Person, account_id).must_change is refused
    assert (user.last_login is None) is refused, "what is refused is no use of the account"
    if refused:
        assert answer.json["code"] == "password_must_change"
        assert "access_token" not in answer.json


def test_a_wrong_password_is_not_told_that_it_is_too_old(app, session):
    name, _account_id, _hat = with_person(app, session, "operator", must_change=True)
    sent = {"username": name, "password": "nope", "provider": "db"}
    assert app.test_client().post("/api/v1/security/login", json=sent).status_code == 401


def test_after_the_change_the_way_is_open_and_the_days_begin_anew(app, session):
    name, account_id, _hat = with_person(app, session, "operator")
    made_days_ago(session, account_id, 100)
    client = signed_in(app, name)
    assert client.get("/messageview/list/").location == "/password/"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/password/").text)[1]
    new = "Another-2026-pass"
    client.post("/password/", data={"csrf_token": token, "old": PASSWORD, "new": new, "again": new})
    assert client.get("/messageview/list/").status_code == 200
    ageing.ask_for_change(account_id)
    session.expire_all()
    assert session.get(Person, account_id).must_change is False


def test_the_last_five_are_not_used_again(app, session):
    who, words = browser(app, session, "operator"), [PASSWORD, *(f"Another-2026-{n}" for n in range(6))]
    for old, new in pairwise(words):
        assert who.post("/password/", {"old": old, "new": new, "again": new}).status_code == 302
    for used in words[1:6]:
        assert who.post("/password/", {"old": words[-1], "new": used, "again": used}).status_code == 422, used
    assert who.post("/password/", {"old": words[-1], "new": PASSWORD, "again": PASSWORD}).status_code == 302
    kept = select(func.count()).where(PasswordHistory.account_id == who.account_id)
    assert session.scalar(kept) == 5


def test_seekers_may_go_back_to_a_password(app, session):
    who, new = browser(app, session, "seeker"), "Another-2026-pass"
    assert who.post("/password/", {"old": PASSWORD, "new": new, "again": new}).status_code == 302
    assert who.post("/password/", {"old": new, "new": PASSWORD, "again": PASSWORD}).status_code == 302


def test_unused_accounts_of_the_staff_are_switched_off_on_the_ledger(app, session):
    old, fresh, seeker, demo = (with_person(app, session, role, demo=is_demo)[1] for role, is_demo in (
        ("operator", False), ("operator", False), ("seeker", False), ("operator", True),
    ))  # fmt: skip
    for key in (old, seeker, demo):
        made_days_ago(session, key, 200, last_login=func.timezone("UTC", func.now()) - timedelta(days=91))
    made_days_ago(session, fresh, 200, last_login=func.timezone("UTC", func.now()) - timedelta(days=89))
    assert ageing.switch_off_unused(session) == 1
    session.expire_all()
    assert [session.get_one(User, key).active for key in (old, fresh, seeker, demo)] == [False, True, True, True]
    event = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "deactivate")).one()
    assert (event.subject_id, event.actor_role) == (old, "clock")


def test_an_account_that_was_switched_on_again_has_time_to_log_in(app, session):
    admin, key = browser(app, session, "sysadmin"), with_person(app, session, "operator")[1]
    made_days_ago(session, key, 200, active=False)
    assert admin.post(f"/accountview/move/activate/{key}").status_code == 302
    assert ageing.switch_off_unused(session) == 0


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_the_last_administrator_of_a_kind_stays(app, session, role):
    first, second = (with_person(app, session, role)[1] for _ in range(2))
    for key in (first, second):
        made_days_ago(session, key, 300)
    assert ageing.switch_off_unused(session) == 1
    session.expire_all()
    assert sorted(session.get_one(User, key).active for key in (first, second)) == [False, True]
