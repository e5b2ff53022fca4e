"""Accounts and their roles as the system administrator keeps them (DEMO=0: nobody works without this screen)."""

from __future__ import annotations

import re

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash

from app.models.accounts import Hat, Person
from app.models.review import ReviewEvent
from app.rules.passwords import staff_password_fault
from tests.views.people import PASSWORD, Browser, account, browser, signed_in, unit

NEW = {"username": "wang.fang", "first_name": "王芳", "email": "wang.fang@example.cn"}
OWN_WORD = "Chosen-By-2026-me"


@pytest.fixture
def admin(app, session) -> Browser:
    return browser(app, session, "sysadmin")


def shown_word(page: str) -> str:
    return re.search(r"<code>([^<]+)</code>", page)[1]


def login(app, name: str, password: str):
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)[1]
    answer = client.post("/login/", data={"csrf_token": token, "username": name, "password": password})
    return client, answer


def give(admin: Browser, account_id: int, role: str, **more):
    return admin.post("/hatview/add?lang=en", {"account": str(account_id), "role": role, **more})


def confirmed(app, session, account_id: int) -> Hat:
    """The administrator's role that waits at the account is confirmed by an auditor."""
    hat = session.scalars(select(Hat).where(Hat.account_id == account_id, Hat.standing == "waiting")).one()
    answer = browser(app, session, "auditor").post(f"/hatview/move/confirm/{hat.id}")
    assert answer.status_code == 302
    session.refresh(hat)
    return hat


def steps(session) -> list[str]:
    return list(session.scalars(select(ReviewEvent.action).order_by(ReviewEvent.id)))


def added(admin: Browser, session, **changes) -> tuple[User, str]:
    answer = admin.post("/accountview/add", NEW | changes)
    assert answer.status_code == 200
    user = session.scalars(select(User).where(User.username == (NEW | changes)["username"])).one()
    return user, shown_word(answer.text)


# -- adding -----------------------------------------------------------------------------------------------------------


def test_a_new_account_gets_a_password_that_is_shown_once_and_stored_as_a_hash(admin, session):
    answer = admin.post("/accountview/add", NEW)
    word = shown_word(answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert staff_password_fault(word, "wang.fang") is None
    user = session.scalars(select(User).where(User.username == "wang.fang")).one()
    assert word not in user.password
    assert check_password_hash(user.password, word)
    person = session.get(Person, user.id)
    assert (person.real_name, person.must_change, person.demo) == ("王芳", True, False)
    assert word not in admin.get(f"/accountview/show/{user.id}").text
    assert "account_added" in steps(session)


def test_the_whole_way_from_an_empty_installation_to_a_reviewer_at_work(app, session, admin):
    user, word = added(admin, session)
    assert give(admin, user.id, "reviewer", region="310120").status_code == 302
    client, answer = login(app, "wang.fang", word)
    assert answer.status_code == 302
    for path in ("/desk/", "/", "/postingview/list/"):
        assert client.get(path).location == "/password/", "nothing else before the password is one's own"
    page = client.get("/password/")
    assert page.status_code == 200
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    sent = {"csrf_token": token, "old": word, "new": OWN_WORD, "again": OWN_WORD}
    assert client.post("/password/", data=sent).status_code == 302
    assert client.get("/desk/").status_code == 200
    session.expire_all()
    assert session.get(Person, user.id).must_change is False


def test_the_api_is_closed_until_the_password_is_changed(app, session, admin):
    user, word = added(admin, session)
    give(admin, user.id, "sysadmin")
    sent = {"username": "wang.fang", "password": word, "provider": "db"}
    answer = app.test_client().post("/api/v1/security/login", json=sent)
    assert (answer.status_code, answer.json["code"]) == (403, "password_must_change")
    person = session.get(Person, user.id)
    person.must_change = False
    session.commit()
    token = app.test_client().post("/api/v1/security/login", json=sent).json["access_token"]
    person.must_change = True
    session.commit()
    answer = app.test_client().get("/api/v1/dictitem/", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json["code"]) == (403, "password_must_change"), "reset after the token was given"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "王芳"),
        ("username", "ab"),
        ("username", "a b c"),
        ("username", ""),
        ("email", "nowhere"),
        ("first_name", ""),
    ],
)
def test_what_is_wrong_with_a_new_account_is_named(admin, session, field, value):
    answer = admin.post("/accountview/add", NEW | {field: value})
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert session.scalar(select(User.id).where(User.email == NEW["email"])) is None


def test_a_name_in_other_capitals_is_in_use_and_shuts_nobody_out(app, admin, session):
    _user, word = added(admin, session)
    answer = admin.post("/accountview/add?lang=en", NEW | {"username": "Wang.Fang", "email": "other@example.cn"})
    assert answer.status_code == 422
    assert '<a href="#username">' in answer.text and "in use" in answer.text
    assert login(app, "wang.fang", word)[1].status_code == 302


