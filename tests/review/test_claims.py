"""A claim leaves an instant and an event: how long a decision took, and who opened what (the head of the desk)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.models.accounts import Hat
from app.models.review import ReviewEvent, ReviewRound, ReviewSeat
from app.review import decide, greens, ledger, queue, verdicts
from tests.review.samples import Story, refusal, reviewer, say


@pytest.fixture
def story(session):
    return Story(session, "posting")


def opened(session, row) -> object:
    session.refresh(row)
    return row.claimed_at


def actions(session, row) -> list[str]:
    stmt = select(ReviewEvent.action).where(ReviewEvent.round_id == row.id).order_by(ReviewEvent.id)
    return [action for action in session.scalars(stmt) if action in ("claim", "release")]


def earlier(session, row, seconds: int) -> None:
    """As if the item had been opened that long ago."""
    then = func.clock_timestamp() - timedelta(seconds=seconds)
    session.execute(update(ReviewRound).where(ReviewRound.id == row.id).values(claimed_at=then))
    session.commit()


def seconds(session, row) -> int | None:
    stmt = select(ReviewSeat.seconds).where(ReviewSeat.round_id == row.id).order_by(ReviewSeat.id.desc()).limit(1)
    return session.execute(stmt).scalar_one()


def test_the_instant_is_set_once_per_holder_and_goes_with_the_lease(session, story):
    _, row = story.claimed()
    first = opened(session, row)
    assert first is not None
    queue.claim(session, story.decider, row.id)
    queue.renew(session, story.decider, row.id)
    assert opened(session, row) == first, "an own lease that still runs keeps its beginning"
    queue.release(session, story.decider, row.id)
    assert opened(session, row) is None
    queue.claim(session, story.decider, row.id)
    assert opened(session, row) > first
    row.lease_until = func.clock_timestamp() - timedelta(seconds=1)
    session.commit()
    before = opened(session, row)
    queue.claim(session, reviewer(session), row.id)
    assert opened(session, row) > before, "the next holder begins anew"


def test_what_was_handed_over_begins_when_it_is_opened(session, story):
    _, row = story.claimed()
    other = reviewer(session)
    session.add(Hat(account_id=other.account_id, role="reviewer", region_code="310000"))
    session.commit()
    queue.transfer(session, story.decider, row.id, other.account_id, "熟悉该行业")
    assert opened(session, row) is None
    epoch = row.epoch
    queue.claim(session, other, row.id)
    assert opened(session, row) is not None
    assert row.epoch == epoch, "the lease was given with the transfer; opening it is no new fence"


@pytest.mark.parametrize(("spent", "stored"), [(42, 42), (verdicts.LONGEST_LOOK + 900, verdicts.LONGEST_LOOK)])
def test_a_seat_holds_the_seconds_from_opening_to_verdict(session, story, spent, stored):
    _, row = story.claimed()
    earlier(session, row, spent)
    say(session, story.decider, row)
    assert seconds(session, row) in (stored, stored + 1)


def test_a_return_is_timed_as_well_and_an_undone_verdict_begins_anew(session, story):
    _, row = story.claimed()
    earlier(session, row, 50)
    say(session, story.decider, row, "return")
    assert seconds(session, row) in (50, 51)
    decide.undo(session, story.decider, row.id)
    session.refresh(row)
    say(session, story.decider, row)
    assert seconds(session, row) <= 1


def test_an_item_of_a_batch_has_no_time_of_its_own(session, story):
    row = story.submitted()[1]
    held = story.claimed()[1]
    earlier(session, held, 50)
    items = [(row.id, row.version, row.evidence_digest), (held.id, held.version, held.epoch, held.evidence_digest)]
    assert [one.ok for one in greens.batch(session, story.decider, items)] == [True, True]
    assert (seconds(session, row), seconds(session, held)) == (None, None)


def test_claims_and_releases_are_in_the_ledger_and_the_chain_holds(session, story):
    _, row = story.submitted()
    queue.claim_next(session, story.decider)
    queue.claim(session, story.decider, row.id)
    queue.renew(session, story.decider, row.id)
    assert actions(session, row) == ["claim"], "coming back and renewing are no new claims"
    queue.release(session, reviewer(session), row.id)
    queue.release(session, story.decider, row.id)
    queue.release(session, story.decider, row.id)
    assert actions(session, row) == ["claim", "release"]
    event = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "claim")).one()
    assert (event.actor_id, event.kind, event.subject_id) == (story.decider.account_id, "posting", row.subject_id)
    assert '"facts":{"epoch":1,"state":"queued","version":1}' in event.body
    assert ledger.verify(session).ok
    assert ledger.replay(session)[row.id] == "queued"


def test_a_claim_that_is_refused_leaves_no_event(session, story):
    _, row = story.claimed()
    with refusal("taken"):
        queue.claim(session, reviewer(session), row.id)
    assert actions(session, row) == ["claim"]
