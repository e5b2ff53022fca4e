"""The end of what a proof of identity rests on: pictures and personal columns leave some days after the verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from app.gateways.storage import Storage
from app.models.identity_proofs import IdentityPicture, IdentityProof
from app.review import batches, purging
from app.review.kinds.identity import IdentityProofKind
from app.rules.identity import DRAFT_DAYS


def purge(session: Session, storage: Storage, days: int) -> int:
    """Removes what was decided long ago, what lies idle as long, and pictures that were never sent in; how many."""
    over = func.now() - timedelta(days=days)
    ended = IdentityProof.status.in_(("approved", "rejected")) & (IdentityProof.decided_at < over)
    idle = IdentityProof.status.in_(("returned", "withdrawn")) & (IdentityProof.changed_on < over)
    young = func.now() - timedelta(days=DRAFT_DAYS)
    draft = (IdentityProof.status == "draft") & (IdentityProof.changed_on < young)
    due = select(IdentityProof.id).where(IdentityProof.purged_at.is_(None), or_(ended, idle, draft))
    gone = batches.each(session, due, IdentityProof.id, lambda proof_id: _forget(session, storage, proof_id))
    left = IdentityPicture.proof_id.is_(None) & (IdentityPicture.at < young)
    gone += purging.remove_files(session, storage, IdentityPicture, left)
    session.commit()
    return gone


def forget_of(session: Session, storage: Storage, account_id: int) -> None:
    """All that a closed account has shown. Commits."""
    mine: Any = select(IdentityProof.id).where(
        IdentityProof.created_by_id == account_id, IdentityProof.purged_at.is_(None)
    )
    for proof_id in session.scalars(mine).all():
        _forget(session, storage, proof_id)


def _forget(session: Session, storage: Storage, proof_id: int) -> None:
    purging.remove_files(session, storage, IdentityPicture, IdentityPicture.proof_id == proof_id)
    purging.forget(session, IdentityProofKind.key, IdentityProof.__tablename__, proof_id)
    blank = update(IdentityProof).where(IdentityProof.id == proof_id)
    session.execute(
        blank.values(
            real_name="", id_number=None, purged_at=func.now(), changed_on=IdentityProof.changed_on
        ).execution_options(synchronize_session=False)
    )
    session.commit()
