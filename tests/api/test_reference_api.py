"""Reference data by API: what the screen's form lets its role write, with the same checks and the field named."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.models.reference import DictItem, MinimumWage, Region, WorkDay
from tests.api.desk_clients import program

WAGE = {"region_code": "310120", "monthly": 2740, "hourly": 2500, "valid_from": "2026-07-01"}


@pytest.fixture
def lead(app, session):
    return program(app, session, "lead", region_code="310000")


@pytest.fixture
def admin(app, session):
    return program(app, session, "sysadmin")


def put(who, path: str, body: dict, **headers: str):
    return who.client.put(path, json=body, headers=who.headers | headers)


def delete(who, path: str, **headers: str):
    return who.client.delete(path, headers=who.headers | headers)


def fault(answer) -> tuple[int, str | None, str | None]:
    assert answer.content_type.startswith("application/problem+json"), answer.text
    return answer.status_code, answer.json["code"], answer.json.get("field")


def test_a_row_is_added_changed_and_deleted(session, lead):
    made = lead.post("/api/v1/minimumwage/", WAGE)
    assert made.status_code == 201, made.text
    row = made.json["result"]
    assert (row["region"]["id"], row["monthly"], row["valid_from"]) == ("310120", 2740, "2026-07-01")
    path, tag = f"/api/v1/minimumwage/{row['id']}", made.headers["ETag"]
    changed = put(lead, path, {"monthly": 2800}, **{"If-Match": tag})
    assert changed.status_code == 200, changed.text
    assert (changed.json["result"]["monthly"], changed.json["result"]["hourly"]) == (2800, 2500), "the rest stays"
    again = lead.client.get(path, headers=lead.headers | {"If-None-Match": changed.headers["ETag"]})
    assert again.status_code == 304
    assert delete(lead, path).status_code == 204
    assert session.scalar(select(MinimumWage).where(MinimumWage.id == row["id"])) is None


def test_two_writers_do_not_overwrite_each_other(lead):
    made = lead.post("/api/v1/minimumwage/", WAGE)
    path, version, tag = (
        f"/api/v1/minimumwage/{made.json['result']['id']}",
        made.json["result"]["version"],
        made.headers["ETag"],
    )
    assert fault(put(lead, path, {"monthly": 1})) == (422, "missing", "version")
    assert fault(put(lead, path, {"monthly": 1, "version": "yesterday"})) == (409, "stale", None)
    assert fault(put(lead, path, {"monthly": 1}, **{"If-Match": '"1-x"'})) == (409, "stale", None)
    assert put(lead, path, {"monthly": 2750, "version": version}).status_code == 200
    # In a test all of it is one transaction with one moment; what a later writer sees is a changed version.
    assert fault(delete(lead, path, **{"If-Match": tag.replace("-20", "-19")})) == (409, "stale", None)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"monthly": "2740"}, "not_whole_number", "monthly"),
        ({"monthly": True}, "not_whole_number", "monthly"),
        ({"monthly": None}, "not_accepted", "monthly"),
        ({"monthly": 2**40}, "not_accepted", "monthly"),
        ({"valid_from": "soon"}, "not_accepted", "valid_from"),
        ({"source": "x" * 201}, "not_accepted", "source"),
        ({"source": ["x"]}, "bad_value", "source"),
        ({"source": "a\x00b"}, "bad_character", "source"),
        ({"region_code": "999999"}, "not_accepted", "region_code"),
        ({"region_code": "440203"}, "not_accepted", "region_code"),
        ({"changed_on": "2020-01-01"}, "unknown_field", "changed_on"),
        ({"id": 7}, "unknown_field", "id"),
    ],
)
def test_what_is_wrong_is_named(session, lead, change, code, field):
    answer = lead.post("/api/v1/minimumwage/", WAGE | change)
    assert fault(answer) == (422, code, field)
    assert session.scalars(select(MinimumWage).where(MinimumWage.region_code == "310120")).all() == []


def test_every_fault_of_a_body_is_told_at_once(lead):
    answer = lead.post("/api/v1/minimumwage/", {"region_code": "310120"})
    assert set(answer.json["errors"]) == {"monthly", "hourly", "valid_from"}


def test_a_lead_sets_nothing_above_or_beside_the_own_division(session, lead):
    row = MinimumWage(region_code="440203", monthly=2300, hourly=2220, valid_from=date(2026, 7, 1))
    session.add(row)
    session.commit()
    body = {"monthly": 1, "version": row.changed_on.isoformat()}
    assert put(lead, f"/api/v1/minimumwage/{row.id}", body).status_code == 404
    nation = lead.post("/api/v1/reviewpolicy/", {"kind": "posting", "working_days": 3, "tier": 5, "lease_minutes": 15})
    assert fault(nation) == (422, "outside_division", "region")
    unseen = {"kind": "residency", "region_code": "310120", "working_days": 3, "seats_needed": 2, "needs_review": False}
    assert fault(lead.post("/api/v1/reviewpolicy/", unseen)) == (422, "always_reviewed", "needs_review")
    seats = {
        "kind": "account_appeal",
        "region_code": "310120",
        "working_days": 3,
        "seats_needed": 1,
        "needs_review": True,
    }
    assert fault(lead.post("/api/v1/reviewpolicy/", seats)) == (422, "seats_lowered", "seats_needed")


def test_only_whose_screen_it_is_writes(app, session, lead, admin):
    assert lead.post("/api/v1/dictitem/", {}).status_code == 403
    assert program(app, session, "operator").post("/api/v1/region/", {}).status_code == 403
    assert program(app, session, "reviewer", region_code="310000").post("/api/v1/minimumwage/", WAGE).status_code == 403
    assert admin.post("/api/v1/minimumwage/", WAGE).status_code == 403
    assert admin.post("/api/v1/jobrun/", {}).status_code == 405


def test_words_days_and_divisions_are_kept_by_the_administrator(session, admin):
    word = {"dict_code": "degree", "code": "md", "name_zh": "医学博士", "name_en": "Doctor of medicine", "sort": 95}
    made = admin.post("/api/v1/dictitem/", word)
    assert made.status_code == 201, made.text
    assert session.get(DictItem, made.json["result"]["id"]).active is True, "an unsent column keeps its default"
    assert fault(admin.post("/api/v1/dictitem/", word))[1] == "duplicate"
    day = session.scalars(select(WorkDay).limit(1)).one()
    body = {"is_work": not day.is_work, "note": "调休", "version": day.changed_on.isoformat()}
    assert put(admin, f"/api/v1/workday/{day.day}", body).status_code == 200
    assert put(admin, f"/api/v1/workday/{day.day}", body | {"is_work": "yes"}).json["field"] == "is_work"
    region = session.get(Region, "310120")
    named = put(admin, "/api/v1/region/310120", {"name": region.name})
    assert named.status_code == 200, "a table without a moment of change has no version to send"


def test_a_relation_goes_by_its_key_or_as_it_was_read(session, app):
    operator = program(app, session, "operator")
    made = operator.post("/api/v1/agency/", {"name": "新设职介", "region": {"id": "310120", "name": "奉贤区"}})
    assert made.status_code == 201, made.text
    assert made.json["result"]["region"]["id"] == "310120"
    school = operator.post("/api/v1/school/", {"code": "98765", "name": "测试学院", "region_code": "310120"})
    assert school.status_code == 201, school.text
    assert school.json["result"]["open_for_residency"] in (True, False)
