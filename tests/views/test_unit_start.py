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
    return person_of(app, session, "seeker")


def person_of(app, session, role: str) -> Browser:
    made = browser(app, session, role)
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


def test_a_student_who_founds_a_firm_registers_it_as_anybody_does(app, session):
    """GD-24 asks for a real-named person; the role of the account is no matter, the owner's comes with the unit."""
    student = person_of(app, session, "student")
    assert first(student).location.endswith("/unitstart/code")
    right = re.search(r"\d{6}", sent(session)[-1].text)[0]
    form = student.get(student.post("/unitstart/code", {"code": right}).location)
    assert form.status_code == 200
    assert CODE in form.text
    assert student.get("/unittakeoverview/add").status_code == 200, "nor is it of matter for a takeover"


@pytest.mark.parametrize(("code", "status"), [("9131 0120MA1HP0PQ5X", 422), ("123", 422), ("", 422)])
def test_a_wrong_code_is_told_at_once(who, session, code, status):
    assert first(who, code).status_code == status
    assert sent(session) == []


def test_a_unit_that_is_there_is_named(who, session):
    samples.unit(session, uscc=CODE)
    answer = first(who)
    assert answer.status_code == 422
    assert "in use already" in answer.text
    assert "/unittakeoverview/add?name=" in answer.text and f"uscc={CODE}" in answer.text
    assert 'href="/appeal/"' in answer.text
    zh = who.post("/unitstart/?lang=zh", {"name": "上海新办商贸有限公司", "uscc": CODE}).text
    assert "单位证件号码已经被使用" in zh, "the words of the manual"
    assert sent(session) == []


def test_what_somebody_only_began_or_was_refused_is_not_in_use(who, session):
    """GD-22: a code belongs to whoever is registered with it, not to whoever typed it first."""
    for status in ("draft", "returned", "rejected"):
        samples.unit(session, uscc=CODE, status=status)
    assert first(who).location.endswith("/unitstart/code")


def test_whoever_deletes_the_own_draft_stays_logged_in(who, session):
    through(who, session)
    who.post("/unitview/add", BASIC | {"uscc": CODE, "then": "save"})
    row = session.scalars(select(Unit).where(Unit.uscc == CODE)).one()
    assert f"/unitview/move/delete/{row.id}" in who.get(f"/unitview/show/{row.id}").text
    sent = {"version": str(row.version), "next": f"/unitview/show/{row.id}?tab=1"}
    answer = who.post(f"/unitview/move/delete/{row.id}", sent)
    assert answer.location.endswith("/unitview/list/"), "the record it was deleted from is gone"
    page = who.get("/unitview/list/")
    assert page.status_code == 200 and BASIC["name"] not in page.text
    assert who.get(f"/unitview/show/{row.id}").status_code == 404


def test_the_checks_of_a_claim_run_while_it_is_written(who, session):
    there = samples.unit(session, uscc=CODE)
    page = who.post("/unittakeoverview/precheck?lang=en", {"uscc": CODE, "name": there.name, "reason": "离职"})
    assert page.status_code == 200
    assert "stamped business licence" in page.text


def test_a_paper_that_lacks_is_said_at_its_own_place(who, session):
    there = samples.unit(session, uscc=CODE)
    sent = {"uscc": CODE, "name": there.name, "reason": "离职", "then": "submit"}
    page = who.post("/unittakeoverview/add?lang=en", sent)
    assert page.status_code == 422
    for slot in ("handler_id", "holder_photo", "licence", "letter"):
        assert f'<a href="#file_{slot}">' in page.text, slot
        place = page.text.split(f'id="file_{slot}"')[1].split('class="help"')[0]
        assert "A material is missing" in place and 'aria-invalid="true"' in place, slot
    assert 'href="#main"' not in page.text.split('class="g-sum"')[1].split("</ul>")[0]


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
    assert who.post("/unitview/add", data).status_code == 403
    assert not made(session, CODE) and not made(session, other)
    assert who.post("/unitview/add", data | {"uscc": CODE}).status_code == 302
    assert made(session, CODE)


