"""What an agency may do depends on its stage, its licence and the unit's authorisation, at every step (J17, ZX-10)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.models.agencies import Agency, AgencyUnit
from app.models.messages import Outbox
from app.models.positions import Posting
from app.review import agency_postings, desk, queue
from app.rules.actor import Actor, Role
from app.rules.dates import today
from app.views import public_content
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
    session.add(AgencyUnit(agency_id=agency.id, unit_id=client.id, state="linked"))
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
    session.scalars(select(AgencyUnit).where(AgencyUnit.agency_id == agency.id)).one().state = "ended"
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
        session.scalars(select(AgencyUnit).where(AgencyUnit.agency_id == agency.id)).one().state = "ended"
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


def shown(session) -> set[int]:
    """What the public reads."""
    return {row.id for row in session.scalars(public_content.public_postings(today())).unique()}


def test_only_the_postings_of_that_agency_leave_with_it(session):
    agency, _acting, _draft, live = working(session)
    other, _who, _their_draft, theirs = working(session)
    agency.stage = other.stage = "closed"
    assert agency_postings.withhold_of(session, agency.id, today()) == 1
    session.commit()
    assert shown(session) == {theirs.id}
    assert agency_postings.take_down(session, today()) == 2, "the clock takes down both"
    session.refresh(live)
    session.refresh(theirs)
    assert (live.status, theirs.status, live.withheld, theirs.withheld) == ("off", "off", False, False)


def many_live(session, agency, client_id: int, number: int) -> None:
    session.add_all(
        Posting(
            unit_id=client_id, unit_name="甲", agency_id=agency.id, region_code=REGION, title=f"职位{n}", status="live"
        )
        for n in range(number)
    )
    session.commit()


@pytest.mark.slow  # more postings than one piece takes, each moved through the desk
def test_a_closing_withholds_all_at_once_and_the_clock_goes_on_where_it_was_stopped(session, monkeypatch):
    agency, _acting, _draft, live = working(session)
    monkeypatch.setattr(agency_postings, "BATCH", 20)
    many_live(session, agency, live.unit_id, 50)
    assert len(shown(session)) == 51
    agency.stage = "closed"
    assert agency_postings.withhold_of(session, agency.id, today()) == 51
    session.commit()
    assert shown(session) == set(), "with the closing itself nothing is public any more"
    whole = desk.move_many

    def cut_off(inner, *args, **more):
        """The second piece: the process ends in the middle of it."""
        done = whole(inner, args[0], args[1], args[2][:5], *args[3:], **more) if off() else whole(inner, *args, **more)
        if off() > 20:
            raise ConnectionError
        return done

    def off() -> int:
        return session.scalar(select(func.count()).where(Posting.agency_id == agency.id, Posting.status == "off"))

    monkeypatch.setattr(agency_postings.desk, "move_many", cut_off)
    with pytest.raises(ConnectionError):
        agency_postings.take_down(session, today())
    session.rollback()
    assert (off(), shown(session)) == (25, set())
    monkeypatch.setattr(agency_postings.desk, "move_many", whole)
    assert agency_postings.take_down(session, today()) == 26
    assert off() == 51
    assert agency_postings.take_down(session, today()) == 0
    told = session.scalar(select(func.count()).where(Outbox.template == "posting_ceased"))
    assert told == 1, "each that had a sender is told of once"


def test_what_has_its_right_back_before_the_clock_came_is_shown_again(session):
    agency, _acting, _draft, live = working(session)
    agency.stage = "closed"
    agency_postings.withhold_of(session, agency.id, today())
    session.commit()
    agency.stage = "open"
    session.commit()
    assert shown(session) == set()
    assert agency_postings.take_down(session, today()) == 0
    session.refresh(live)
    assert (live.status, shown(session)) == ("live", {live.id})


def test_more_than_a_piece_is_withheld_by_one_statement(session):
    agency, _acting, _draft, live = working(session)
    many_live(session, agency, live.unit_id, 250)
    agency.stage = "closed"
    assert agency_postings.withhold_of(session, agency.id, today()) == 251
    session.commit()
    assert shown(session) == set()
