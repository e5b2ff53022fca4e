"""The end of units that were never approved: deleted with the account of their only owner, or when nobody touched them for long.

What is deleted so is blanked, with its papers and the evidence of its rounds; the number that the ledger names stays.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Select, cast, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Session, aliased

from app.gateways.storage import Storage
from app.models.accounts import Hat
from app.models.units import Unit, UnitMaterial
from app.review import batches, desk, purging
from app.review.kinds.unit_owners import owned
from app.review.kinds.units import UnitRegistration
from app.rules.actor import CLOCK, Actor, Role
from app.rules.refused import Refused
from app.rules.units import UNDECIDED

_CALM: Final = {"synchronize_session": False}
_BLANK: Final[dict[str, Any]] = {
    "name": "", "initials": None, "legal_rep": None, "address": None, "contact_name": None, "contact_phone": None,
    "contact_email": None, "phone_hash": None, "website": None, "intro": None, "extra": {},
}  # fmt: skip


def only_mine(account_id: int) -> Select[Any]:
    """Ids of the units nobody else owns."""
    other = aliased(Hat)
    shared = exists().where(
        other.unit_id == Hat.unit_id, other.role == Role.OWNER.value, other.active, other.account_id != account_id
    )
    return owned(account_id).where(~shared)


def take_back(session: Session, actor: Actor) -> None:
    """What the person began and nobody approved is deleted, through the desk, as its owner."""
    mine = select(Unit).where(
        Unit.id.in_(only_mine(actor.account_id)), Unit.status.in_(UNDECIDED), Unit.source != "import"
    )
    for row in session.scalars(mine.order_by(Unit.id)).all():
        owner = Actor(actor.account_id, Role.OWNER, actor.name, unit_id=row.id, region_code=row.region_code)
        desk.move(session, owner, UnitRegistration.key, row.id, "delete")


def forget_of(session: Session, storage: Storage, account_id: int) -> None:
    """What a closed account has left of its deleted units. Commits."""
    once = select(Hat.unit_id).where(Hat.account_id == account_id, Hat.role == Role.OWNER.value)
    mine = or_(Unit.created_by_id == account_id, Unit.id.in_(once))
    for unit_id in session.scalars(select(Unit.id).where(mine, Unit.status == "deleted")).all():
        _forget(session, storage, unit_id)
    session.commit()


def clear(session: Session, storage: Storage, days: int) -> int:
    """Drafts never sent in that nobody touched for so many days, and what their owners have deleted; how many. Commits.

    What a stop in the middle has left, deleted and not yet blanked, is found by the next run in the same way.
    """
    untouched = Unit.changed_on < func.now() - timedelta(days=days)
    drafts = select(Unit.id).where(Unit.status == "draft", Unit.submitted_at.is_(None), untouched)
    batches.each(session, drafts, Unit.id, lambda unit_id: _delete(session, unit_id))
    left = select(Unit.id).where(Unit.status == "deleted", Unit.name != "")
    return batches.each(session, left, Unit.id, lambda unit_id: _forget(session, storage, unit_id))


def _delete(session: Session, unit_id: int) -> None:
    with suppress(Refused):  # somebody works on it after all
        desk.move(session, CLOCK, UnitRegistration.key, unit_id, "delete")


def _forget(session: Session, storage: Storage, unit_id: int) -> None:
    ids = purging.pinned_files(session, UnitRegistration.key, unit_id)
    papers = delete(UnitMaterial).where(UnitMaterial.unit_id == unit_id).returning(UnitMaterial.file_id)
    ids |= set(session.scalars(papers.execution_options(**_CALM)))
    purging.forget(session, UnitRegistration.key, Unit.__tablename__, unit_id)
    purging.remove_unused(session, storage, ids)
    left = (
        update(Unit).where(Unit.id == unit_id).values(**_BLANK, search=cast("", TSVECTOR), changed_on=Unit.changed_on)
    )
    session.execute(left.execution_options(**_CALM))
