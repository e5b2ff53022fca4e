"""Papers of a closed account: what waits or lies about of agency entries, certifications and takeovers is withdrawn, then blanked.

An approved agency or certification stays: the agency works on, and the label is the unit's. Its pictures of identity go.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.gateways.storage import Storage
from app.models.agencies import AgencyEntry, AgencyMaterial, CertificationMaterial, EmployerCertification
from app.review import desk, purging, takeovers
from app.review.kinds.agencies import AgencyEntryKind
from app.review.kinds.certification import EmployerCertificationKind
from app.rules.actor import Actor, Role
from app.rules.agencies import IDENTITY_SLOTS

_CALM: Final = {"synchronize_session": False}
_ENDED: Final = ("approved", "expired", "revoked", "deleted")  # of certifications
# Kind, its table, its papers with the column that points to the row, and the columns as they are left.
_PAPERS: Final[tuple[tuple[str, Any, Any, Any, dict[str, Any]], ...]] = (
    (
        AgencyEntryKind.key, AgencyEntry, AgencyMaterial, AgencyMaterial.entry_id,
        {"name": "", "uscc": None, "service_scope": "", "licence_no": None, "recommendation": "", "photo_consent": False},
    ),
    (
        EmployerCertificationKind.key, EmployerCertification, CertificationMaterial, CertificationMaterial.certification_id,
        {"title": "", "employed_since": None, "proof_name": "", "proof_date": None, "note": ""},
    ),
)  # fmt: skip


def take_back(session: Session, actor: Actor) -> None:
    """Certifications, which an owner sends in: what waits is withdrawn and what lies about deleted, through the desk."""
    key, model = EmployerCertificationKind.key, EmployerCertification
    mine = select(model).where(model.created_by_id == actor.account_id, model.status.not_in(_ENDED))
    for row in session.scalars(mine.order_by(model.id)).all():
        sender = sender_of(actor, row)
        if row.status == "pending":
            desk.move(session, sender, key, row.id, "withdraw")
        desk.move(session, sender, key, row.id, "delete")


def sender_of(actor: Actor, row: Any) -> Actor:
    """Under whatever role the account is closed: entries are a person's, certifications an owner's."""
    if isinstance(row, EmployerCertification):
        return Actor(actor.account_id, Role.OWNER, actor.name, unit_id=row.unit_id, region_code=row.region_code)
    return Actor(actor.account_id, Role.SEEKER, actor.name, region_code=row.region_code)


def forget_of(session: Session, storage: Storage, account_id: int) -> None:
    """Files, pinned evidence and content of what was deleted; of approved agencies the pictures of identity. Commits."""
    for key, model, papers, column, blank in _PAPERS:
        mine = select(model.id).where(model.created_by_id == account_id, model.status == "deleted")
        for row_id in session.scalars(mine).all():
            ids = purging.pinned_files(session, key, row_id) | _detached(session, papers, column == row_id)
            purging.forget(session, key, model.__tablename__, row_id)
            purging.remove_unused(session, storage, ids)
        left = update(model).where(model.id.in_(mine)).values(**blank, changed_on=model.changed_on)
        session.execute(left.execution_options(**_CALM))
    shown = select(AgencyEntry.id).where(AgencyEntry.created_by_id == account_id)
    pictures = AgencyMaterial.entry_id.in_(shown) & AgencyMaterial.slot.in_(IDENTITY_SLOTS)
    purging.remove_unused(session, storage, _detached(session, AgencyMaterial, pictures))
    takeovers.forget_of(session, storage, account_id)


def _detached(session: Session, papers: Any, which: Any) -> set[UUID]:
    gone = delete(papers).where(which).returning(papers.file_id)
    return set(session.scalars(gone.execution_options(**_CALM)))
