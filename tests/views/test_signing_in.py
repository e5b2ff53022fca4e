"""Login, lockout, sessions, hats, tokens (standards.md 2.4; screens.md 2, trap 7)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.models.accounts import Hat, LoginEvent
from app.models.sessions import LoginSession
from app.views import lockout, sessions
from tests.views.people import PASSWORD, Browser, account, browser, signed_in, unit

NEW = "Another-2026-pass"


def attempt(app, name: str, password: str):
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)[1]
    return client.post("/login/?lang=en", data={"csrf_token": token, "username": name, "password": password})


def token_of(app, name: str) -> str:
    return (
        app.test_client()
        .post("/api/v1/security/login", json={"username": name, "password": PASSWORD, "provider": "db"})
        .json["access_token"]
    )


def said(page: str) -> str:
    return re.search(r'role="alert".*?<p>(.*?)</p>', page, re.DOTALL)[1]


def test_wrong_name_and_wrong_password_are_answered_alike(app, session):
    name, _id, _hat = account(app, session, "seeker")
    wrong, unknown = attempt(app, name, "nope"), attempt(app, "nobody", "nope")
    assert wrong.status_code == unknown.status_code == 401
    assert said(wrong.text) == said(unknown.text)


def test_five_failures_lock_the_account_for_page_and_api(app, session):
    name, _id, _hat = account(app, session, "seeker")
    for _ in range(lockout.ACCOUNT_FAILURES):
        assert attempt(app, name, "nope").status_code == 401
    assert attempt(app, name, PASSWORD).status_code == 429
    api = app.test_client().post(
        "/api/v1/security/login", json={"username": name, "password": PASSWORD, "provider": "db"}
    )
    assert (api.status_code, api.json["code"]) == (429, "too_many")
    outcomes = [event.outcome for event in session.query(LoginEvent).filter_by(user_name=name).order_by(LoginEvent.id)]
    assert outcomes == ["wrong"] * 5 + ["locked"] * 2


def test_many_failures_from_one_address_lock_it(app, session, monkeypatch):
    monkeypatch.setattr(lockout, "ADDRESS_FAILURES", 3)
    for n in range(3):
        attempt(app, f"guess{n}", "nope")
    assert attempt(app, "guess9", "nope").status_code == 429


def test_the_log_keeps_a_phone_number_masked_only(app, session):
    attempt(app, "13800001234", "nope")
    assert [event.user_name for event in session.query(LoginEvent)] == ["138****1234"]


def test_a_login_starts_a_new_session(app, session):
    name, _id, _hat = account(app, session, "seeker")
    client = app.test_client()
    with client.session_transaction() as before:
        before["planted"] = "x"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)[1]
    client.post("/login/", data={"csrf_token": token, "username": name, "password": PASSWORD})
    with client.session_transaction() as after:
        assert "planted" not in after


def test_logout_needs_a_post_and_ends_the_session(app, session):
    who = browser(app, session, "seeker")
    assert who.get("/logout/").status_code == 405
    assert who.post("/logout/").location == "/login/"
    assert who.get("/").status_code == 302


@pytest.mark.parametrize("why", ["idle", "aged"])
def test_a_session_ends_by_idleness_and_age(app, session, why):
    who = browser(app, session, "seeker")
    assert who.get("/").status_code == 200
    who.idled(session, minutes=31) if why == "idle" else who.aged(session)
    assert who.get("/").status_code == 302
    assert session.scalar(select(LoginSession.ended_why).where(LoginSession.account_id == who.account_id)) == why


def test_a_changed_password_ends_every_other_session(app, session):
    name, account_id, hat_id = account(app, session, "seeker")
    here = Browser(signed_in(app, name), account_id, hat_id)
    there = Browser(signed_in(app, name), account_id, hat_id)
    answer = here.post("/password/", {"old": PASSWORD, "new": "Another-2026-pass", "again": "Another-2026-pass"})
    assert answer.status_code == 302
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302


def test_the_role_acted_in_stays_after_a_changed_password(app, session):
    who = browser(app, session, "seeker")
    second = Hat(account_id=who.account_id, role="student")
    session.add(second)
    session.commit()
    who.post(f"/hat/{second.id}")
    assert who.post("/password/", {"old": PASSWORD, "new": NEW, "again": NEW}).status_code == 302
    begun = select(LoginSession.hat_id).where(
        LoginSession.account_id == who.account_id, LoginSession.ended_at.is_(None)
    )
    assert session.scalar(begun) == second.id


def test_a_role_that_is_gone_is_not_put_on_again(app, session):
    name, account_id, hat_id = account(app, session, "seeker")
    with app.test_request_context():
        sessions.begin(app.extensions["appbuilder"].sm.find_user(name), worn=hat_id + 999)
    begun = select(LoginSession.hat_id).where(LoginSession.account_id == account_id)
    assert session.scalar(begun) == hat_id


@pytest.mark.parametrize(
    ("role", "old", "new", "again", "at"),
    [
        ("seeker", "wrong", "Another-2026-pass", "Another-2026-pass", "old"),
        ("seeker", PASSWORD, "short1", "short1", "new"),
        ("seeker", PASSWORD, "onlyletters", "onlyletters", "new"),
        ("seeker", PASSWORD, PASSWORD, PASSWORD, "new"),
        ("seeker", PASSWORD, "abcd12345", "abcd12346", "again"),
        ("sysadmin", PASSWORD, "abcd12345", "abcd12345", "new"),
        ("sysadmin", PASSWORD, "abcdef123456", "abcdef123456", "new"),
    ],
)
def test_a_weak_or_wrong_new_password_is_named_and_never_shown(app, session, role, old, new, again, at):
    who = browser(app, session, role)
    answer = who.post("/password/", {"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert f'<a href="#{at}">' in answer.text
    assert f'value="{new}"' not in answer.text


def test_an_empty_old_password_is_named_and_is_no_try(app, session):
    """Five times Enter on the empty form lock nobody out."""
    who = browser(app, session, "seeker")
    for _turn in range(6):
        answer = who.post("/password/", {"old": "", "new": "Another-2026-pass", "again": "Another-2026-pass"})
        assert (answer.status_code, '<a href="#old">' in answer.text) == (422, True)
    changed = {"old": PASSWORD, "new": "Another-2026-pass", "again": "Another-2026-pass"}
    assert who.post("/password/", changed).status_code == 302


def test_an_inactive_account_is_out_at_once(app, session):
    who = browser(app, session, "seeker")
    app.extensions["appbuilder"].sm.get_user_by_id(who.account_id).active = False
    session.commit()
    assert who.get("/").status_code == 302


def test_hats_are_switched_by_post_and_only_own_ones(app, session):
    own = unit(session)
    who = browser(app, session, "seeker")
    second = Hat(account_id=who.account_id, role="unit_owner", unit_id=own.id)
    session.add(second)
    session.commit()
    assert own.name not in re.search(r'class="g-hat".*?</summary>', who.get("/").text, re.DOTALL)[0]
    assert who.post(f"/hat/{second.id}").status_code == 302
    assert own.name in re.search(r'class="g-hat".*?</summary>', who.get("/").text, re.DOTALL)[0]
    foreign = browser(app, session, "sysadmin")
    assert who.post(f"/hat/{foreign.hat_id}").status_code == 403


def test_a_hat_taken_away_is_gone_with_the_next_request(app, session):
    who = browser(app, session, "sysadmin")
    assert who.get("/dictitemview/list/").status_code == 200
    session.get_one(Hat, who.hat_id).active = False
    session.commit()
    assert who.get("/dictitemview/list/").status_code == 302
    again = signed_in(app, app.extensions["appbuilder"].sm.get_user_by_id(who.account_id).username)
    assert again.get("/dictitemview/list/").status_code == 403


def test_the_api_reads_no_cookie_and_the_pages_no_token(app, session):
    name, account_id, hat_id = account(app, session, "sysadmin")
    who = Browser(signed_in(app, name), account_id, hat_id)
    assert who.get("/dictitemview/list/").status_code == 200
    bearer = {"Authorization": f"Bearer {token_of(app, name)}"}
    assert who.get("/api/v1/dictitem/").status_code == 401
    assert app.test_client().get("/api/v1/dictitem/", headers=bearer).status_code == 200
    assert app.test_client().get("/dictitemview/list/", headers=bearer).status_code == 302


@pytest.mark.parametrize("header", ["Bearer x", "Bearer a.b.c", "Bearer "])
def test_a_bad_token_is_401(app, session, header):
    answer = app.test_client().get("/api/v1/menu/", headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_hat_of_somebody_else_in_the_header_is_refused(app, session):
    name, _id, _hat = account(app, session, "seeker")
    _other, _oid, foreign = account(app, session, "sysadmin")
    bearer = {"Authorization": f"Bearer {token_of(app, name)}", "X-Hat": str(foreign)}
    answer = app.test_client().get("/api/v1/menu/", headers=bearer)
    assert (answer.status_code, answer.json["code"]) == (403, "hat_not_yours")
