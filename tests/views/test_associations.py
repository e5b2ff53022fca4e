"""关联职介: asked by the unit, decided by the agency, ended by either; what it opens follows its state (ZX-33, ZX-34, ZX-37)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models.accounts import Hat
from app.models.agencies import Agency, AgencyUnit
from app.models.messages import Outbox
from app.rules.dates import today
from tests.api.desk_clients import program
from tests.views.people import browser, posting, unit


def agency_of(session, **more) -> Agency:
    row = Agency(
        **{"name": f"测试职介{len(session.scalars(select(Agency)).all())}", "kind": "public", "region_code": "310120"}
        | more
    )
    session.add(row)
    session.commit()
    return row


@pytest.fixture
def sides(app, session):
    """An approved unit's owner, somebody of an agency, and the agency."""
    agency = agency_of(session)
    client = unit(session)
    owner = browser(app, session, "unit_owner", unit_id=client.id)
    return owner, browser(app, session, "agency", agency_id=agency.id), agency, client


def asked(session, owner, agency) -> AgencyUnit:
    answer = owner.post("/agencyunitview/add", {"agency": str(agency.id), "statement": "请代招普工。"})
    assert answer.status_code == 302, answer.text
    return session.scalars(select(AgencyUnit).where(AgencyUnit.agency_id == agency.id)).one()


def move(who, row, name, **sent) -> int:
    return who.post(f"/agencyunitview/move/{name}/{row.id}", sent).status_code


def test_asked_agreed_and_ended(app, session, sides):
    owner, agent, agency, client = sides
    row = asked(session, owner, agency)
    assert (row.state, row.authorised) == ("applied", False)
    assert client.uscc in agent.get(f"/agencyunitview/show/{row.id}").text
    assert agent.get(f"/unitview/show/{client.id}").status_code == 404, "the unit's data come with the association"
    assert move(owner, row, "agree") == 403
    assert move(agent, row, "agree") == 302
    session.expire_all()
    assert row.authorised
    assert agent.get(f"/unitview/show/{client.id}").status_code == 200
    live = posting(session, client, agency_id=agency.id)
    assert move(owner, row, "dissolve") == 422, "the other side reads why"
    assert move(owner, row, "dissolve", reason_text="改由本单位自行招聘") == 302
    session.expire_all()
    assert (row.state, row.authorised, row.reason, live.withheld) == ("ended", False, "改由本单位自行招聘", True)
    assert agent.get(f"/unitview/show/{client.id}").status_code == 404
    told = session.execute(select(Outbox.template, Outbox.account_id).order_by(Outbox.id)).all()
    assert told == [
        ("association_asked", agent.account_id), ("association_agreed", owner.account_id), ("association_ended", agent.account_id),
    ]  # fmt: skip


def test_declined_asked_again_and_taken_back(app, session, sides):
    owner, agent, agency, _client = sides
    row = asked(session, owner, agency)
    assert move(agent, row, "refuse") == 422
    assert move(agent, row, "refuse", reason_text="暂不接受新单位") == 302
    assert "暂不接受新单位" in owner.get(f"/agencyunitview/show/{row.id}").text
    again = owner.post("/agencyunitview/add", {"agency": str(agency.id)})
    assert again.status_code == 422
    assert move(owner, row, "ask_again") == 302
    assert move(owner, row, "withdraw") == 302
    assert move(agent, row, "agree") == 409
    session.expire_all()
    assert row.state == "withdrawn"


def test_a_posting_needs_the_association_of_now(app, session, sides):
    _owner, _agent, agency, client = sides
    who = program(app, session, "agency", agency_id=agency.id)
    row = AgencyUnit(agency_id=agency.id, unit_id=client.id)
    session.add(row)
    for state in ("applied", "refused", "withdrawn", "ended", "linked"):
        row.state = state
        session.commit()
        sent = {"unit_id": client.id, "title": "普工", "headcount": 1, "region_code": "310120"}
        answer = who.post("/api/v1/agency-posting/", sent)
        assert (answer.status_code, state) == (201 if state == "linked" else 422, state), answer.text


def test_only_agencies_at_work_where_somebody_answers_are_asked(app, session, sides):
    owner, _agent, agency, _client = sides
    closed, empty = agency_of(session, stage="closed"), agency_of(session)
    over = agency_of(session, kind="commercial", licence_no="1", licence_valid_until=today() - timedelta(days=1))
    for one in (closed, over):
        session.add(Hat(account_id=owner.account_id, role="agency", agency_id=one.id))
    session.commit()
    offered = {one["id"] for one in owner.get("/agencyunitview/related/agency?q=").get_json()}
    assert offered == {str(agency.id)}
    for one in (closed, over, empty):
        assert owner.post("/agencyunitview/add", {"agency": str(one.id)}).status_code == 422
    assert session.scalars(select(AgencyUnit)).all() == []


def test_other_units_and_agencies_reach_nothing_of_it(app, session, sides):
    owner, _agent, agency, client = sides
    row = asked(session, owner, agency)
    for role, place in (
        ("agency", {"agency_id": agency_of(session).id}), ("unit_owner", {"unit_id": unit(session).id}),
    ):  # fmt: skip
        stranger = browser(app, session, role, **place)
        assert stranger.get(f"/agencyunitview/show/{row.id}").status_code == 404
        assert move(stranger, row, "dissolve", reason_text="与我无关") == 404
    handler = browser(app, session, "unit_handler", unit_id=client.id, grants=["residency"])
    assert handler.get("/agencyunitview/list/").status_code == 403


def test_a_unit_that_is_not_approved_asks_nobody(app, session, sides):
    owner, _agent, agency, client = sides
    client.status = "frozen"
    session.commit()
    answer = owner.post("/agencyunitview/add", {"agency": str(agency.id)})
    assert answer.status_code in (403, 409, 422)
    assert session.scalars(select(AgencyUnit)).all() == []
