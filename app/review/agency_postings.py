"""Postings of agencies that may post no longer leave the public: closed, licence over, association withdrawn (ZX-10, J17)."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from app.models.agencies import Agency, AgencyUnit
from app.models.positions import Posting
from app.review import desk
from app.review.kinds.positions import PostingKind
from app.rules.actor import CLOCK
from app.rules.agencies import PUBLIC, SHUT

BATCH: Final = 200
_CEASE: Final = "cease"


def _due(day: date) -> Select[Any]:
    """Live postings whose agency may not post for this unit today."""
    no_licence = or_(func.coalesce(Agency.licence_no, "") == "", Agency.licence_valid_until < day)
    linked = exists().where(
        AgencyUnit.agency_id == Posting.agency_id, AgencyUnit.unit_id == Posting.unit_id, AgencyUnit.authorised
    )
    return (
        select(Posting.id)
        .join(Agency, Agency.id == Posting.agency_id)
        .where(Posting.status == "live", or_(Agency.stage.in_(SHUT), (Agency.kind != PUBLIC) & no_licence, ~linked))
        .order_by(Posting.id)
        .limit(BATCH)
    )


def take_down_of(session: Session, agency_id: int, day: date) -> int:
    """With the change that ends an agency's right: its postings, as many as one transaction bears. Does not commit.

    What is left is taken down by the clock within minutes (`take_down`).
    """
    session.flush()
    ids = session.scalars(_due(day).where(Posting.agency_id == agency_id)).all()
    for posting_id in ids:
        desk.move_in(session, CLOCK, PostingKind.key, posting_id, _CEASE)
    return len(ids)


def take_down(session: Session, day: date) -> int:
    """All of them, each in a transaction of its own."""
    done = 0
    while True:
        ids = session.scalars(_due(day)).all()
        outcomes = desk.move_many(session, CLOCK, PostingKind.key, [(one, None) for one in ids], _CEASE)
        moved = sum(one.ok for one in outcomes)
        done += moved
        if not moved:  # none is left, or somebody else is at these very rows: the next run sees them again
            return done