def test_the_database_keeps_a_name_in_whatever_capitals_for_one_account(admin, session):
    added(admin, session)
    session.add(User(username="WANG.fang", first_name="芳", last_name="", email="other@example.cn"))
    with pytest.raises(IntegrityError, match="uq_ab_user_username_folded"):
        session.flush()


@pytest.mark.parametrize("field", ["username", "email"])
def test_a_name_or_address_in_use_is_named(admin, session, field):
    added(admin, session)
    other = {"username": "other.one", "first_name": "李", "email": "other@example.cn"} | {field: NEW[field]}
    answer = admin.post("/accountview/add", other)
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert "<code>" not in answer.text


# -- switching off, resetting -----------------------------------------------------------------------------------------


def test_deactivation_ends_sessions_and_shuts_the_door(app, session, admin):
    name, account_id, hat_id = account(app, session, "seeker")
    them = Browser(signed_in(app, name), account_id, hat_id)
    assert admin.get(f"/accountview/move/deactivate/{account_id}").status_code == 200, "asks first"
    assert them.get("/").status_code == 200
    assert admin.post(f"/accountview/move/deactivate/{account_id}").status_code == 302
    assert them.get("/").status_code == 302
    assert login(app, name, PASSWORD)[1].status_code == 401
    assert admin.post(f"/accountview/move/deactivate/{account_id}").status_code == 409
    assert admin.post(f"/accountview/move/activate/{account_id}").status_code == 302
    assert login(app, name, PASSWORD)[1].status_code == 302
    assert steps(session)[-2:] == ["deactivate", "activate"]


def test_a_reset_ends_sessions_and_the_new_password_must_be_changed(app, session, admin):
    name, account_id, hat_id = account(app, session, "reviewer", region_code="310000")
    them = Browser(signed_in(app, name), account_id, hat_id)
    answer = admin.post(f"/accountview/move/reset_password/{account_id}")
    assert answer.status_code == 200
    word = shown_word(answer.text)
    assert them.get("/").status_code == 302
    assert login(app, name, PASSWORD)[1].status_code == 401
    client, _answer = login(app, name, word)
    assert client.get("/desk/").location == "/password/"
    assert session.scalar(select(ReviewEvent.id).where(ReviewEvent.body.contains(word))) is None


@pytest.mark.parametrize("move", ["deactivate", "reset_password"])
def test_nobody_does_it_to_oneself(admin, session, move):
    assert admin.post(f"/accountview/move/{move}/{admin.account_id}").status_code == 403
    assert session.get(User, admin.account_id).active


def test_other_roles_neither_see_nor_touch_accounts(app, session, admin):
    for role, expected in (("operator", 403), ("auditor", 403), ("secadmin", 200)):
        them = browser(app, session, role)
        assert them.get("/accountview/list/").status_code == expected
        assert them.post("/accountview/add", NEW).status_code == 403
        assert them.post(f"/accountview/move/reset_password/{admin.account_id}").status_code == 403


def test_the_list_shows_roles_and_finds_by_name(app, session, admin):
    user, _word = added(admin, session)
    give(admin, user.id, "operator")
    page = admin.get("/accountview/list/?q=wang.fang&lang=en").text
    assert "wang.fang" in page
    assert "Operator" in page
    assert user.password not in page


# -- hats -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "field"),
    [
        ("unit_owner", "unit"),
        ("unit_handler", "unit"),
        ("school_admin", "school"),
        ("agency", "agency"),
        ("reviewer", "region"),
    ],
)
def test_a_role_without_its_place_is_refused_with_the_field_named(admin, session, role, field):
    user, _word = added(admin, session)
    answer = give(admin, user.id, role)
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert session.scalar(select(Hat.id).where(Hat.account_id == user.id)) is None


def test_a_role_with_a_foreign_place_is_refused(app, session, admin):
    user, _word = added(admin, session)
    of = unit(session)
    answer = give(admin, user.id, "auditor", unit=str(of.id))
    assert answer.status_code == 422
    assert "does not belong to such a place" in answer.text


def test_the_three_administrators_are_three_persons(app, admin, session):
    user, _word = added(admin, session)
    assert give(admin, user.id, "secadmin").status_code == 302
    confirmed(app, session, user.id)
    answer = give(admin, user.id, "auditor")
    assert answer.status_code == 422
    assert "are three persons" in answer.text
    twice = give(admin, user.id, "secadmin")
    assert twice.status_code == 422
    assert "already holds the role" in twice.text


