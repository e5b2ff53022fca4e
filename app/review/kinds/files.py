"""Files of a subject: which may be attached by whom, and what evidence says about each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.files import StoredFile
from app.review.ledger import account_of
from app.rules.actor import Actor
from app.rules.media import PDF_MIME, PDF_SLOTS
from app.rules.refused import Refused

_SHOWN = (
    "name",
    "mime",
    "size",
    "width",
    "height",
    "seconds",
    "sha256",
    "phash",
    "blank",
    "blurred",
    "had_gps",
    "malware",
)


def evidence_of(file: Any, slot: str) -> dict[str, Any]:
    """One file as evidence: its slot, its hashes and what the upload found."""
    return {
        "slot": slot,
        "file_id": str(file.id),
        **{name: getattr(file, name) for name in _SHOWN},
        "codes": list(file.codes or ()),
        **({"pages": file.pages} if file.pages else {}),
    }


def wanted(content: Mapping[str, Any]) -> list[tuple[str, UUID]] | None:
    """Slots and ids of the files sent along; None where the sender said nothing about files."""
    sent = content.get("files")
    if sent is None:
        return None
    found: list[tuple[str, UUID]] = []
    for entry in sent:
        try:
            found.append((str(entry.get("slot", "")), UUID(str(entry["file_id"]))))
        except (AttributeError, KeyError, TypeError, ValueError):
            raise Refused("bad_value", field="files") from None
    return found


def fetch(session: Session, actor: Actor, ids: Iterable[UUID], attached: Collection[UUID]) -> dict[UUID, Any]:
    """The stored files, if the actor uploaded them or they hang on the subject already.

    Raises Refused("file_not_yours") for any other id: nobody attaches, and so sees, another's document.
    """
    asked = list(dict.fromkeys(ids))
    if not asked:
        return {}
    rows = session.scalars(select(StoredFile).where(StoredFile.id.in_(asked))).all()
    mine = account_of(actor)
    found = {row.id: row for row in rows if row.id in attached or mine is None or row.uploaded_by_id == mine}
    if len(found) != len(asked):
        raise Refused("file_not_yours", field="files")
    return found


def placed(slots: Iterable[tuple[str, UUID]], found: Mapping[UUID, Any]) -> list[tuple[str, Any]]:
    """The files in their places. Raises Refused("pdf_place"): a PDF where only pictures are taken."""
    filled = [(slot, found[file_id]) for slot, file_id in slots]
    for slot, file in filled:
        if file.mime == PDF_MIME and slot not in PDF_SLOTS:
            raise Refused("pdf_place", field="files")
    return filled


def pinned(session: Session, entries: Iterable[Mapping[str, Any]]) -> list[tuple[str, Any]]:
    """Slots and stored files that some evidence names."""
    wanted_ids = [(str(entry["slot"]), UUID(entry["file_id"])) for entry in entries]
    rows = session.scalars(select(StoredFile).where(StoredFile.id.in_([file_id for _, file_id in wanted_ids])))
    found = {row.id: row for row in rows}
    return [(slot, found[file_id]) for slot, file_id in wanted_ids]
