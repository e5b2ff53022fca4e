"""What the public reads of agencies: those at work, their page in sections, what they have posted (ZX-31, ZX-32)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.models.agencies import Agency
from app.models.positions import Posting
from app.models.reference import Region
from app.review.associations import at_work
from app.rules.actor import region_bounds
from app.views import public_content
from app.views.public_content import Page, Search


def public_agencies(day: dt.date) -> Select[Any]:
    """Agencies that are open, with a licence that counts today and their data complete."""
    place = joinedload(Agency.region, innerjoin=True).load_only(Region.code, Region.name, Region.full_name)
    return select(Agency).where(at_work(day)).options(place)


def page(session: Session, search: Search, day: dt.date) -> Page:
    """One page, the newest first; words are looked for in the name."""
    stmt = public_agencies(day)
    if search.words:
        stmt = stmt.where(Agency.name.icontains(search.words, autoescape=True))
    if search.region:
        stmt = stmt.where(Agency.region_code.between(*region_bounds(search.region)))
    if search.cursor is not None:
        stmt = stmt.where(Agency.id < search.cursor)
    rows = list(session.scalars(stmt.order_by(Agency.id.desc()).limit(search.limit + 1)))
    more, rows = len(rows) > search.limit, rows[: search.limit]
    return Page(rows, rows[-1].id if more else None)


def one(session: Session, key: int, day: dt.date) -> Any:
    """The agency with this id, if it is public. Raises Refused("not_found")."""
    return public_content.one(session, public_agencies(day), Agency, key)


def openings(session: Session, agency_id: int, day: dt.date, limit: int) -> list[Any]:
    """The newest public postings it has made for units."""
    stmt = public_content.public_postings(day).where(Posting.agency_id == agency_id)
    return list(session.scalars(stmt.order_by(Posting.id.desc()).limit(limit)).unique())
