"""Batches of green items: one transaction where all goes well, each by itself where one is refused; nothing twice."""

from __future__ import annotations

import pytest
from sqlalchemy import event, func, select

from app.models.review import ReviewEvent, ReviewRound, ReviewSeat
from app.review import decide, greens, ledger
from app.review.kinds import KINDS
from app.rules.refused import Refused
from tests.review.samples import Story, reviewer


@pytest.fixture
def story(session):
    return Story(session, "posting")


def items_of(rows) -> list[tuple[int, int, str]]:
    return [(row.id, row.version, row.evidence_digest) for row in rows]


def statements_of(session, act) -> int:
    """How many statements an act sends."""
    seen = []
    engine = session.get_bind()

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len([text for text in seen if "SAVEPOINT" not in text])


def test_one_more_item_costs_one_more_statement(session, story):
    """Its own row is written by itself; what is locked and recorded is so in one statement for all."""
    few, many = (items_of([story.submitted()[1] for _ in range(count)]) for count in (3, 12))
    spent = [
        statements_of(session, lambda items=items: greens.batch(session, story.decider, items)) for items in (few, many)
    ]
    assert spent[0] - len(few) == spent[1] - len(many) <= 7
    states = select(ReviewRound.state).where(ReviewRound.id.in_([key for key, *_ in [*few, *many]]))
    assert set(session.scalars(states)) == {"approved"}


def test_where_the_kind_refuses_one_the_others_are_approved(session, story, monkeypatch):
    rows = [story.submitted()[1] for _ in range(3)]
    refused = rows[1].subject_id
    real = KINDS["posting"].apply

    def apply(session, subject, verdict) -> None:
        if subject.id == refused:
            raise Refused("stale")
        real(session, subject, verdict)

    monkeypatch.setattr(KINDS["posting"], "apply", apply, raising=False)
    outcomes = greens.batch(session, story.decider, items_of(rows))
    assert [(o.ok, o.code) for o in outcomes] == [(True, ""), (False, "stale"), (True, "")]
    for row in rows:
        session.refresh(row)
    assert [row.state for row in rows] == ["approved", "queued", "approved"]
    assert rows[1].holder_id is None
    assert session.scalar(select(func.count()).select_from(ReviewSeat)) == 2
    assert ledger.verify(session).ok


def test_an_item_of_a_batch_can_be_taken_back(session, story):
    subject, row = story.submitted()
    greens.batch(session, story.decider, items_of([row]))
    session.refresh(subject)
    assert subject.status == "live" and subject.published_at == row.decided_at
    decide.undo(session, story.decider, row.id)
    session.refresh(subject)
    assert (subject.status, subject.published_at) == ("pending", None)


def test_a_colleague_s_item_and_an_own_unit_s_are_left_alone(session, story):
    rows = [story.submitted()[1] for _ in range(2)]
    held, free = rows
    colleague = reviewer(session)
    held.holder_id, held.lease_until = colleague.account_id, func.now() + func.make_interval(0, 0, 0, 0, 1)
    session.commit()
    outcomes = greens.batch(session, story.decider, items_of(rows))
    assert [o.code for o in outcomes] == ["taken", ""]
    assert session.scalar(select(ReviewRound.state).where(ReviewRound.id == held.id)) == "queued"
    approved = select(ReviewEvent.round_id).where(ReviewEvent.action == "approve")
    assert session.scalars(approved).all() == [free.id]