BASIC = {"name": "上海新办商贸有限公司", "nature": "enterprise", "region": "310120", "legal_rep": "王五"}


def test_basic_data_come_first_then_the_rest_with_the_materials(who, session):
    through(who, session)
    page = who.get(f"/unitview/add?lang=en&uscc={CODE}").text
    shown = {
        name for name in ("legal_rep", "region", "contact_phone", "address", "file_licence") if f'name="{name}"' in page
    }
    assert shown == {"legal_rep", "region"}
    assert 'value="submit"' not in page, "nothing is sent in halfway"
    assert re.search(r'aria-current="step">Basic data', page)
    target = re.search(r'<form class="g-card g-form" method="post" action="([^"]+)"', page)[1]
    answer = who.post(target, BASIC | {"uscc": CODE, "then": "next"})
    made_id = session.scalar(select(Unit.id).where(Unit.uscc == CODE))
    assert answer.location == f"/unitview/edit/{made_id}?part=2"
    page = who.get(f"{answer.location}&lang=en").text
    assert re.search(r'aria-current="step">Detailed data and materials', page)
    assert 'name="legal_rep"' not in page and 'name="file_licence"' in page
    version = re.search(r'name="version" value="([^"]+)"', page)[1]
    sent = {"address": "环城路2号", "contact_phone": "13700137000", "version": version}
    kept = who.post(answer.location, sent | {"then": "save"})
    assert kept.location == f"/unitview/show/{made_id}"
    session.expire_all()
    row = session.get_one(Unit, made_id)
    assert (row.status, row.legal_rep, row.address) == ("draft", "王五", "环城路2号"), "saved is not sent in (GD-29)"
    refused = who.post(answer.location, {"version": str(row.version), "address": "环城路3号", "then": "submit"})
    assert refused.status_code == 422
    session.expire_all()
    assert (row.status, row.address, row.legal_rep) == ("draft", "环城路3号", "王五")


def test_the_checks_beside_a_part_speak_of_its_own_fields(who, session):
    through(who, session)
    page = who.post("/unitview/precheck?lang=en&part=1", BASIC | {"uscc": CODE}).text
    assert "business licence" not in page
    row = samples.unit(session, status="draft", created_by_id=who.account_id)
    page = who.post(f"/unitview/precheck/{row.id}?lang=en&part=2", {"version": str(row.version)}).text
    assert "business licence" in page


def test_after_it_was_sent_in_once_the_form_is_whole(who, session):
    row = samples.unit(session, status="returned", created_by_id=who.account_id)
    page = who.get(f"/unitview/edit/{row.id}?part=1").text
    assert 'name="legal_rep"' in page and 'name="file_licence"' in page


def test_a_list_of_units_leads_to_the_first_step(who):
    assert '/unitstart/"' in who.get("/unitview/list/").text


def test_a_program_makes_no_unit_past_the_code(app, session, who):
    name = session.scalar(select(User.username).where(User.id == who.account_id))
    client = app.test_client(use_cookies=False)
    login = {"username": name, "password": PASSWORD, "provider": "db"}
    token = client.post("/api/v1/security/login", json=login).json["access_token"]
    sent_in = {"name": "上海新办商贸有限公司", "uscc": CODE, "nature": "enterprise", "region_code": "310120"}
    answer = client.post("/api/v1/unit_registration/", json=sent_in, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json["code"]) == (403, "code_first")
    assert not made(session, CODE)


@pytest.mark.parametrize(
    ("status", "words"), [("pending", "正在审核"), ("returned", "需要补正"), ("draft", "实名等级不足")]
)
def test_a_proof_on_its_way_is_said_instead_of_asked_for_again(app, session, status, words):
    story = samples.Story(session, "identity_proof")
    proof = story.created()
    proof.status, who = status, browser(app, session, "seeker")
    proof.created_by_id = who.account_id
    session.commit()
    page = who.get("/unitstart/").text
    assert words in page
    assert (f"/identityproofview/show/{proof.id}" in page) == (status != "draft")
