"""What the public may read: approved, current content of units that are not frozen, without personal data.

The portal and the public API read the same statements and the same values; there is no second list of columns.
A telephone number is in neither: the switch of TJ-31 opens it to those who log in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session, aliased, joinedload, load_only

from app.models.files import StoredFile
from app.models.gigs import GigOffer, GigPicture, GigWanted
from app.models.media import Medium
from app.models.positions import Posting
from app.models.reference import Region
from app.models.schools import School
from app.models.units import Unit
from app.rules.actor import region_bounds
from app.rules.calendar import local_day
from app.rules.positions import BOARD_GIVEN
from app.rules.refused import Refused
from app.rules.search import tsquery
from app.views import cells, custom, dictionary
from app.views.columns import describe

Values = dict[str, Any]

PAGE = 20
PAGE_LIMIT = 50
QUERY_LIMIT = 60  # characters of a search
GIGS: dict[str, type[GigOffer] | type[GigWanted]] = {"offer": GigOffer, "wanted": GigWanted}
SOLE_TRADER = "individual"  # 个体工商户: its legal representative's name is personal data (standards.md 2.5)


@dataclass(frozen=True, slots=True)
class Search:
    """One page asked for: words, division (any level), place to go on from, rows; of postings pay and what people bring or need."""

    words: str = ""
    region: str = ""
    pay_from: int | None = None  # yuan a month
    pay_to: int | None = None
    education: str = ""  # what somebody has: postings that ask for no more
    board_lodging: str = ""  # what somebody needs
    cursor: int | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Page:
    """Rows and the cursor of the next page; None at the end."""

    rows: list[Any]
    next_cursor: int | None


def today() -> dt.date:
    """The day in China; what was valid until yesterday is gone at midnight, before any job took it down."""
    return local_day(dt.datetime.now(dt.UTC))


def _current(model: Any, day: dt.date) -> Any:
    return and_(model.status == "live", or_(model.valid_until.is_(None), model.valid_until >= day))


def public_postings(day: dt.date) -> Select[Any]:
    """Live postings of units that are not frozen, with unit, division and occupation."""
    stmt = select(Posting).join(Posting.unit).where(_current(Posting, day), ~Posting.withheld, Unit.status != "frozen")
    return stmt.options(
        joinedload(Posting.unit, innerjoin=True).load_only(*_UNIT_CARD),
        joinedload(Posting.region, innerjoin=True).load_only(Region.code, Region.name, Region.full_name),
        joinedload(Posting.occupation),
    )


_UNIT_CARD = (
    Unit.id, Unit.name, Unit.status, Unit.nature, Unit.staff_count, Unit.reverify_due, Unit.certified_until,
)  # fmt: skip


def public_gigs(kind: str, day: dt.date) -> Select[Any]:
    """Live gig posts of one kind; those of a frozen unit are left out."""
    model = GIGS[kind]
    stmt = select(model).where(_current(model, day))
    # The sealed number is not even read.
    columns = [getattr(model, c.key) for c in model.__mapper__.column_attrs if c.key not in ("phone", "search")]
    stmt = stmt.options(
        load_only(*columns),
        joinedload(model.region, innerjoin=True).load_only(Region.code, Region.name, Region.full_name),
    )
    if model is GigOffer:
        stmt = stmt.outerjoin(GigOffer.unit).where(or_(GigOffer.unit_id.is_(None), Unit.status != "frozen"))
        stmt = stmt.options(joinedload(GigOffer.unit).load_only(*_UNIT_CARD))
    return stmt


def page(session: Session, stmt: Select[Any], model: Any, search: Search) -> Page:
    """One page, newest first, by keyset."""
    if search.words:
        query = tsquery(search.words)
        stmt = stmt.where(model.search.op("@@")(cast(query, TSQUERY)) if query else literal(False))
    if search.region:
        stmt = stmt.where(model.region_code.between(*region_bounds(search.region)))
    if model is Posting:
        stmt = stmt.where(*_wishes(search))
    if search.cursor is not None:
        stmt = stmt.where(model.id < search.cursor)
    rows = list(session.scalars(stmt.order_by(model.id.desc()).limit(search.limit + 1)).unique())
    more = len(rows) > search.limit
    rows = rows[: search.limit]
    return Page(rows, rows[-1].id if more else None)


def _wishes(search: Search) -> Iterator[ColumnElement[bool]]:
    """What a posting has to offer, or may ask for; one that names no pay fits no wish for pay."""
    if search.pay_from is not None:
        yield func.coalesce(Posting.pay_max, Posting.pay_min) >= search.pay_from
    if search.pay_to is not None:
        yield func.coalesce(Posting.pay_min, Posting.pay_max) <= search.pay_to
    if search.education:
        levels = [code for code, _word in dictionary.choices("education")]
        up_to = levels[: levels.index(search.education) + 1] if search.education in levels else []
        yield or_(Posting.education.is_(None), Posting.education.in_(up_to))
    if search.board_lodging:
        wanted = search.board_lodging
        yield Posting.board_lodging.in_(BOARD_GIVEN.get(wanted, (wanted,)))


def one(session: Session, stmt: Select[Any], model: Any, key: int) -> Any:
    """The row with this id if it is public. Raises Refused("not_found")."""
    row = session.scalars(stmt.where(model.id == key)).unique().one_or_none() if 0 < key < 2**63 else None
    if row is None:
        raise Refused("not_found")
    return row


def public_unit(session: Session, key: int) -> Unit:
    """An approved unit. Raises Refused("not_found") for any other standing, frozen included."""
    stmt = select(Unit).where(Unit.status == "approved")
    hidden = ("contact_phone", "phone_hash", "contact_name", "contact_email", "search")
    columns = [getattr(Unit, c.key) for c in Unit.__mapper__.column_attrs if c.key not in hidden]
    return one(
        session, stmt.options(load_only(*columns), joinedload(Unit.region), joinedload(Unit.industry)), Unit, key
    )


def public_school(session: Session, code: str) -> School:
    """A school by its code. Raises Refused("not_found")."""
    row = session.scalars(select(School).where(School.code == code)).one_or_none()
    if row is None:
        raise Refused("not_found")
    return row


def for_school(school: School, day: dt.date) -> Select[Any]:
    """The public postings that units of residency have sent to a school (HL-22)."""
    return public_postings(day).where(Posting.schools.any(School.id == school.id))


def unit_pictures(session: Session, unit_id: int) -> list[Values]:
    """The unit's approved pictures, the newest logo first; an older logo is no longer shown (HL-25)."""
    logo_first = case((Medium.slot == "logo", 0), else_=1)
    newer = aliased(Medium)
    replaced = exists().where(
        newer.unit_id == Medium.unit_id, newer.slot == "logo", newer.status == "approved", newer.id > Medium.id
    )
    stmt = select(Medium.slot, Medium.title, StoredFile.id, StoredFile.mime, StoredFile.width, StoredFile.height)
    stmt = stmt.join(StoredFile, Medium.file_id == StoredFile.id)
    stmt = stmt.where(Medium.unit_id == unit_id, Medium.status == "approved", ~((Medium.slot == "logo") & replaced))
    stmt = stmt.order_by(logo_first, Medium.id)
    return [
        {"slot": slot, "title": title, "url": f"/files/{key}", "mime": mime, "width": width, "height": height}
        for slot, title, key, mime, width, height in session.execute(stmt)
    ]


