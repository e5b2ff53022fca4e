"""The end of papers that nobody sent in: left in a draft, replaced in one, or uploaded for a form that was never saved.

What was sent in is evidence and stays with what was decided on it; other jobs see to its end.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.gateways.storage import Storage
from app.models.agencies import AgencyEntry, AgencyMaterial, CertificationMaterial, EmployerCertification
from app.models.units import Unit, UnitChange, UnitMaterial
from app.review import purging

# Table of papers -> column that points to the draft, and the table of drafts.
_PAPERS: Final[tuple[tuple[Any, Any, Any], ...]] = (
    (AgencyMaterial, AgencyMaterial.entry_id, AgencyEntry),
    (CertificationMaterial, CertificationMaterial.certification_id, EmployerCertification),
    (UnitMaterial, UnitMaterial.change_id, UnitChange),
    (UnitMaterial, UnitMaterial.unit_id, Unit),
)
MOST: Final = 500  # files in one step


def purge(session: Session, storage: Storage, days: int) -> int:
    """Papers of drafts nobody touched for so many days, and files as old that hang on nothing; how many. Commits."""
    over = func.now() - timedelta(days=days)
    for papers, column, model in _PAPERS:
        idle = select(model.id).where(model.status == "draft", model.submitted_at.is_(None), model.changed_on < over)
        left = delete(papers).where(column.in_(idle))
        session.execute(left.execution_options(synchronize_session=False))
    session.commit()
    gone = 0
    while done := purging.remove_loose(session, storage, over, MOST):
        session.commit()
        gone += done
    session.rollback()
    return gone
