"""What waits beside a subject, its round or its edit, ends when the subject no longer waits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.review import door, rounds
from app.review.door import Found
from app.rules.actor import Actor


def close_what_waits(session: Session, actor: Actor, found: Found, now: datetime) -> None:
    """After a move: the round of a subject that no longer waits is withdrawn, and an edit of what is no longer live."""
    kind, subject, row = found.kind, found.subject, found.round
    if subject.edit_state and subject.status not in kind.lifecycle.revisable:
        drop_edit(session, actor, found, now)
    elif row is not None and not row.is_change and subject.status not in ("pending", "returned"):
        _withdraw(session, actor, found, now)


def drop_edit(session: Session, actor: Actor, found: Found, now: datetime) -> None:
    """Forgets a waiting, returned or rejected edit, and withdraws its round if it is open."""
    door.set_edit(found.subject, "", None)
    if found.round is not None:
        _withdraw(session, actor, found, now)


def _withdraw(session: Session, actor: Actor, found: Found, now: datetime) -> None:
    rounds.close(session, found.round, "withdrawn", now)
    rounds.record(session, "withdraw", actor, found.round)
    found.round = None
