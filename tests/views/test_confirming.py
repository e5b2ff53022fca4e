"""Who gives roles makes no second administrator alone: the screens of giving and confirming (SG-03, GB/T 22239)."""

from __future__ import annotations

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select, update

from app.models.accounts import Hat
from app.models.review import ReviewEvent
from app.models.second_factor import FactorReset
from tests.views.people import Browser, account, browser, signed_in


@pytest.fixture
def admin(app, session) -> Browser:
    return browser(app, session, "sysadmin")


def given(app, session, admin: Browser, role: str, **more: str) -> tuple[Hat, str]:
    """A seeker's account that got the role on the screen; the hat and the user name."""
    name, account_id, _hat = account(app, session, "seeker")
    answer = admin.post("/hatview/add?lang=en", {"account": str(account_id), "role": role, **more})
    assert answer.status_code == 302, answer.text
    return session.scalars(select(Hat).where(Hat.account_id == account_id, Hat.role == role)).one(), name


def moves(page: str) -> list[str]:
    return [name for name in ("confirm", "decline") if f"/hatview/move/{name}/" in page]


@pytest.mark.parametrize("role", ["secadmin", "auditor", "sysadmin"])
def test_the_role_opens_nothing_before_another_administrator_confirms_it(app, session, admin, role):
    hat, name = given(app, session, admin, role)
    shown = admin.get(f"/hatview/show/{hat.id}?lang=en").text
    assert "Waiting for confirmation" in shown and "the auditor confirms the role" in shown
    assert moves(shown) == []
    them = Browser(signed_in(app, name), hat.account_id, hat.id)
    assert them.get("/hatview/list/").status_code == 403
    assert admin.post(f"/hatview/move/confirm/{hat.id}").status_code == 403
    other = browser(app, session, "sysadmin")
    assert other.post(f"/hatview/move/confirm/{hat.id}").status_code == 403, "of the same kind as who gave it"
    second = browser(app, session, "auditor")
    assert moves(second.get(f"/hatview/show/{hat.id}").text) == ["confirm", "decline"]
    asked = second.get(f"/hatview/move/confirm/{hat.id}?lang=en")
    assert asked.status_code == 200 and "whoever gave the role" in asked.text
    assert second.post(f"/hatview/move/confirm/{hat.id}").status_code == 302
    assert them.get("/").status_code == 302, "the next login stands under the rules for staff"
    session.refresh(hat)
    assert (hat.standing, hat.confirmed_by_id) == ("active", second.account_id)
    assert second.post(f"/hatview/move/confirm/{hat.id}").status_code == 409


def test_declined_it_is_no_role_and_the_ledger_says_so(app, session, admin):
    hat, _name = given(app, session, admin, "secadmin")
    second = browser(app, session, "secadmin")
    assert second.post(f"/hatview/move/decline/{hat.id}").status_code == 302
    session.refresh(hat)
    assert hat.standing == "off"
    steps = select(ReviewEvent.action, ReviewEvent.actor_id).where(ReviewEvent.subject_id == hat.account_id)
    assert session.execute(steps.order_by(ReviewEvent.id)).all() == [
        ("hat_asked", admin.account_id),
        ("hat_declined", second.account_id),
    ]


def test_a_second_administrator_of_ones_own_making_decides_nothing(app, session, admin):
    """Both halves of a reset of a second factor by one person: that is what the confirmation is for."""
    hat, name = given(app, session, admin, "secadmin")
    victim = browser(app, session, "lead", region_code="310000")
    session.add(FactorReset(account_id=victim.account_id, asked_by_id=admin.account_id, reason="假称丢失"))
    session.commit()
    row = session.scalars(select(FactorReset)).one()
    puppet = Browser(signed_in(app, name), hat.account_id, hat.id)
    assert puppet.post(f"/factorresetview/move/take_off/{row.id}").status_code == 403
    assert puppet.post(f"/hatview/move/confirm/{hat.id}").status_code == 403


def test_switched_off_and_on_again_the_role_waits_anew(app, session, admin):
    _name, _account, hat_id = account(app, session, "secadmin")
    browser(app, session, "secadmin")  # the last one could not be switched off
    hat = session.get_one(Hat, hat_id)
    edit = f"/hatview/edit/{hat_id}"

    def save(**values):
        session.refresh(hat)
        return admin.post(edit, {"version": hat.changed_on.isoformat(), "region": "", **values})

    assert save().status_code == 302
    session.refresh(hat)
    assert hat.standing == "off"
    assert 'name="active"' in admin.get(edit).text
    assert save(active="y").status_code == 302
    session.refresh(hat)
    assert (hat.standing, hat.given_by_id) == ("waiting", admin.account_id)
    assert 'name="active"' not in admin.get(edit).text, "its confirmation switches it on, nothing else"
    assert save(active="y").status_code == 302
    session.refresh(hat)
    assert (hat.standing, hat.active) == ("waiting", False)
    assert browser(app, session, "auditor").post(f"/hatview/move/confirm/{hat_id}").status_code == 302
    assert save(active="y", is_default="y").status_code == 302
    session.refresh(hat)
    assert (hat.standing, hat.is_default) == ("active", True), "a change of what is in force waits for nobody"


