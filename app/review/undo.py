"""Undo: for a minute, by the same person. What was applied is taken back and the round lies open before them again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from app.models.review import ReviewQuery, ReviewSeat
from app.review import door, outbox, rounds, sight
from app.review.kinds import KINDS
from app.review.kinds.base import Kind, Subject
from app.review.transaction import flush, one
from app.rules.actor import Actor
from app.rules.refused import Refused

UNDO_SECONDS: Final = 60
_UNDOABLE: Final = ("second", "approved", "rejected", "need_info")
_LEASE: Final = timedelta(minutes=15)
# The trigger on rounds lets a decided one change only under this mark.
_MARK: Final = text("SELECT set_config('gongjiu.undo', :on, true)")


def undo(session: Session, actor: Actor, round_id: int, undo_seconds: int = UNDO_SECONDS) -> Any:
    """Takes the actor's own decision back and answers the round, queued again under a fresh lease.

    Raises Refused: not_found, wrong_state, not_allowed (another's decision), undo_too_late, stale (the row went on).
    """
    with one(session):
        row = sight.locked(session, actor, round_id)
        if row is None:
            raise Refused("not_found")
        seat = _last_seat(session, actor, row, undo_seconds)
        kind = KINDS[row.kind]
        subject = door.lock_subject(session, kind, row.subject_id)
        if subject.version != seat.before["version_after"]:
            raise Refused("stale", version=subject.version, status=subject.status)
        endorsement = "status" not in seat.before  # nobody was told of it, and nothing came of it
        if endorsement and row.state != "second":  # a colleague has gone on
            raise Refused("undo_too_late")
        if not endorsement:
            if not outbox.recall(session, f"{row.id}:{seat.id}"):
                raise Refused("undo_too_late")
            if seat.verdict == "return":
                session.execute(delete(ReviewQuery).where(ReviewQuery.round_id == row.id, ReviewQuery.is_return))
            _put_back(session, kind, subject, row, seat.before)
        seat.undone_at = func.clock_timestamp()
        session.flush()
        _reopen(session, actor, row)
        rounds.record(session, "undo", actor, row, {"seat": seat.id, "undone": seat.verdict, "status": subject.status})
        return row


def _last_seat(session: Session, actor: Actor, row: Any, undo_seconds: int) -> Any:
    if row.state not in _UNDOABLE:
        raise Refused("wrong_state", state=row.state)
    found = session.execute(
        select(
            ReviewSeat,
            (ReviewSeat.decided_at + timedelta(seconds=undo_seconds) >= func.clock_timestamp()).label("fresh"),
        )
        .where(ReviewSeat.round_id == row.id, ReviewSeat.undone_at.is_(None))
        .order_by(ReviewSeat.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        raise Refused("wrong_state", state=row.state)
    if found.ReviewSeat.reviewer_id != actor.account_id:
        raise Refused("not_allowed", move="undo")
    if not found.fresh:
        raise Refused("undo_too_late", seconds=undo_seconds)
    return found.ReviewSeat


def _put_back(session: Session, kind: Kind, subject: Subject, row: Any, memory: Mapping[str, Any]) -> None:
    """The subject as it was before the verdict."""
    door.set_status(kind, subject, memory["status"])
    door.set_edit(subject, memory["edit_state"], memory["edit_content"])
    for name in ("decided_at", "published_at"):
        moment = memory[name]
        setattr(subject, name, datetime.fromisoformat(moment) if moment else None)
    kind.guard_undo(session, subject)
    if row.state == "approved":
        kind.revert(session, subject, memory["kind"])
    flush(session, kind)


def _reopen(session: Session, actor: Actor, row: Any) -> None:
    session.execute(_MARK, {"on": "on"})
    row.state, row.version, row.epoch = sight.resting(session, row), row.version + 1, row.epoch + 1
    row.decided_at, row.clock_stopped_at = None, None
    row.holder_id, row.lease_until = actor.account_id, func.clock_timestamp() + _LEASE
    row.claimed_at = func.clock_timestamp()
    session.flush()
    session.execute(_MARK, {"on": ""})
