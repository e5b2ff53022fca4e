"""What an agency may do depends on its stage, its licence and the unit's authorisation, at every step (J17, ZX-10)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models.agencies import Agency, AgencyUnit
from app.models.messages import Outbox
from app.review import agency_postings, desk, queue
from app.rules.actor import Actor, Role
from app.rules.dates import today
from tests.review.samples import REGION, Story, posting_content, refusal, reviewer, say


def working(session, stage: str = "open"):
    """A commercial agency that may post for a unit, somebody of it, and a live posting."""
    client = Story(session, "posting").unit
    agency = Agency(
        name=f"测试第{client.id}职介", kind="commercial", region_code=REGION, licence_no="（沪）人服证字〔2024〕第0100001号",
        licence_valid_until=today() + timedelta(days=100), stage=stage,
    )  # fmt: skip
    session.add(agency)
    session.flush()
    session.add(AgencyUnit(agency_id=agency.id, unit_id=client.id, authorised=True))
    session.commit()
    acting = Actor(
        Story(session, "agency_entry").sender.account_id, Role.AGENCY, agency_id=agency.id, region_code=REGION
    )
    draft = desk.create(session, acting, "posting", posting_content(unit_id=client.id))
    live = desk.create(session, acting, "posting", posting_content(unit_id=client.id))
    row, decider = desk.submit(session, acting, "posting", live.id), reviewer(session)
    say(session, decider, queue.claim(session, decider, row.id))
    return agency, acting, draft, live


def longer(session, acting, posting):
    day = (today() + timedelta(days=40)).isoformat()
    return desk.move(session, acting, "posting", posting.id, "set_validity", values={"valid_until": day})


def test_a_closed_agency_sends_in_publishes_and_extends_nothing(session):
    agency, acting, draft, live = working(session)
    agency.stage = "closed"
    session.commit()
    with refusal("agency_closed"):
        desk.submit(session, acting, "posting", draft.id)
    with refusal("agency_closed"):
        desk.move(session, acting, "posting", draft.id, "publish")
    with refusal("agency_closed"):
        longer(session, acting, live)
    agency.stage = "open"
    session.commit()
    assert longer(session, acting, live).valid_until == today() + timedelta(days=40)


def test_without_licence_or_association_nothing_is_extended(session):
    agency, acting, _draft, live = working(session)
    agency.licence_valid_until = today() - timedelta(days=1)
    session.commit()
    with refusal("agency_licence_over"):
        longer(session, acting, live)
    agency.licence_valid_until = today()
    session.scalars(select(AgencyUnit).where(AgencyUnit.agency_id == agency.id)).one().authorised = False
    session.commit()
    with refusal("agency_not_authorised"):
        longer(session, acting, live)


@pytest.mark.parametrize("end", ["closed", "licence", "association"])
def test_what_waits_is_not_approved_and_what_is_live_is_taken_down(session, end):
    agency, acting, waits, live = working(session)
    row, decider = desk.submit(session, acting, "posting", waits.id), reviewer(session)
    row = queue.claim(session, decider, row.id)
    assert agency_postings.take_down(session, today()) == 0, "nothing is taken down without a cause"
    if end == "closed":
        agency.stage = "closed"
    elif end == "licence":
        agency.licence_valid_until = today() - timedelta(days=1)
    else:
        session.scalars(select(AgencyUnit).where(AgencyUnit.agency_id == agency.id)).one().authorised = False
    session.commit()
    code = {"closed": "agency_closed", "licence": "agency_licence_over", "association": "agency_not_authorised"}[end]
    with refusal(code):
        say(session, decider, row)
    session.refresh(waits)
    assert waits.status == "pending"
    assert agency_postings.take_down(session, today()) == 1
    session.refresh(live)
    assert live.status == "off"
    told = session.scalars(select(Outbox.account_id).where(Outbox.template == "posting_ceased")).all()
    assert told == [acting.account_id]
    say(session, decider, row, "return")


def test_only_the_postings_of_that_agency_leave_with_it(session):
    agency, _acting, _draft, live = working(session)
    other, _who, _their_draft, theirs = working(session)
    agency.stage = other.stage = "closed"
    assert agency_postings.take_down_of(session, agency.id, today()) == 1
    session.commit()
    session.refresh(live)
    session.refresh(theirs)
    assert (live.status, theirs.status) == ("off", "live")
    assert agency_postings.take_down(session, today()) == 1, "theirs is left to the clock"
