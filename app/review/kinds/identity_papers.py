"""Kinds that come with pictures of an identity: a number that is right, the consent, one picture a place, none used before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Select, column, or_, select, union_all, values
from sqlalchemy.orm import Session

from app.models.appeals import Appeal, AppealFile
from app.models.files import StoredFile
from app.models.identity_proofs import IdentityPicture, IdentityProof
from app.models.units import Unit, UnitMaterial
from app.review.kinds.base import Kind, Subject, Values
from app.review.kinds.lookalikes import apart
from app.review.kinds.materials import shown_anew
from app.rules.checks.identity_pictures import NEAR
from app.rules.dates import today
from app.rules.refused import Refused
from app.rules.schools import numbered

_NEWEST: Final = 5000  # pictures of each source that are looked at: keeps one submission's work bounded


class WithIdentityPapers(Kind):
    """A kind whose pictures lie in `papers`, which points to the row by the relation `paper_owner`.

    What is replaced stays there without a row until the purge finds it.
    """

    relations: ClassVar[frozenset[str]] = frozenset({"files"})
    slot_words = "material_slot"
    papers: ClassVar[Any]
    paper_owner: ClassVar[str]
    paper_slots: ClassVar[Collection[str]]

    def clean(self, sent: Mapping[str, Any], *, creating: bool = False) -> Values:
        """A document number that is right in itself, and the consent to the pictures."""
        found = super().clean(sent, creating=creating)
        if "id_number" in found:
            found["id_number"] = (found["id_number"] or "").upper()
            numbered(str(found.get("document_kind") or "resident_id"), found["id_number"], today())
        if (creating or "agreed" in found) and not found.get("agreed"):
            raise Refused("consent_needed", field="agreed")
        return found

    def attached(self, session: Session, subject: Subject) -> list[tuple[str, Any]]:
        """The pictures in the order in which they came."""
        stmt = select(self.papers.slot, StoredFile).join(StoredFile, StoredFile.id == self.papers.file_id)
        mine = getattr(self.papers, f"{self.paper_owner}_id") == subject.id
        return [(row.slot, row.StoredFile) for row in session.execute(stmt.where(mine).order_by(self.papers.id))]

    def attach(self, session: Session, subject: Subject, slots: list[tuple[str, Any]]) -> None:
        """One picture a place; what lies there already stays."""
        wanted = {slot: file.id for slot, file in slots}
        if len(wanted) != len(slots) or not set(wanted) <= set(self.paper_slots):
            raise Refused("bad_value", field="files")
        for one in list(subject.materials):
            if wanted.get(one.slot) == one.file_id:
                del wanted[one.slot]
            else:
                setattr(one, self.paper_owner, None)
        session.flush()
        for row in self.paper_rows(session, subject, wanted):
            setattr(row, self.paper_owner, subject)
            session.add(row)
        shown_anew(subject, slots)
        session.flush()
        session.expire(subject, ["materials"])

    def paper_rows(self, session: Session, subject: Subject, wanted: Mapping[str, Any]) -> list[Any]:
        """New rows for places and ids of files."""
        return [self.papers(slot=slot, file_id=file_id) for slot, file_id in wanted.items()]


# -- pictures that came with something else before: statements of perceptual hash and digest; empty sheets prove nothing ----


def of_appeals(subject: Subject) -> Select[Any]:
    """Those of appeals for other documents than this appeal's."""
    stmt = _pictures(AppealFile).join(Appeal, Appeal.id == AppealFile.appeal_id)
    others = Appeal.id != (subject.id or 0), Appeal.id_hash.is_distinct_from(subject.id_hash)
    return stmt.where(*others).order_by(AppealFile.id.desc()).limit(_NEWEST)


def of_proofs(account_id: int | None) -> Select[Any]:
    """Those with which other accounts proved an identity."""
    stmt = _pictures(IdentityPicture).join(IdentityProof, IdentityProof.id == IdentityPicture.proof_id)
    others = IdentityProof.created_by_id.is_distinct_from(account_id)
    return stmt.where(others).order_by(IdentityPicture.id.desc()).limit(_NEWEST)


def of_units(uscc: str | None) -> Select[Any]:
    """Those of other units."""
    stmt = _pictures(UnitMaterial).join(Unit, Unit.id == UnitMaterial.unit_id)
    return stmt.where(Unit.uscc.is_distinct_from(uscc or None)).order_by(UnitMaterial.id.desc()).limit(_NEWEST)


def _pictures(papers: Any) -> Select[Any]:
    stmt = select(StoredFile.phash, StoredFile.sha256).where(~StoredFile.blank)
    return stmt.join(papers, papers.file_id == StoredFile.id)


def seen_before(session: Session, evidence: Mapping[str, Any], *sources: Select[Any]) -> list[str]:
    """Files of the evidence that are, or nearly are, a picture of one of the sources; one statement at most."""
    probes = [
        (f["file_id"], f.get("phash"), f.get("sha256")) for f in evidence.get("files") or [] if not f.get("blank")
    ]
    if not probes:
        return []
    probe = values(column("file_id"), column("phash", BigInteger), column("sha256"), name="probe").data(probes)
    there = union_all(*(select(source.subquery()) for source in sources)).subquery()
    near = or_(there.c.sha256 == probe.c.sha256, apart(there.c.phash, probe.c.phash) <= NEAR)
    return sorted(session.scalars(select(probe.c.file_id).join(there, near).distinct()))
