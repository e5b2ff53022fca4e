"""Pictures near to those of a piece of evidence by perceptual hash (U11, I07): the distance is counted in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, String, case, cast, column, func, literal, select, union_all, values
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.orm import Session

from app.models.files import StoredFile
from app.models.gigs import GigOffer, GigPicture
from app.models.media import Medium
from app.models.units import Unit, UnitMaterial
from app.rules.actor import region_bounds

NEAR: Final = 12  # bits of 64: duplicates are within 6, similar pictures within 12
_CANDIDATES: Final = 5000  # newest of each source in the province: keeps one submission's work bounded
_SHOWN: Final = 10
_PAPERS: Final = ("licence", "handler_id", "letter")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose pictures count as own, and which row is left out."""

    unit_id: int | None = None
    person_id: int | None = None
    medium_id: int | None = None
    gig_id: int | None = None
    papers_of: int | None = None  # a unit whose own documents are what is looked at


def comparable(file: Mapping[str, Any]) -> bool:
    """Whether a file of evidence may be compared by its looks: two empty sheets are alike and prove nothing."""
    return file.get("phash") is not None and not file.get("blank")


def compared(stmt: Any) -> Any:
    """The stored files of a statement that may be compared by their looks."""
    return stmt.where(StoredFile.phash.is_not(None), ~StoredFile.blank)


def apart(one: Any, other: Any) -> Any:
    """Bits in which two perceptual hashes differ, counted by the database."""
    return func.bit_count(cast(one.op("#")(cast(other, BigInteger)), BIT(64)))


def lookalikes(session: Session, evidence: Mapping[str, Any], owner: Owner, region_code: str) -> list[dict[str, Any]]:
    """Stored pictures of the province near to the evidence's files, nearest first; one statement at most."""
    probes = [(f["file_id"], f["phash"]) for f in evidence.get("files") or [] if comparable(f)]
    if not probes:
        return []
    probe = values(column("file_id", String), column("phash", BigInteger), name="probe").data(probes)
    province = region_bounds(region_code[:2].ljust(6, "0"))
    there = union_all(*(select(source(owner, province).subquery()) for source in (_media, _papers, _gigs))).subquery()
    bits = apart(there.c.phash, probe.c.phash)
    rows = session.execute(
        select(probe.c.file_id, there.c.relation, there.c.title, bits.label("distance"))
        .select_from(there)
        .join(probe, bits <= NEAR)
        .order_by(bits, there.c.relation)
        .limit(_SHOWN)
    )
    return [row._asdict() for row in rows]


def _newest(stmt: Any, key: Any) -> Any:
    return compared(stmt).order_by(key.desc()).limit(_CANDIDATES)


def _whose(own: Any) -> Any:
    return case((own, "own"), else_="other_owner")


def _media(owner: Owner, province: tuple[str, str]) -> Any:
    own = Medium.unit_id == owner.unit_id if owner.unit_id else Medium.person_id == owner.person_id
    stmt = select(
        StoredFile.phash,
        case((Medium.status == "rejected", "rejected"), else_=_whose(own)).label("relation"),
        Medium.title.label("title"),
    ).join(Medium, Medium.file_id == StoredFile.id)
    seen = Medium.status.in_(("pending", "approved", "rejected"))
    return _newest(
        stmt.where(seen, Medium.region_code.between(*province), Medium.id != (owner.medium_id or 0)), Medium.id
    )


def _papers(owner: Owner, province: tuple[str, str]) -> Any:
    stmt = (
        select(StoredFile.phash, literal("document").label("relation"), Unit.name.label("title"))
        .join(UnitMaterial, UnitMaterial.file_id == StoredFile.id)
        .join(Unit, Unit.id == UnitMaterial.unit_id)
    )
    seen = Unit.status.in_(("pending", "approved", "rejected", "frozen"))
    others = UnitMaterial.unit_id != (owner.papers_of or 0)
    return _newest(
        stmt.where(seen, others, Unit.region_code.between(*province), UnitMaterial.slot.in_(_PAPERS)), UnitMaterial.id
    )


def _gigs(owner: Owner, province: tuple[str, str]) -> Any:
    own = GigOffer.unit_id == owner.unit_id if owner.unit_id else GigOffer.poster_id == (owner.person_id or literal(0))
    stmt = (
        select(
            StoredFile.phash,
            case((GigOffer.status == "rejected", "rejected"), else_=_whose(own)).label("relation"),
            GigOffer.title.label("title"),
        )
        .join(GigPicture, GigPicture.file_id == StoredFile.id)
        .join(GigOffer, GigOffer.id == GigPicture.gig_id)
    )
    seen = GigOffer.status.in_(("pending", "live", "rejected"))
    return _newest(
        stmt.where(seen, GigOffer.region_code.between(*province), GigOffer.id != (owner.gig_id or 0)), GigPicture.id
    )
