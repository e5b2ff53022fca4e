"""The steps before a unit's form: who registers, which unit, the code by SMS (GD-13, GD-23..25)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.models.accounts import Person
from app.models.dispatch import Dispatch
from tests.review import samples
from tests.views.people import Browser, browser

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
