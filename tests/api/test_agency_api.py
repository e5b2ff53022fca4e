"""An agency writes postings by API for the units that authorised it, and for no others (ZX-08, ZX-10, ZX-41)."""

from __future__ import annotations

import pytest

from app.models.agencies import Agency, AgencyUnit
from tests.api.desk_clients import Program, program
from tests.review.samples import posting_content, unit

POSTINGS = "/api/v1/agency-posting"


def agency(app, session, name: str, *clients) -> Program:
    """A program of an agency that may post for these units."""
    row = Agency(name=name, region_code="310120")
    session.add(row)
    session.flush()
    session.add_all(AgencyUnit(agency_id=row.id, unit_id=one.id, state="linked") for one in clients)
    session.commit()
    return program(app, session, "agency", agency_id=row.id)


def content(**more) -> dict:
    values = posting_content() | more
    return {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in values.items()}


@pytest.fixture
def client_unit(session):
    return unit(session)


@pytest.fixture
def mine(app, session, client_unit) -> Program:
    return agency(app, session, "甲职介", client_unit)


def test_a_posting_is_written_sent_in_and_taken_back(mine, client_unit):
    made = mine.post(f"{POSTINGS}/", content(unit_id=client_unit.id))
    assert made.status_code == 201, made.text
    row = made.json["result"]
    assert row["unit"]["id"] == client_unit.id
    assert set(made.json["moves"]) >= {"submit", "delete"}
    path = f"{POSTINGS}/{row['id']}"
    changed = mine.client.put(path, json={"headcount": 7, "version": row["version"]}, headers=mine.headers)
    assert (changed.status_code, changed.json["result"]["headcount"]) == (200, 7)
    sent = mine.post(f"{path}/submit", {"version": changed.json["result"]["version"]})
    assert sent.json["result"]["status"] == "pending", sent.text
    back = mine.post(f"{path}/withdraw", {"version": sent.json["result"]["version"]})
    assert back.json["result"]["status"] == "draft"


def test_units_that_gave_no_authority_cannot_be_named(session, mine, client_unit):
    stranger = unit(session)
    for value in (stranger.id, 2**40, "x", None):
        answer = mine.post(f"{POSTINGS}/", content(unit_id=value))
        assert answer.status_code == 422, answer.text
        assert answer.json["field"] == "unit_id"
    assert mine.get(f"{POSTINGS}/").json["count"] == 0


def test_another_agency_reaches_none_of_it(app, session, mine, client_unit):
    other = agency(app, session, "乙职介", client_unit)
    row = mine.post(f"{POSTINGS}/", content(unit_id=client_unit.id)).json["result"]
    path = f"{POSTINGS}/{row['id']}"
    assert other.get(path).status_code == 404
    assert row["id"] not in [one["id"] for one in other.get(f"{POSTINGS}/").json["result"]]
    assert other.client.put(path, json={"headcount": 9, "version": 1}, headers=other.headers).status_code == 404
    for move in ("submit", "publish", "withdraw", "take_down", "set_validity", "delete"):
        assert other.post(f"{path}/{move}", {"version": 1, "reason": "x"}).status_code == 404, move
    assert mine.get(path).json["result"]["version"] == row["version"]


@pytest.mark.parametrize("role", ["reviewer", "lead", "unit_handler", "unit_owner", "operator", "seeker"])
def test_nobody_else_uses_it(app, session, mine, client_unit, role):
    row = mine.post(f"{POSTINGS}/", content(unit_id=client_unit.id)).json["result"]
    place = {"unit_id": client_unit.id, "grants": ["postings"]} if role.startswith("unit") else {}
    place = {"region_code": "310000"} if role in ("reviewer", "lead") else place
    who = program(app, session, role, **place)
    path = f"{POSTINGS}/{row['id']}"
    assert {
        who.get(f"{POSTINGS}/").status_code,
        who.get(path).status_code,
        who.post(f"{POSTINGS}/", content(unit_id=client_unit.id)).status_code,
        who.client.put(path, json={"headcount": 9, "version": 1}, headers=who.headers).status_code,
        who.post(f"{path}/delete", {"version": 1}).status_code,
    } == {403}


def test_the_agency_s_list_is_not_written_through_the_units_address(mine, client_unit):
    """An agency reads postings there; its own address is where it writes."""
    assert mine.post("/api/v1/posting/", content(unit_id=client_unit.id)).status_code == 403
