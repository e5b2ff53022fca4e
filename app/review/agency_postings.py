"""Postings of agencies that may post no longer leave the public: closed, licence over, association ended (ZX-10, J17).

In two steps, because there may be thousands: one statement withholds them all, so that from this commit on nobody outside reads
them; the clock then takes them down through the desk, a piece at a time. Whatever interrupts it, the next run goes on.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from app.models.agencies import Agency, AgencyUnit
from app.models.positions import Posting
from app.review import desk
from app.review.kinds.positions import PostingKind
from app.rules.actor import CLOCK
from app.rules.agencies import PUBLIC, SHUT

BATCH: Final = 200
_CEASE: Final = "cease"
_CALM: Final = {"synchronize_session": False}


def _without_right(day: date) -> ColumnElement[bool]:
    """Live postings whose agency may not post for this unit today."""
    no_licence = or_(func.coalesce(Agency.licence_no, "") == "", Agency.licence_valid_until < day)
    linked = exists().where(
        AgencyUnit.agency_id == Posting.agency_id, AgencyUnit.unit_id == Posting.unit_id, AgencyUnit.authorised
    )
    barred = exists().where(
        Agency.id == Posting.agency_id, or_(Agency.stage.in_(SHUT), and_(Agency.kind != PUBLIC, no_licence))
    )
    return and_(Posting.status == "live", Posting.agency_id.is_not(None), or_(barred, ~linked))


def _due(day: date) -> Select[Any]:
    return select(Posting.id).where(_without_right(day)).order_by(Posting.id).limit(BATCH)


def withhold_of(session: Session, agency_id: int, day: date) -> int:
    """With the change that ends an agency's right: the public reads its postings no longer. Does not commit."""
    session.flush()
    return _withhold(session, _without_right(day), Posting.agency_id == agency_id)


def take_down(session: Session, day: date) -> int:
    """All of them: withheld in one transaction, taken down each in one of its own. What has its right back is shown again."""
    _withhold(session, _without_right(day))
    _show_again(session, day)
    session.commit()
    done = 0
    while True:
        ids = session.scalars(_due(day)).all()
        outcomes = desk.move_many(session, CLOCK, PostingKind.key, [(one, None) for one in ids], _CEASE)
        moved = sum(one.ok for one in outcomes)
        done += moved
        if not moved:  # none is left, or somebody else is at these very rows: the next run sees them again
            _show_again(session, day)
            session.commit()
            return done


def _withhold(session: Session, *which: ColumnElement[bool]) -> int:
    stmt = update(Posting).where(*which, ~Posting.withheld).values(withheld=True, changed_on=Posting.changed_on)
    return int(session.execute(stmt.execution_options(**_CALM)).rowcount)  # type: ignore[attr-defined]


def _show_again(session: Session, day: date) -> None:
    """The mark is for those on their way out only."""
    stmt = update(Posting).where(Posting.withheld, ~_without_right(day))
    session.execute(stmt.values(withheld=False, changed_on=Posting.changed_on).execution_options(**_CALM))
