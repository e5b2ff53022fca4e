"""When the clock of a round stops: a question to the sender (加签补件 apart), and a hold until a day (挂起)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.models.review import ReviewQuery, ReviewRound
from app.review import calendar, door, queue, rounds, sight
from app.review.kinds import KINDS
from app.review.transaction import database_now, one
from app.rules.actor import CLOCK, Actor
from app.rules.refused import Refused

_TEXT_LIMIT: Final = 2000
_ITEMS_LIMIT: Final = 20


def ask(session: Session, actor: Actor, round_id: int, items: Sequence[str], *, epoch: int | None = None) -> Any:
    """Sends the sender one list of questions; the clock stops until the answer and the status stays as it is.

    Raises Refused: not_found, wrong_state, lease_lost, missing, too_long.
    """
    questions = [item.strip() for item in items if item.strip()]
    if not questions or len(questions) > _ITEMS_LIMIT:
        raise Refused("missing", field="items")
    if any(len(question) > _TEXT_LIMIT or "\x00" in question for question in questions):
        raise Refused("too_long", field="items", limit=_TEXT_LIMIT)
    with one(session):
        row = _stop(session, actor, round_id, "need_info", epoch)
        query = ReviewQuery(round_id=row.id, asked_by_id=actor.account_id, items=[{"text": q} for q in questions])
        session.add(query)
        session.flush()
        kind = KINDS[row.kind]
        subject = session.get(kind.model, row.subject_id)
        rounds.notify(session, kind, subject, row, "round_asked", {"items": questions}, dedupe=f"{row.id}:q{query.id}")
        rounds.record(session, "ask", actor, row, {"query": query.id})
        return row


def answer(session: Session, actor: Actor, round_id: int, text: str) -> Any:
    """The sender answers a question; the round is queued again and due later by the time it stood still.

    What was returned is not answered but mended and submitted again.
    Raises Refused: not_found, wrong_state, missing, too_long.
    """
    words = text.strip()
    if not words or "\x00" in words:
        raise Refused("missing", field="answer")
    if len(words) > _TEXT_LIMIT:
        raise Refused("too_long", field="answer", limit=_TEXT_LIMIT)
    with one(session):
        row = _locked(session, round_id)
        if row is None:
            raise Refused("not_found")
        found = door.locate(session, actor, row.kind, row.subject_id)
        if not found.kind.may_send(actor, found.subject):
            raise Refused("not_found")
        query: Any = session.scalars(
            select(ReviewQuery)
            .where(ReviewQuery.round_id == row.id, ~ReviewQuery.is_return, ReviewQuery.answered_at.is_(None))
            .order_by(ReviewQuery.id.desc())
            .limit(1)
        ).one_or_none()
        if row.state != "need_info" or query is None:
            raise Refused("wrong_state", state=row.state)
        query.answer, query.answered_at = words, func.clock_timestamp()
        _restart(session, row)
        rounds.record(session, "answer", actor, row, {"query": query.id})
        return row


def hold(
    session: Session, actor: Actor, round_id: int, until: datetime, reason: str, *, epoch: int | None = None
) -> Any:
    """Sets the round aside until an instant, with the reason on record; nobody can claim it meanwhile.

    Raises Refused: not_found, wrong_state, lease_lost, reason_missing, date_past, bad_value.
    """
    if not reason.strip():
        raise Refused("reason_missing", field="reason")
    if until.utcoffset() is None:
        raise Refused("bad_value", field="until")
    with one(session):
        if until <= database_now(session):
            raise Refused("date_past", field="until")
        row = _stop(session, actor, round_id, "held", epoch)
        row.lease_until = until  # of a held round: when it wakes; nobody holds it
        session.flush()
        rounds.record(session, "hold", actor, row, {"until": until, "reason": reason.strip()})
        return row


def resume(session: Session, actor: Actor, round_id: int) -> Any:
    """Ends a hold before its time. Raises Refused: not_found, wrong_state."""
    with one(session):
        row = sight.locked(session, actor, round_id)
        if row is None:
            raise Refused("not_found")
        if row.state != "held":
            raise Refused("wrong_state", state=row.state)
        _restart(session, row)
        rounds.record(session, "resume", actor, row)
        return row


def wake(session: Session) -> int:
    """The clock ends every hold whose time has come; for the scheduler."""
    with one(session):
        due = session.scalars(
            select(ReviewRound)
            .where(ReviewRound.state == "held", ReviewRound.lease_until <= func.clock_timestamp())
            .order_by(ReviewRound.id)
            .with_for_update(skip_locked=True, key_share=True, of=ReviewRound)
            .execution_options(populate_existing=True)
        ).all()
        for row in due:
            _restart(session, row)
            rounds.record(session, "resume", CLOCK, row)
        return len(due)


def _stop(session: Session, actor: Actor, round_id: int, state: str, epoch: int | None) -> Any:
    """Only the holder of the lease stops the clock."""
    fenced = [ReviewRound.epoch == epoch] if epoch is not None else []
    row = session.scalars(
        update(ReviewRound)
        .where(
            ReviewRound.id == round_id,
            ReviewRound.state.in_(sight.CLAIMABLE),
            sight.held_by(actor),
            sight.in_scope(actor),
            *fenced,
        )
        .values(
            state=state,
            version=ReviewRound.version + 1,
            holder_id=None,
            lease_until=None,
            claimed_at=None,
            clock_stopped_at=func.clock_timestamp(),
        )
        .returning(ReviewRound)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()
    if row is None:
        raise queue.lost(session, actor, round_id)
    return row


def _restart(session: Session, row: Any) -> None:
    now = database_now(session)
    row.due_at = calendar.due_after_stop(session, row.due_at, row.clock_stopped_at, now)
    row.state, row.version = sight.resting(session, row), row.version + 1
    row.clock_stopped_at, row.holder_id, row.lease_until = None, None, None
    row.escalated = 0  # due later: it may come near once more
    session.flush()


def _locked(session: Session, round_id: int) -> Any:
    return session.scalars(
        select(ReviewRound)
        .where(ReviewRound.id == round_id)
        .with_for_update(key_share=True, of=ReviewRound)
        .execution_options(populate_existing=True)
    ).one_or_none()
