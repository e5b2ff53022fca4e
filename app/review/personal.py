"""What is a person's own, whatever role is worn: the kinds that a person sends in, and the ways back out of each status.

Nothing is listed by hand: a kind whose rows a person sends in is one of these, and what is a unit's is told by the kind's `own`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.review import desk
from app.review.kinds import KINDS
from app.review.kinds.base import Kind
from app.rules.actor import Actor, Role
from app.rules.lifecycle import SENDER, Lifecycle

# How a sender takes something back, the gentlest first: what waits is withdrawn, what is public closed, what lies about deleted.
BACK: Final = ("withdraw", "close", "delete")


def kinds() -> list[Kind]:
    """The kinds that a person sends in under the own name; a unit that came to nothing has owners (app.review.unit_ends)."""
    return [kind for kind in KINDS.values() if Role.SEEKER in kind.sender_roles and not kind.by_owners]


def myself(actor: Actor) -> Actor:
    """The same account in the person's own name."""
    return Actor(actor.account_id, Role.SEEKER, actor.name)


def way_back(lifecycle: Lifecycle, status: str) -> str:
    """The move by which the sender takes back what is in this status; nothing where there is none, or none is needed."""
    offered = {move.name for move in lifecycle.offered(status, (SENDER,))}
    return next((name for name in BACK if name in offered), "")


def take_back(session: Session, actor: Actor) -> None:
    """All that is the person's own leaves public and desk, as far as its sender can take it; each move on record."""
    me = myself(actor)
    for kind in kinds():
        retreat(session, me, kind, desk.move)


def retreat(session: Session, me: Actor, kind: Kind, move: Callable[..., Any]) -> list[int]:
    """Takes the person's rows of one kind back by `desk.move` or `desk.move_in`; the ids of those that went."""
    mine: Any = kind.scope(select(kind.model.id, kind.model.status), me).order_by(kind.model.id)
    gone = []
    for key, found in session.execute(mine).all():
        status = found
        while name := way_back(kind.lifecycle, status):
            status = move(session, me, kind.key, key, name).status
        if status != found:
            gone.append(int(key))
    return gone
