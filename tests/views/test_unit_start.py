"""The steps before a unit's form: who registers, which unit, the code by SMS (GD-13, GD-23..25)."""

from __future__ import annotations

import re

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import exists, select

from app.models.accounts import Person
from app.models.dispatch import Dispatch
from app.models.units import Unit
from tests.review import samples
from tests.views.people import PASSWORD, Browser, browser

CODE = samples.uscc(77_123_456)
PHONE = "13900005678"


@pytest.fixture
def who(app, session) -> Browser:
    """A real-named person with a phone."""
    made = browser(app, session, "seeker")
    person = Person(account_id=made.account_id, real_name="李四", identity_level=2)
    person.set_phone(PHONE)
    session.add(person)
    session.commit()
    return made


def first(who: Browser, code: str = CODE, name: str = "上海新办商贸有限公司"):
    return who.post("/unitstart/?lang=en", {"name": name, "uscc": code})


def sent(session) -> list[Dispatch]:
    session.expire_all()
    return list(session.scalars(select(Dispatch).where(Dispatch.template == "code").order_by(Dispatch.id)))


def test_who_registers_is_shown_masked(who):
    page = who.get("/unitstart/").text
    assert "李四" in page
    assert PHONE not in page


def test_the_code_leads_to_the_form_with_name_and_code(who, session):
    assert first(who).location.endswith("/unitstart/code")
    assert who.post("/unitstart/code", {"code": "000000"}).status_code == 422
    right = re.search(r"\d{6}", sent(session)[-1].text)[0]
    answer = who.post("/unitstart/code", {"code": right})
    assert answer.status_code == 302
    form = who.get(answer.location).text
    assert CODE in form
    assert "上海新办商贸有限公司" in form
    assert who.get("/unitstart/code").status_code == 302, "used up"


@pytest.mark.parametrize(("code", "status"), [("9131 0120MA1HP0PQ5X", 422), ("123", 422), ("", 422)])
def test_a_wrong_code_is_told_at_once(who, session, code, status):
    assert first(who, code).status_code == status
    assert sent(session) == []


def test_a_unit_that_is_there_is_named(who, session):
    samples.unit(session, uscc=CODE)
    answer = first(who)
    assert answer.status_code == 422
    assert "registered already" in answer.text
    assert sent(session) == []


def test_below_level_two_nobody_goes_on(app, session):
    poor = browser(app, session, "seeker")
    session.add(Person(account_id=poor.account_id, real_name="王五", identity_level=1))
    session.commit()
    assert "too low" in poor.get("/unitstart/?lang=en").text
    assert first(poor).status_code == 403
    assert sent(session) == []


def test_nobody_comes_to_the_second_step_without_the_first(who):
    assert who.get("/unitstart/code").location.endswith("/unitstart/")


def through(who: Browser, session) -> None:
    """Both steps."""
    first(who)
    assert who.post("/unitstart/code", {"code": re.search(r"\d{6}", sent(session)[-1].text)[0]}).status_code == 302


def made(session, code: str) -> bool:
    return session.scalar(select(exists().where(Unit.uscc == code)))


def test_no_unit_without_the_code_nor_another_one_than_was_proven(who, session):
    data = {"name": "上海新办商贸有限公司", "nature": "enterprise", "region": "310120", "then": "save"}
    answer = who.post("/unitview/add?lang=en", data | {"uscc": CODE})
    assert answer.status_code == 403
    assert "the code by SMS" in answer.text
    first(who)
    assert who.post("/unitview/add", data | {"uscc": CODE}).status_code == 403, "the first step alone"
    through(who, session)
    other = samples.uscc(77_123_457)
    assert who.post("/unitview/add", data | {"uscc": other}).status_code == 403
    assert who.post("/unitview/add", data).status_code in (403, 422)
    assert not made(session, CODE) and not made(session, other)
    assert who.post("/unitview/add", data | {"uscc": CODE}).status_code == 302
    assert made(session, CODE)


def test_a_program_makes_no_unit_past_the_code(app, session, who):
    name = session.scalar(select(User.username).where(User.id == who.account_id))
    client = app.test_client(use_cookies=False)
    login = {"username": name, "password": PASSWORD, "provider": "db"}
    token = client.post("/api/v1/security/login", json=login).json["access_token"]
    sent_in = {"name": "上海新办商贸有限公司", "uscc": CODE, "nature": "enterprise", "region_code": "310120"}
    answer = client.post("/api/v1/unit_registration/", json=sent_in, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json["code"]) == (403, "code_first")
    assert not made(session, CODE)
