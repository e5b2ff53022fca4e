"""The end of the pictures of who acted for a unit: they leave some days after the verdict, the unit's own papers stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from app.gateways.storage import Storage
from app.models.units import Unit, UnitChange, UnitMaterial
from app.review import purging
from app.review.kinds.units import UnitChangeRequest, UnitRegistration
from app.rules.units import IDENTITY_SLOTS

_KINDS: Final = (UnitRegistration, UnitChangeRequest)
_MOST: Final = 500  # files in one step


def purge(session: Session, storage: Storage, days: int) -> int:
    """Those shown with what was decided so long ago or lies unused as long, and those they replaced; how many. Commits."""
    over = func.now() - timedelta(days=days)
    of_units = and_(UnitMaterial.change_id.is_(None), UnitMaterial.unit_id.in_(select(Unit.id).where(_due(Unit, over))))
    of_changes = UnitMaterial.change_id.in_(select(UnitChange.id).where(_due(UnitChange, over)))
    due = UnitMaterial.slot.in_(IDENTITY_SLOTS), UnitMaterial.changed_on < over, or_(of_units, of_changes)
    left = delete(UnitMaterial).where(*due).returning(UnitMaterial.file_id)
    ids = set(session.scalars(left.execution_options(synchronize_session=False)))
    gone = purging.remove_unused(session, storage, ids)
    session.commit()
    kinds = [kind.key for kind in _KINDS]
    while done := purging.remove_pinned(session, storage, kinds, IDENTITY_SLOTS, over, _MOST):
        session.commit()
        gone += done
    session.rollback()
    return gone


def _due(model: Any, over: Any) -> ColumnElement[bool]:
    """Decided, or left lying, before that moment; what waits for a verdict never is."""
    decided = func.coalesce(model.decided_at, model.published_at, model.changed_on) < over
    idle = and_(model.status.in_(("draft", "returned", "rejected", "imported", "deleted")), model.changed_on < over)
    return or_(and_(model.status.in_(("approved", "frozen")), decided), idle)