def test_an_account_that_is_switched_on_again_gets_its_role_back_confirmed(app, session, admin):
    _name, account_id, hat_id = account(app, session, "secadmin")
    second = browser(app, session, "secadmin")
    assert admin.post(f"/accountview/move/deactivate/{account_id}").status_code == 302
    answer = admin.post(f"/accountview/move/activate/{account_id}")
    assert answer.status_code == 302 and "尚未生效" in admin.get(answer.location).text
    hat = session.get_one(Hat, hat_id, populate_existing=True)
    assert (hat.standing, hat.given_by_id) == ("waiting", admin.account_id)
    assert second.post(f"/hatview/move/confirm/{hat_id}").status_code == 302


@pytest.mark.parametrize(("lang", "said"), [("en", "create-admin"), ("zh", "目前没有人担任该管理员角色")])
def test_the_only_one_of_a_kind_does_not_come_back_by_one_person(app, session, admin, lang, said):
    _name, account_id, _hat = account(app, session, "secadmin")
    session.execute(update(User).where(User.id == account_id).values(active=False))
    session.commit()
    answer = admin.post(f"/accountview/move/activate/{account_id}?lang={lang}")
    assert answer.status_code == 422 and said in answer.text


def test_other_roles_are_in_force_at_once(app, session, admin):
    hat, _name = given(app, session, admin, "operator")
    assert (hat.standing, hat.given_by_id) == ("active", None)
    second = browser(app, session, "secadmin")
    assert moves(second.get(f"/hatview/show/{hat.id}").text) == []
    assert second.post(f"/hatview/move/confirm/{hat.id}").status_code == 409


def test_the_auditor_sees_roles_of_administrators_and_no_others(app, session, admin):
    hat, _name = given(app, session, admin, "operator")
    auditor = browser(app, session, "auditor")
    assert auditor.get(f"/hatview/show/{hat.id}").status_code == 404
    assert auditor.get(f"/hatview/show/{admin.hat_id}").status_code == 200
    assert auditor.get(f"/hatview/edit/{admin.hat_id}").status_code == 403
    assert auditor.get("/hatview/add").status_code == 403
    assert 'href="/hatview/list/"' in auditor.get("/").text


@pytest.mark.parametrize("role", ["secadmin", "auditor"])
def test_what_waits_stands_on_the_start_page_and_in_the_list(app, session, admin, role):
    second = browser(app, session, role)
    assert "waiting for your confirmation" not in second.get("/?lang=en").text
    hat, name = given(app, session, admin, "auditor")
    page = second.get("/?lang=en").text
    assert "Auditor: waiting for your confirmation" in page
    assert f"/hatview/show/{hat.id}" in page and name in page
    listed = second.get("/hatview/list/?f_standing=waiting&lang=zh").text
    assert name in listed and "待确认" in listed
    assert second.post(f"/hatview/move/decline/{hat.id}").status_code == 302
    assert f"/hatview/show/{hat.id}" not in second.get("/").text
    assert name not in second.get("/hatview/list/?f_standing=waiting").text


def test_a_decision_takes_a_fresh_proof(app, session, admin):
    hat, _name = given(app, session, admin, "auditor")
    second = browser(app, session, "secadmin")
    second.unproven(session, minutes=60)
    for name in ("confirm", "decline"):
        assert second.post(f"/hatview/move/{name}/{hat.id}").location.startswith("/proof/")
    session.refresh(hat)
    assert hat.standing == "waiting"


def test_nobody_confirms_the_own_role(app, session, admin):
    """Whoever stays auditor until the new role is in force would otherwise decide on it."""
    hat, _name = given(app, session, admin, "sysadmin")
    second = browser(app, session, "secadmin")
    session.execute(update(Hat).where(Hat.id == hat.id).values(account_id=second.account_id))
    session.commit()
    assert moves(second.get(f"/hatview/show/{hat.id}").text) == []
    assert second.post(f"/hatview/move/confirm/{hat.id}").status_code == 409
    assert "waiting for your confirmation" not in second.get("/?lang=en").text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_refused_has_words(app, session, admin, lang):
    hat, _name = given(app, session, admin, "auditor")
    twice = admin.post(f"/hatview/add?lang={lang}", {"account": str(hat.account_id), "role": "secadmin"})
    assert twice.status_code == 422
    assert {"en": "waits for its confirmation", "zh": "已有管理员角色待确认"}[lang] in twice.text
    assert admin.post(f"/accountview/move/deactivate/{hat.account_id}").status_code == 302
    off = browser(app, session, "secadmin").post(f"/hatview/move/confirm/{hat.id}?lang={lang}")
    assert off.status_code == 409
    assert {"en": "The account is switched off", "zh": "该账号已停用"}[lang] in off.text
    assert session.scalar(select(func.count()).where(Hat.standing == "waiting")) == 1