def gig_pictures(session: Session, gig_id: int) -> list[Values]:
    """Pictures of the work place, public together with their post (TJ-30)."""
    stmt = select(StoredFile.id, StoredFile.mime, StoredFile.width, StoredFile.height)
    stmt = stmt.join(GigPicture, GigPicture.file_id == StoredFile.id)
    rows = session.execute(stmt.where(GigPicture.gig_id == gig_id).order_by(GigPicture.id))
    return [{"url": f"/files/{key}", "mime": mime, "width": w, "height": h} for key, mime, w, h in rows]


def regions_below(session: Session, code: str) -> list[tuple[str, str]]:
    """Divisions to narrow a search to: provinces, or what lies directly below `code`, 市辖区 passed through."""
    stmt = select(Region.code, Region.name).where(Region.valid_to.is_(None), ~Region.pseudo)
    if not code:
        return [(c, n) for c, n in session.execute(stmt.where(Region.level == 1).order_by(Region.code))]
    through = select(Region.code).where(Region.parent_code == code, Region.pseudo).scalar_subquery()
    stmt = stmt.where(or_(Region.parent_code == code, Region.parent_code.in_(through)))
    return [(c, n) for c, n in session.execute(stmt.order_by(Region.code))]


def regions_above(session: Session, code: str) -> list[tuple[str, str]]:
    """The division and those it lies in, the highest first; empty for a code that does not exist."""
    chain = {f"{code[:2]}0000", f"{code[:4]}00", code}
    stmt = select(Region.code, Region.name).where(Region.code.in_(chain), ~Region.pseudo).order_by(Region.code)
    found = [(c, n) for c, n in session.execute(stmt)]
    return found if any(c == code for c, _ in found) else []


def more_facts(row: Any) -> list[Values]:
    """The custom fields of a row that are public: code, label, value as JSON, and the value in words."""
    found: list[Values] = []
    for one in custom.of_row(row) if row.extra else ():
        value = custom.value_of(row, one) if one.public else None
        if value is not None:
            info = describe(type(row), one.name)
            text = cells.text_of(value, info)
            found.append({"code": one.code, "label": str(info.label), "value": row.extra[one.code], "text": text})
    return found


def unit_openings(session: Session, unit_id: int, day: dt.date, limit: int) -> list[Any]:
    """The unit's newest public postings."""
    stmt = public_postings(day).where(Posting.unit_id == unit_id).order_by(Posting.id.desc()).limit(limit)
    return list(session.scalars(stmt).unique())


def near(session: Session, posting: Posting, day: dt.date, limit: int = 4) -> list[Any]:
    """Other public postings in the same city, of the same occupation where that is known."""
    low, high = region_bounds(f"{posting.region_code[:4]}00")
    stmt = public_postings(day).where(Posting.region_code.between(low, high), Posting.id != posting.id)
    if posting.occupation_code:
        stmt = stmt.where(Posting.occupation_code == posting.occupation_code)
    return list(session.scalars(stmt.order_by(Posting.id.desc()).limit(limit)).unique())
