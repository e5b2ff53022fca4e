"""Logins kept by the server: what the cookie holds, what ends a login, and who sees and ends whose."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask_jwt_extended import decode_token
from sqlalchemy import func, select, text, update
from werkzeug.security import check_password_hash, generate_password_hash

from app.models.accounts import Hat, LoginEvent
from app.models.review import ReviewEvent
from app.models.sessions import LoginSession
from app.views import sessions
from app.views.online import device_words
from tests.views.people import PASSWORD, Browser, account, browser, signed_in, unit

SECOND = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


def rows(session, account_id: int) -> list[LoginSession]:
    session.expire_all()
    found = select(LoginSession).where(LoginSession.account_id == account_id).order_by(LoginSession.id)
    return list(session.scalars(found))


def token(who: Browser) -> str:
    with who.client.session_transaction() as kept:
        return kept[sessions.TOKEN]


def with_token(app, value: str):
    client = app.test_client()
    with client.session_transaction() as kept:
        kept[sessions.TOKEN] = value
    return client


def twice(app, session, role: str, **place) -> tuple[Browser, Browser]:
    """The same account in two browsers."""
    name, account_id, hat_id = account(app, session, role, **place)
    return Browser(signed_in(app, name), account_id, hat_id), Browser(signed_in(app, name), account_id, hat_id)


# -- what is kept where ----------------------------------------------------------------------------------------------


def test_the_cookie_holds_a_random_number_and_the_database_its_hash(app, session):
    who = browser(app, session, "seeker")
    (row,) = rows(session, who.account_id)
    with who.client.session_transaction() as kept:
        assert str(who.account_id) not in [str(value) for value in kept.values()]
        assert row.token_hash not in json.dumps(dict(kept))
    assert len(token(who)) > 40
    assert (row.hat_id, row.device_kind, row.address, row.staff) == (who.hat_id, "program", "127.0.0.1", False)


@pytest.mark.parametrize("value", ["", "1", "x" * 43, "0" * 64, "é\x00"])
def test_a_number_that_was_never_given_opens_nothing(app, session, value):
    who = browser(app, session, "seeker")
    for wrong in (value, str(who.account_id), rows(session, who.account_id)[0].token_hash):
        assert with_token(app, wrong).get("/").status_code == 302


def test_the_name_of_a_device_is_text(app):
    """It comes from the browser, and is put together with a mark of ours."""
    with app.test_request_context():
        assert str(device_words((1, "computer", '<b>"x"</b>'))).endswith("&lt;b&gt;&#34;x&#34;&lt;/b&gt;")


def test_a_number_planted_before_the_login_is_worth_nothing_after_it(app, session):
    name, account_id, hat_id = account(app, session, "seeker")
    first = Browser(signed_in(app, name), account_id, hat_id)
    planted = token(first)
    first.post("/logout/")
    assert with_token(app, planted).get("/").status_code == 302
    again = Browser(signed_in(app, name), account_id, hat_id)
    assert token(again) != planted


def test_another_role_means_another_number(app, session):
    who = browser(app, session, "seeker")
    second = Hat(account_id=who.account_id, role="unit_owner", unit_id=unit(session).id)
    session.add(second)
    session.commit()
    old = token(who)
    assert who.post(f"/hat/{second.id}").status_code == 302
    assert token(who) != old
    assert with_token(app, old).get("/").status_code == 302
    assert who.get("/").status_code == 200
    assert [row.hat_id for row in rows(session, who.account_id)] == [second.id]


# -- what ends a login -----------------------------------------------------------------------------------------------


def reset(app, session, who: Browser) -> None:
    user = app.extensions["appbuilder"].sm.get_user_by_id(who.account_id)
    user.password = generate_password_hash("Some-2026-other", "pbkdf2:sha256:1")


def switch_off(app, session, who: Browser) -> None:
    app.extensions["appbuilder"].sm.get_user_by_id(who.account_id).active = False


def regrant(app, session, who: Browser) -> None:
    session.execute(update(Hat).where(Hat.id == who.hat_id).values(grants=["gigs"]))


def take(app, session, who: Browser) -> None:
    session.delete(session.get(Hat, who.hat_id))


def promote(app, session, who: Browser) -> None:
    session.add(Hat(account_id=who.account_id, role="operator"))


@pytest.mark.parametrize(
    ("change", "why"),
    [(reset, "password"), (switch_off, "inactive"), (regrant, "roles"), (take, "roles"), (promote, "roles")],
)
def test_every_login_ends_at_once_with_what_it_was_founded_on(app, session, change, why):
    """Whatever wrote it: a trigger sees to it. The login log tells why."""
    here, there = twice(app, session, "unit_handler", unit_id=unit(session).id, grants=["gigs", "media"])
    other = browser(app, session, "seeker")
    change(app, session, here)
    session.commit()
    assert [who.get("/").status_code for who in (here, there, other)] == [302, 302, 200]
    assert [row.ended_why for row in rows(session, here.account_id)] == [why, why]
    told = session.scalars(select(LoginEvent.outcome).where(LoginEvent.account_id == here.account_id))
    assert list(told).count(why) == 2


def test_a_further_role_outside_the_staff_and_another_default_end_nothing(app, session):
    who = browser(app, session, "seeker")
    session.add(Hat(account_id=who.account_id, role="unit_owner", unit_id=unit(session).id))
    session.execute(update(Hat).where(Hat.id == who.hat_id).values(is_default=False))
    session.commit()
    assert who.get("/").status_code == 200


def test_leaving_is_kept_with_its_moment(app, session):
    who = browser(app, session, "seeker")
    who.post("/logout/")
    (row,) = rows(session, who.account_id)
    assert (row.ended_why, row.ended_at is not None) == ("out", True)
    last = session.scalars(select(LoginEvent).where(LoginEvent.account_id == who.account_id).order_by(LoginEvent.id))
    assert [line.outcome for line in last] == ["ok", "out"]


def test_reading_writes_nothing_within_a_minute(app, session, statements):
    who = browser(app, session, "seeker")
    who.get("/sessionview/list/")
    statements.clear()
    who.get("/sessionview/list/")
    assert [one for one in statements if not one.lstrip().upper().startswith("SELECT")] == []
    who.idled(session, minutes=2)
    statements.clear()
    who.get("/sessionview/list/")
    assert [one for one in statements if one.startswith("UPDATE login_session")] != []
    (row,) = rows(session, who.account_id)
    assert row.seen_at == session.scalar(select(func.now()))


# -- one's own -------------------------------------------------------------------------------------------------------


def test_one_sees_where_one_is_logged_in_and_ends_one_of_them(app, session):
    here, there = twice(app, session, "seeker")
    foreign = browser(app, session, "seeker")
    mine, other = rows(session, here.account_id)
    page = here.get("/sessionview/list/?lang=en").text
    assert page.count("/sessionview/show/") >= 2
    assert page.count("this device") == 1
    assert here.post(f"/sessionview/move/end/{rows(session, foreign.account_id)[0].id}").status_code == 404
    assert here.post(f"/sessionview/move/end/{mine.id}").status_code == 409
    assert here.post(f"/sessionview/move/end/{other.id}").location == "/sessionview/list/"
    assert [who.get("/").status_code for who in (here, there, foreign)] == [200, 302, 200]


def test_all_others_end_with_one_button(app, session):
    here, there = twice(app, session, "seeker")
    foreign = browser(app, session, "seeker")
    assert here.post("/sessionview/others").status_code == 302
    assert [who.get("/").status_code for who in (here, there, foreign)] == [200, 302, 200]
    assert "/sessionview/others" not in here.get("/sessionview/list/").text


# -- the security administrator ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "left"), [("revoke_session", [302, 200]), ("revoke_account", [302, 302])])
def test_the_security_administrator_ends_logins_with_a_reason_on_the_ledger(app, session, name, left):
    admin, (here, there) = browser(app, session, "secadmin"), twice(app, session, "seeker")
    key = rows(session, here.account_id)[0].id
    assert admin.post(f"/onlineview/move/{name}/{key}", {"reason_text": ""}).status_code == 422
    assert admin.post(f"/onlineview/move/{name}/{key}", {"reason_text": "设备遗失"}).location == "/onlineview/list/"
    assert [who.get("/").status_code for who in (here, there)] == left
    event = session.scalars(select(ReviewEvent).where(ReviewEvent.action == name)).one()
    assert (event.subject_id, event.actor_id) == (here.account_id, admin.account_id)
    assert json.loads(event.body)["facts"]["reason"] == "设备遗失"


def test_nobody_else_watches_and_nobody_ends_the_own_account_there(app, session):
    admin, other = browser(app, session, "secadmin"), browser(app, session, "sysadmin")
    assert other.get("/onlineview/list/").status_code == 403
    own = rows(session, admin.account_id)[0].id
    assert admin.post(f"/onlineview/move/revoke_account/{own}", {"reason_text": "试"}).status_code == 409
    ended = rows(session, other.account_id)[0]
    answer = admin.post(f"/onlineview/move/revoke_session/{ended.id}", {"reason_text": "试"})
    assert answer.status_code == 302
    assert admin.get(f"/onlineview/show/{ended.id}").status_code == 404


# -- programs and what nobody came back to -----------------------------------------------------------------------------


def tokens(app, name: str) -> tuple[str, str]:
    """A token and one to renew it with."""
    sent = {"username": name, "password": PASSWORD, "provider": "db", "refresh": True}
    answer = app.test_client().post("/api/v1/security/login", json=sent).json
    return answer["access_token"], answer["refresh_token"]


def test_a_token_is_renewed_as_long_as_a_login_of_the_staff_lasts(app, session):
    name, _account_id, _hat_id = account(app, session, "seeker")
    with app.app_context():
        claims = [decode_token(one) for one in tokens(app, name)]
    assert [one["exp"] - one["iat"] for one in claims] == [3600, app.config["STAFF_SESSION_HOURS"] * 3600]


def answers(app, pair: tuple[str, str]) -> list[int]:
    client = app.test_client()
    with_access, with_refresh = ({"Authorization": f"Bearer {one}"} for one in pair)
    return [
        client.get("/api/v1/posting/", headers=with_access).status_code,
        client.post("/api/v1/security/refresh", headers=with_refresh).status_code,
    ]


@pytest.mark.parametrize("change", [reset, switch_off, regrant, take, promote])
def test_tokens_made_before_the_change_count_for_nothing(app, session, change):
    granted = {"unit_id": unit(session).id, "grants": ["gigs", "media", "postings"]}
    name, account_id, hat_id = account(app, session, "unit_handler", **granted)
    pair, who = tokens(app, name), Browser(None, account_id, hat_id)
    assert answers(app, pair) == [200, 200]
    change(app, session, who)
    assert answers(app, pair) == [401, 401], "made in the same second as the change, as likely as not"


def test_a_token_of_the_moment_before_the_change_counts_for_nothing(app, session, monkeypatch):
    """Its password was looked at before, the token made after: it is founded on what was before."""
    name, account_id, _hat_id = account(app, session, "reviewer", region_code="310000")

    def changed_meanwhile(user, sent):
        right = check_password_hash(user, sent)
        session.execute(text("SELECT login_session_end(:who, 'password')"), {"who": account_id})
        session.commit()
        return right

    monkeypatch.setattr("flask_appbuilder.security.manager.check_password_hash", changed_meanwhile)
    pair = tokens(app, name)
    monkeypatch.undo()
    assert answers(app, pair) == [401, 401]
    assert answers(app, tokens(app, name)) == [200, 200], "the next one counts at once"


def test_whatever_way_the_name_is_written_the_token_counts(app, session):
    name, account_id, _hat_id = account(app, session, "reviewer", region_code="310000")
    session.execute(text("SELECT login_session_end(:who, 'password')"), {"who": account_id})
    mail = session.scalar(text("SELECT email FROM ab_user WHERE id = :who").bindparams(who=account_id))
    session.commit()
    for written in (name, name.upper(), mail):
        sent = {"username": written, "password": PASSWORD, "provider": "db", "refresh": True}
        answer = app.test_client().post("/api/v1/security/login", json=sent)
        if answer.status_code == 200:
            assert answers(app, (answer.json["access_token"], answer.json["refresh_token"])) == [200, 200], written
        else:
            assert written != name


def test_ending_all_logins_of_an_account_ends_its_tokens_too(app, session):
    admin, (name, account_id, hat_id) = browser(app, session, "secadmin"), account(app, session, "seeker")
    pair, _who = tokens(app, name), Browser(signed_in(app, name), account_id, hat_id)
    key = rows(session, account_id)[0].id
    assert admin.post(f"/onlineview/move/revoke_account/{key}", {"reason_text": "设备遗失"}).status_code == 302
    assert answers(app, pair) == [401, 401]


def test_the_job_ends_what_nobody_came_back_to_and_forgets_the_oldest(app, session):
    idle, aged, busy, old = (browser(app, session, "seeker") for _ in range(4))
    idle.idled(session, minutes=31)
    aged.aged(session)
    old.post("/logout/")
    past = update(LoginSession).where(LoginSession.account_id == old.account_id)
    session.execute(past.values(ended_at=func.now() - timedelta(days=200)))
    session.commit()
    with app.app_context():
        assert app.extensions["run_job"]("end_sessions") == 3
    assert [[row.ended_why for row in rows(session, who.account_id)] for who in (idle, aged, busy, old)] == [
        ["idle"],
        ["aged"],
        [""],
        [],
    ]
