"""Papers that show who acts for whom: for the side that sent them and for whoever decides, however else the row is seen.

The one place that says so: record, API, signed links, files, previews and pages ask here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.review.kinds.base import Kind, Subject
from app.rules.actor import Actor, Role


def hidden(kind: Kind, actor: Actor) -> frozenset[str]:
    """The slots that the actor is not shown, of rows in the actor's scope.

    There whoever may send finds own rows only; everybody else but the deciders stands beside.
    """
    inside = actor.role in kind.sender_roles | kind.decider_roles or actor.role is Role.CLOCK
    return frozenset() if inside else kind.private_slots


def shown(session: Session, kind: Kind, subject: Subject, actor: Actor) -> list[tuple[str, Any]]:
    """Slots and files of a row as far as the actor may see them."""
    away = hidden(kind, actor)
    return [(slot, file) for slot, file in kind.attached(session, subject) if slot not in away]
