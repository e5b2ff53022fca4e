"""The screens of 校企合作 at either side, and what others reach of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models.cooperation import CooperationCall, CooperationNeed
from app.models.schools import Residency
from app.rules.dates import today
from tests.api.desk_clients import program
from tests.review import samples
from tests.views.people import browser, unit

NEED = {
    "topic": "internship", "title": "共建实训基地", "body": "每学期接收二十名学生到岗实习，提供带教老师。",
    "contact_name": "李四", "contact_phone": "13800001111",
}  # fmt: skip


@pytest.fixture
def sides(app, session):
    """A resident unit's handler and the school's staff."""
    here, school = unit(session), samples.school(session)
    session.add(Residency(unit_id=here.id, school_id=school.id, region_code=school.region_code, status="active"))
    session.commit()
    handler = browser(app, session, "unit_handler", unit_id=here.id, grants=["residency"])
    return handler, browser(app, session, "school_admin", school_id=school.id, region_code=school.region_code), school


def post(by, **more) -> None:
    sent = NEED | {"valid_until": (today() + timedelta(days=30)).isoformat()} | more
    answer = by.post("/cooperationneedview/add", sent)
    assert answer.status_code == 302, answer.text


def test_posted_answered_and_read(app, session, sides):
    handler, staff, school = sides
    form = handler.get("/cooperationneedview/add").text
    assert 'name="schools"' in form
    assert 'name="units"' not in form
    assert 'name="units"' in staff.get("/cooperationneedview/add").text
    post(handler, schools=[str(school.id)])
    need, call = session.scalars(select(CooperationNeed)).one(), session.scalars(select(CooperationCall)).one()
    path = f"/cooperationcallview/show/{call.id}"
    assert "13800001111" not in staff.get(path).text
    asked = staff.get(f"/cooperationcallview/move/respond/{call.id}").text
    assert "补充说明" in asked
    assert staff.post(f"/cooperationcallview/move/respond/{call.id}", {"reason_text": ""}).status_code == 422
    done = staff.post(f"/cooperationcallview/move/respond/{call.id}", {"reason_text": "请来校面谈"})
    assert done.status_code == 302
    assert "13800001111" in staff.get(path).text
    assert "1 / 1" in handler.get("/cooperationneedview/list/").text
    shown = handler.get(f"/cooperationanswerview/show/{call.id}").text
    assert "请来校面谈" in shown
    assert handler.get(f"/cooperationneedview/edit/{need.id}").status_code == 403, "answered words stay"
    assert handler.post(f"/cooperationanswerview/move/respond/{call.id}").status_code == 404
    assert handler.post(f"/cooperationneedview/move/withdraw/{need.id}").status_code == 302
    session.expire_all()
    assert need.state == "withdrawn"


def test_a_school_that_is_not_of_residency_cannot_be_named(app, session, sides):
    handler, _staff, _school = sides
    other = samples.school(session)
    sent = NEED | {"valid_until": (today() + timedelta(days=30)).isoformat(), "schools": [str(other.id)]}
    assert handler.post("/cooperationneedview/add", sent).status_code == 422
    assert session.scalars(select(CooperationNeed)).all() == []


def test_other_units_schools_and_functions_reach_none_of_it(app, session, sides):
    handler, _staff, _school = sides
    post(handler)
    need, call = session.scalars(select(CooperationNeed)).one(), session.scalars(select(CooperationCall)).one()
    elsewhere = samples.school(session)
    strange = browser(app, session, "school_admin", school_id=elsewhere.id, region_code=elsewhere.region_code)
    rival = browser(app, session, "unit_owner", unit_id=unit(session).id)
    for who in (strange, rival):
        assert who.get(f"/cooperationneedview/show/{need.id}").status_code == 404
        assert who.post(f"/cooperationneedview/move/withdraw/{need.id}").status_code == 404
        assert who.get(f"/cooperationcallview/show/{call.id}").status_code == 404
        assert who.post(f"/cooperationcallview/move/dismiss/{call.id}").status_code == 404
        assert who.get(f"/cooperationanswerview/show/{call.id}").status_code == 404
    for role, place in (("unit_handler", {"unit_id": need.unit_id, "grants": ["postings"]}), ("seeker", {})):
        assert browser(app, session, role, **place).get("/cooperationneedview/list/").status_code == 403


def test_the_api_posts_and_answers_too(app, session):
    here, school = unit(session), samples.school(session)
    session.add(Residency(unit_id=here.id, school_id=school.id, region_code=school.region_code, status="active"))
    session.commit()
    owner = program(app, session, "unit_owner", unit_id=here.id)
    staff = program(app, session, "school_admin", school_id=school.id, region_code=school.region_code)
    until = (today() + timedelta(days=30)).isoformat()
    made = owner.post("/api/v1/cooperationneed/", NEED | {"valid_until": until})
    assert made.status_code == 201, made.text
    (row,) = staff.get("/api/v1/cooperationcall/").json["result"]
    path = f"/api/v1/cooperationcall/{row['id']}"
    assert staff.post(f"{path}/respond", {}).status_code == 422
    done = staff.post(f"{path}/respond", {"reason": "请来校面谈"})
    assert (done.status_code, done.json["moves"]) == (200, ["supplement"])
    assert staff.post(f"{path}/respond", {"reason": "再说一次"}).status_code == 409
    assert owner.post(f"/api/v1/cooperationneed/{made.json['result']['id']}/respond", {}).status_code == 404
