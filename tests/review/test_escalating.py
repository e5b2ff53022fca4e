"""What waits too long goes upwards, on record and once, and is never decided by the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, text, update

from app.models.accounts import Hat
from app.models.messages import Outbox
from app.models.review import ReviewEvent, ReviewPolicy, ReviewRound, ReviewSeat
from app.review import decide, escalating, ledger, queue
from app.rules.actor import Role
from tests.review.samples import FOREIGN, REGION, Story, operator, refusal, reviewer, say, school_admin

CITY, PROVINCE = "310100", "310000"


@pytest.fixture(autouse=True)
def two_seats(session):
    """Two seats for what is sent in here; nothing that other tests left waits."""
    kept = session.execute(select(ReviewPolicy.id, ReviewPolicy.seats_needed)).all()
    session.execute(update(ReviewPolicy).values(seats_needed=2))
    session.execute(update(ReviewRound).where(ReviewRound.state.in_(("queued", "second"))).values(escalated=3))
    session.execute(delete(Hat).where(Hat.role.in_(("lead", "reviewer"))))
    session.commit()
    yield
    session.rollback()
    for row in kept:
        session.execute(update(ReviewPolicy).where(ReviewPolicy.id == row.id).values(seats_needed=row.seats_needed))
    session.commit()


def officer(session, region=REGION, role=Role.REVIEWER):
    actor = reviewer(session, region, role)
    session.add(Hat(account_id=actor.account_id, role=role.value, region_code=region, grants=[]))
    session.commit()
    return actor


def worn(session, actor, **place):
    session.add(Hat(account_id=actor.account_id, role=actor.role.value, grants=sorted(actor.grants), **place))
    session.commit()
    return actor


def due(session, row, **ago):
    session.execute(
        update(ReviewRound).where(ReviewRound.id == row.id).values(due_at=func.clock_timestamp() - timedelta(**ago))
    )
    session.commit()


def told(session, template):
    stmt = select(Outbox.account_id, Outbox.facts).where(Outbox.template == template).order_by(Outbox.id)
    return {found.account_id: found.facts for found in session.execute(stmt)}


def steps(session, row):
    stmt = select(ReviewEvent).where(ReviewEvent.round_id == row.id).order_by(ReviewEvent.id)
    return [(e.action, e.facts) for e in session.scalars(stmt) if e.action in ("escalate", "recount")]


def endorsed(session, first):
    story = Story(session, "posting")
    _subject, row = story.submitted()
    say(session, first, queue.claim(session, first, row.id))
    session.refresh(row)
    return story, row


@pytest.mark.parametrize("waits", ["queued", "second"])
def test_near_is_told_to_the_lead_and_overdue_to_the_next_above_too(session, waits):
    first, other = officer(session), officer(session)
    here, city, province = (officer(session, r, Role.LEAD) for r in (REGION, CITY, PROVINCE))
    story, row = endorsed(session, first)
    if waits == "queued":
        _subject, row = story.submitted()
    assert escalating.run(session) == 0
    due(session, row, hours=-3)
    assert escalating.run(session) == 1 and escalating.run(session) == 0, "once for each step"
    mine = {"near": 1, "late": 0, "second": int(waits == "second")}
    found = told(session, "rounds_waiting")
    assert found[here.account_id] == mine
    assert city.account_id not in found or waits == "second"
    assert (other.account_id in found) == (waits == "second"), "who can take the second seat hears of it too"
    assert first.account_id not in found
    session.execute(delete(Outbox))
    due(session, row, minutes=1)
    assert escalating.run(session) == 1 and escalating.run(session) == 0
    found = told(session, "rounds_waiting")
    assert found[here.account_id] == found[city.account_id] == {"near": 0, "late": 1, "second": int(waits == "second")}
    assert waits == "second" or province.account_id not in found
    session.refresh(row)
    assert (row.state, row.escalated) == (waits, escalating.LATE), "told, never decided"
    assert [facts["why"] for _a, facts in steps(session, row)] == ["near", "late"]
    assert ledger.verify(session).ok and ledger.replay(session)[row.id] == waits


def test_where_no_division_has_a_lead_the_nearest_who_decide_hear_of_it(session):
    """Near: those of the nearest division; overdue: of the next one up as well."""
    city, province = officer(session, CITY), officer(session, PROVINCE)
    story = Story(session, "posting")
    _subject, row = story.submitted()
    due(session, row, hours=-3)
    assert escalating.run(session) == 1
    assert set(told(session, "rounds_waiting")) == {city.account_id}
    due(session, row, hours=1)
    assert escalating.run(session) == 1
    assert set(told(session, "rounds_waiting")) == {city.account_id, province.account_id}


def test_many_rounds_are_one_message(session):
    lead = officer(session, REGION, Role.LEAD)
    story = Story(session, "posting")
    for hours in (1, 2, -2):
        due(session, story.submitted()[1], hours=hours)
    assert escalating.run(session) == 3
    assert told(session, "rounds_waiting") == {lead.account_id: {"near": 1, "late": 2, "second": 0}}
    assert session.scalar(select(func.count()).select_from(Outbox).where(Outbox.template == "rounds_waiting")) == 1


def test_a_clock_that_stood_may_come_near_again(session):
    first = officer(session)
    officer(session, REGION, Role.LEAD)
    story, row = endorsed(session, officer(session))
    due(session, row, hours=1)
    escalating.run(session)
    queue.claim(session, first, row.id)
    decide.ask(session, first, row.id, ["几楼？"])
    due(session, row, hours=1)
    assert escalating.run(session) == 0, "the clock stands"
    decide.answer(session, story.sender, row.id, "二楼")
    session.refresh(row)
    assert (row.state, row.escalated) == ("second", 0)


def test_what_is_not_of_a_bureau_goes_to_all_who_decide_it(session):
    works = worn(session, operator(session))
    story = Story(session, "residency")
    school = worn(session, school_admin(session, story.school), school_id=story.school.id)
    for one in (Story(session, "agency_entry"), story):
        due(session, one.submitted()[1], hours=1)
    assert escalating.escalate(session) == 2
    found = told(session, "rounds_waiting")
    assert {works.account_id, school.account_id} <= set(found)


def test_the_division_above_is_asked_where_nobody_else_is_here(session):
    """The second seat goes to the nearest division above that has an officer, and to nobody where a colleague is here."""
    first = officer(session)
    city, also, province = officer(session, CITY), officer(session, CITY, Role.LEAD), officer(session, PROVINCE)
    _story, row = endorsed(session, first)
    assert row.seats_needed == 2 and not row.alone
    assert escalating.run(session) == 1 and escalating.run(session) == 0
    assert set(told(session, "second_wanted")) == {city.account_id, also.account_id}
    assert [facts["why"] for _a, facts in steps(session, row)] == ["second"]
    due(session, row, hours=1)
    assert escalating.run(session) == 1, "asked above, it still goes up when it is late"
    assert say(session, province, queue.claim(session, province, row.id))["state"] == "approved"
    officer(session)
    session.execute(delete(Outbox))
    _story, row = endorsed(session, first)
    assert escalating.run(session) == 0 and not told(session, "second_wanted")


def leave(session, actor):
    session.execute(text("UPDATE ab_user SET active = false WHERE id = :id"), {"id": actor.account_id})
    session.commit()


def test_nobody_is_left_for_the_second_seat(session):
    """The first takes the own seat once more, and says why alone; the ledger has the whole way."""
    first, other = officer(session), officer(session)
    _story, row = endorsed(session, first)
    leave(session, other)
    assert escalating.run(session) == 1 and escalating.run(session) == 0
    session.refresh(row)
    assert (row.state, row.seats_needed, row.seats_wanted, row.alone) == ("queued", 1, 2, True)
    seat = session.scalars(select(ReviewSeat).where(ReviewSeat.round_id == row.id)).one()
    assert seat.undone_at is not None
    assert steps(session, row) == [
        ("recount", {"state": "queued", "version": row.version, "seats": 1, "seats_set": 2, "undone": [seat.id]})
    ]
    claimed = queue.claim(session, first, row.id)
    with refusal("reason_missing"):
        decide.decide(
            session, first, row.id, "approve", version=claimed.version, epoch=claimed.epoch, digest=row.evidence_digest
        )
    assert say(session, first, claimed)["state"] == "approved"
    assert ledger.verify(session).ok and ledger.replay(session)[row.id] == "approved"


def test_somebody_comes_for_what_nobody_else_could_decide(session):
    first = officer(session)
    story = Story(session, "posting")
    _subject, row = story.submitted()
    assert row.alone
    queue.claim(session, first, row.id)
    second = officer(session, PROVINCE)
    assert escalating.run(session) == 0, "what somebody has open stays as it was shown"
    queue.release(session, first, row.id)
    assert escalating.run(session) == 1
    session.refresh(row)
    assert (row.seats_needed, row.alone) == (2, False)
    assert say(session, first, queue.claim(session, first, row.id))["state"] == "second"
    assert say(session, second, queue.claim(session, second, row.id))["state"] == "approved"


def test_what_stays_as_it_is_hides_nothing_that_comes_after_it(session, monkeypatch):
    """Rounds of places where nobody has come are met first, and fill more than one page."""
    monkeypatch.setattr(escalating, "_AT_ONCE", 2)
    for _one in range(5):
        assert Story(session, "posting").submitted(region_code=FOREIGN)[1].alone
    officer(session)
    row = Story(session, "posting").submitted()[1]
    assert row.alone
    officer(session, PROVINCE)
    assert escalating.recount(session) == 1
    session.refresh(row)
    assert not row.alone
