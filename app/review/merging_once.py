"""What a person may have only once, where two accounts that become one have it both: which of the two stays, by rule.

What waits for a verdict stays before what lies about, else that of the account that stays; the other one is withdrawn through the
desk, on record. A test asks of every unique index over a column that moves whether a rule is here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, aliased

from app.models.accounts import Hat
from app.models.agencies import EmployerCertification
from app.models.bindings import Binding
from app.models.logins import IdentityLink
from app.models.takeovers import UnitTakeover
from app.review import bindings, desk
from app.review.closing_papers import sender_of
from app.review.kinds.certification import EmployerCertificationKind
from app.review.kinds.takeovers import TakeoverKind
from app.rules.actor import Actor, Role
from app.rules.bindings import OPEN as BOUND

_CALM: Final = {"synchronize_session": False}
_OPEN: Final = ("draft", "pending", "returned", "rejected")
Rule = Callable[[Session, Actor, int, int], None]


def _sent_in(key: str, model: Any) -> Rule:
    """Things that are sent in for a unit, one at a time."""

    def settle(session: Session, _actor: Actor, kept_id: int, closed_id: int) -> None:
        for kept, closed in _pairs(session, model, model.created_by_id, model.status.in_(_OPEN), kept_id, closed_id):
            loser = kept if closed.status == "pending" != kept.status else closed
            sender = sender_of(Actor(int(loser.created_by_id), Role.SEEKER), loser)
            if loser.status == "pending":
                desk.move_in(session, sender, key, loser.id, "withdraw")
            desk.move_in(session, sender, key, loser.id, "delete")

    return settle


def _pairs(session: Session, model: Any, owner: Any, open_: Any, kept_id: int, closed_id: int) -> list[tuple[Any, Any]]:
    """(of the account that stays, of the one that goes), both for one unit."""
    rows: list[Any] = list(
        session.scalars(select(model).where(owner.in_((kept_id, closed_id)), open_).order_by(model.id))
    )
    of_kept = {row.unit_id: row for row in rows if getattr(row, owner.key) == kept_id}
    return [
        (of_kept[row.unit_id], row) for row in rows if getattr(row, owner.key) == closed_id and row.unit_id in of_kept
    ]


def _bindings(session: Session, actor: Actor, kept_id: int, closed_id: int) -> None:
    """A binding stays before an invitation."""
    for kept, closed in _pairs(session, Binding, Binding.account_id, Binding.state.in_(BOUND), kept_id, closed_id):
        bindings.merged(session, actor, kept if closed.state == "bound" != kept.state else closed)


def _hats(session: Session, _actor: Actor, kept_id: int, closed_id: int) -> None:
    """A role that the account that stays has already is switched off; which one comes first is its own matter."""
    mine = aliased(Hat)
    same = exists().where(
        mine.account_id == kept_id,
        mine.active,
        mine.role == Hat.role,
        func.coalesce(mine.unit_id, 0) == func.coalesce(Hat.unit_id, 0),
        func.coalesce(mine.school_id, 0) == func.coalesce(Hat.school_id, 0),
        func.coalesce(mine.agency_id, 0) == func.coalesce(Hat.agency_id, 0),
        func.coalesce(mine.region_code, "") == func.coalesce(Hat.region_code, ""),
    )
    twice = update(Hat).where(Hat.account_id == closed_id, Hat.active, same)
    session.execute(twice.values(active=False).execution_options(**_CALM))
    session.execute(update(Hat).where(Hat.account_id == closed_id).values(is_default=False).execution_options(**_CALM))


def _links(session: Session, _actor: Actor, kept_id: int, closed_id: int) -> None:
    """Of each provider one login."""
    held = aliased(IdentityLink)
    linked = exists().where(held.account_id == kept_id, held.provider_id == IdentityLink.provider_id)
    for row in session.scalars(select(IdentityLink).where(IdentityLink.account_id == closed_id, linked)):
        session.delete(row)


def _never(_session: Session, _actor: Actor, _kept_id: int, _closed_id: int) -> None:
    """Roles of the staff are never merged."""


# Unique index over a column that moves -> what is done before it does.
ONCE: Final[dict[str, Rule]] = {
    "uq_employer_certification_open": _sent_in(EmployerCertificationKind.key, EmployerCertification),
    "uq_unit_takeover_open": _sent_in(TakeoverKind.key, UnitTakeover),
    "uq_binding_open": _bindings,
    "uq_hat_once": _hats,
    "uq_hat_one_administrator": _never,
    "uq_hat_one_waiting": _never,
    "uq_identity_link_provider_id_account_id": _links,
}


def settle(session: Session, actor: Actor, kept_id: int, closed_id: int) -> None:
    """Leaves one of each; flushes."""
    for rule in ONCE.values():
        rule(session, actor, kept_id, closed_id)
        session.flush()