def test_the_last_administrator_of_a_kind_is_not_taken_away(app, admin, session):
    """Neither the role nor the account; with a second one both may go."""
    user, _word = added(admin, session)
    give(admin, user.id, "secadmin")
    hat = confirmed(app, session, user.id)
    edit, off = f"/hatview/edit/{hat.id}?lang=en", f"/accountview/move/deactivate/{user.id}?lang=en"
    taken = admin.post(edit, {"region": "", "version": ""})
    assert taken.status_code == 422 and "last administrator of its kind" in taken.text
    refused = admin.post(off)
    assert refused.status_code == 422 and "last administrator of its kind" in refused.text
    assert "同类管理员中的最后一个" in admin.post(off.replace("en", "zh")).text
    session.expire_all()
    assert session.get(Hat, hat.id).active and session.get(User, user.id).active
    other, _word = added(admin, session, username="li.si", email="li.si@example.cn")
    give(admin, other.id, "secadmin")
    assert admin.post(off).status_code == 422, "one that waits for its confirmation does not count"
    confirmed(app, session, other.id)
    assert admin.post(off).status_code == 302
    assert not session.get(User, user.id, populate_existing=True).active


def test_functions_are_granted_to_handlers_and_to_nobody_else(app, session, admin):
    user, _word = added(admin, session)
    of = unit(session)
    done = give(admin, user.id, "unit_handler", unit=str(of.id), grants=["gigs", "postings"])
    assert done.status_code == 302
    hat = session.scalars(select(Hat).where(Hat.account_id == user.id)).one()
    assert hat.grants == ["postings", "gigs"]
    assert 'name="grants"' in admin.get(f"/hatview/edit/{hat.id}").text
    bad = give(admin, user.id, "unit_handler", unit=str(of.id), grants=["everything"])
    assert bad.status_code == 422
    assert '<a href="#grants">' in bad.text
    other, _word = added(admin, session, username="li.si", email="li.si@example.cn")
    assert give(admin, other.id, "operator", grants=["gigs"]).status_code == 302
    plain = session.scalars(select(Hat).where(Hat.account_id == other.id)).one()
    assert plain.grants == []
    assert 'name="grants"' not in admin.get(f"/hatview/edit/{plain.id}").text


def test_one_default_role_per_account(app, session, admin):
    user, _word = added(admin, session)
    give(admin, user.id, "operator", is_default="y")
    give(admin, user.id, "seeker", is_default="y")
    chosen = session.execute(select(Hat.role, Hat.is_default).where(Hat.account_id == user.id).order_by(Hat.id)).all()
    assert [tuple(row) for row in chosen] == [("operator", False), ("seeker", True)]


def test_the_clock_is_nobodys_role(app, session, admin):
    """It stands in the log as who has moved, and is neither offered nor taken."""
    form = admin.get("/hatview/add").text
    assert 'value="auditor"' in form
    assert 'value="clock"' not in form
    user, _word = added(admin, session)
    assert give(admin, user.id, "clock").status_code == 422
    assert session.scalars(select(Hat).where(Hat.account_id == user.id)).all() == []


def test_nobody_gives_roles_to_oneself(admin, session):
    assert give(admin, admin.account_id, "operator").status_code == 403
    assert admin.get(f"/hatview/edit/{admin.hat_id}").status_code == 403


# -- how long a session may stand idle --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "minutes", "status"), [("sysadmin", 16, 302), ("sysadmin", 14, 200), ("seeker", 16, 200)]
)
def test_staff_are_out_after_a_quarter_of_an_hour(app, session, role, minutes, status):
    them = browser(app, session, role)
    assert them.get("/").status_code == 200
    them.idled(session, minutes=minutes)
    assert them.get("/").status_code == status


def test_a_document_that_was_seen_raises_the_level_for_a_reason_and_on_the_ledger(app, session):
    """GD-13: a way to level 2 without a provider."""
    _name, account_id, _hat = account(app, session, "seeker")
    person = Person(account_id=account_id, real_name="李小明", identity_level=1, id_number="11010519491231002X")
    session.add(person)
    session.commit()
    who = browser(app, session, "sysadmin")
    assert who.post(f"/accountview/move/identity_seen/{account_id}").status_code == 422
    assert (
        who.post(f"/accountview/move/identity_seen/{account_id}", {"reason_text": "大厅核验身份证原件"}).status_code
        == 302
    )
    session.expire_all()
    assert (person.identity_level, bool(person.id_hash)) == (2, True)
    event = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "identity_seen")).one()
    assert (event.subject_id, event.facts["reason"]) == (account_id, "大厅核验身份证原件")
    again = who.post(f"/accountview/move/identity_seen/{account_id}", {"reason_text": "再次"})
    many = select(func.count()).select_from(ReviewEvent).where(ReviewEvent.action == "identity_seen")
    assert again.status_code == 409 and session.scalar(many) == 1
