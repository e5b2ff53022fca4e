"""The end of what an agency's entry rests on: pictures of identity documents, and materials that were replaced."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from app.gateways.storage import Storage
from app.models.agencies import AgencyEntry, AgencyMaterial
from app.models.review import ReviewEvidence, ReviewRound
from app.review import purging
from app.review.kinds.agencies import AgencyEntryKind
from app.rules.agencies import BEFORE_SENDING, ENTRY, IDENTITY_SLOTS


def purge(session: Session, storage: Storage, days: int) -> int:
    """Some days after the verdict, or as long after the last change of what nobody sent in again; how many. Commits."""
    due = _due(days)
    shown = delete(AgencyMaterial).where(AgencyMaterial.entry_id.in_(due), AgencyMaterial.slot.in_(IDENTITY_SLOTS))
    ids = set(session.scalars(shown.returning(AgencyMaterial.file_id).execution_options(synchronize_session=False)))
    gone = purging.remove_unused(session, storage, ids | _sent_in(session, due))
    session.commit()
    return gone


def _due(days: int) -> Select[Any]:
    over = func.now() - timedelta(days=days)
    unsent = ENTRY.editable | set(BEFORE_SENDING)  # a recommendation that nobody makes use of keeps no photo
    idle = AgencyEntry.status.in_(unsent) & (AgencyEntry.changed_on < over)
    decided = AgencyEntry.decided_at < over
    return select(AgencyEntry.id).where(
        or_(and_(AgencyEntry.status == "approved", decided), idle & (decided | AgencyEntry.decided_at.is_(None)))
    )


def _sent_in(session: Session, due: Select[Any]) -> set[UUID]:
    """Every file these entries were ever sent in with; those still attached are in use, and so stay."""
    pinned = (
        select(ReviewEvidence.content["files"])
        .join(ReviewRound, ReviewRound.evidence_digest == ReviewEvidence.digest)
        .where(
            ReviewRound.kind == AgencyEntryKind.key, ReviewRound.subject_id.in_(due), ReviewEvidence.content.is_not(None)
        )
    )  # fmt: skip
    return {UUID(file["file_id"]) for files in session.scalars(pinned) for file in files or ()}
