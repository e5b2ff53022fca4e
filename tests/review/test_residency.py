"""What residency opens, and what its end closes; verification of a unit every six months (HL-54..57, U17)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.models.positions import Posting
from app.review import desk, queue
from app.review.kinds import KINDS
from app.rules.actor import Role
from app.rules.dates import today
from tests.review.samples import Story, owner_of, posting_content, refusal, reviewer, say


def resident_posting(session, story):
    """A live posting of the story's unit, shown to the story's school."""
    handler = owner_of(session, story.unit, Role.HANDLER)
    sent = desk.create(session, handler, "posting", posting_content(schools=[story.school.id]))
    row = desk.submit(session, handler, "posting", sent.id)
    decider = reviewer(session)
    say(session, decider, queue.claim(session, decider, row.id))
    return handler, sent


def test_a_revoked_residency_takes_the_postings_from_the_school(session):
    story = Story(session, "residency")
    residency, _row = story.decided()
    handler, sent = resident_posting(session, story)
    kind = KINDS["posting"]
    assert sent in session.scalars(kind.scope(select(Posting), story.decider)).unique().all()
    edited = desk.edit(session, handler, "posting", sent.id, {"title": "会计（改）", "schools": [story.school.id]})
    desk.move(session, story.decider, "residency", residency.id, "revoke", reason="长期无职位")
    session.refresh(sent)
    assert (sent.status, sent.schools) == ("live", [])
    assert sent not in session.scalars(kind.scope(select(Posting), story.decider)).unique().all()
    if edited.round is not None:
        decider = reviewer(session)
        say(session, decider, queue.claim(session, decider, edited.round.id))
        session.refresh(sent)
        assert sent.schools == [], "an edit that waited does not bring the school back"


def test_a_unit_is_verified_again_by_a_change_that_changes_nothing(session):
    """GD: every six months; new papers only where old ones ended."""
    story = Story(session, "unit_change")
    story.unit.reverify_due = today() - timedelta(days=3)
    session.commit()
    assert story.unit.verification == "overdue"
    made = desk.create(session, story.sender, "unit_change", {"note": "半年复核，资料无变化"})
    row = desk.submit(session, story.sender, "unit_change", made.id)
    say(session, story.decider, queue.claim(session, story.decider, row.id))
    session.refresh(story.unit)
    assert story.unit.verification == "verified"
    assert story.unit.reverify_due > today() + timedelta(days=150)


def test_a_handler_needs_the_function_residency(session):
    story = Story(session, "residency")
    other = owner_of(session, story.unit, Role.HANDLER, frozenset({"postings"}))
    with refusal("not_allowed"):
        desk.create(session, other, "residency", story.content())
