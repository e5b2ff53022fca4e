"""The end of personal materials: files, what rounds pinned of them, and what was changed in the row."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, delete, exists, func, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.gateways.storage import Storage
from app.models.changes import FieldChange
from app.models.files import StoredFile
from app.models.review import ReviewEvidence, ReviewRound

_CALM = {"synchronize_session": False}


def forget(session: Session, kind: str, table: str, row_id: int) -> None:
    """Erases the evidence of the row's rounds and the history of its fields; what was decided stays on the ledger."""
    mine = ReviewRound.kind == kind, ReviewRound.subject_id == row_id
    digests = (
        select(ReviewRound.evidence_digest)
        .where(*mine)
        .union(select(ReviewRound.base_digest).where(*mine, ReviewRound.base_digest.is_not(None)))
    )
    erased = update(ReviewEvidence).where(ReviewEvidence.digest.in_(digests))
    session.execute(erased.values(content=None, erased_on=func.now()).execution_options(**_CALM))
    traced = delete(FieldChange).where(FieldChange.entity == table, FieldChange.row_key == str(row_id))
    session.execute(traced.execution_options(**_CALM))


def pinned_files(session: Session, kind: str, row_id: int) -> set[UUID]:
    """Every file the row was ever sent in with, as far as its evidence still says so."""
    pinned = (
        select(ReviewEvidence.content["files"])
        .join(ReviewRound, ReviewRound.evidence_digest == ReviewEvidence.digest)
        .where(ReviewRound.kind == kind, ReviewRound.subject_id == row_id, ReviewEvidence.content.is_not(None))
    )
    return {UUID(file["file_id"]) for files in session.scalars(pinned) for file in files or ()}


def _unused() -> Select[Any]:
    """Files that no table points to any more."""
    files = StoredFile.__table__
    uses = [
        column
        for table in StoredFile.metadata.sorted_tables
        for column in table.columns
        if column.references(files.c.id)
    ]
    return select(StoredFile).where(*(~select(column).where(column == StoredFile.id).exists() for column in uses))


def remove_unused(session: Session, storage: Storage, ids: Collection[UUID]) -> int:
    """Removes those of the files that no table points to any more: the same file may serve elsewhere."""
    return _remove(session, storage, _unused().where(StoredFile.id.in_(ids))) if ids else 0


def remove_loose(session: Session, storage: Storage, before: Any, most: int) -> int:
    """Removes files uploaded before that moment which hang on nothing and were never sent in to be decided on."""
    named = func.jsonb_build_array(func.jsonb_build_object("file_id", cast(StoredFile.id, Text)))
    files = ReviewEvidence.content.op("->", return_type=JSONB())(literal_column("'files'"))  # as the index has it
    pinned = exists().where(files.is_not(None), files.contains(named))
    due = _unused().where(StoredFile.uploaded_at < before, ~pinned).order_by(StoredFile.uploaded_at).limit(most)
    return _remove(session, storage, due)


def remove_pinned(
    session: Session, storage: Storage, kinds: Collection[str], slots: Collection[str], before: Any, most: int
) -> int:
    """Removes files that hang on nothing any more and were sent in at these places, all of it decided before that moment."""
    files = ReviewEvidence.content.op("->", return_type=JSONB())(literal_column("'files'"))
    name = cast(StoredFile.id, Text)
    here = ReviewRound.evidence_digest == ReviewEvidence.digest
    at_place = or_(
        *(
            files.contains(func.jsonb_build_array(func.jsonb_build_object("file_id", name, "slot", slot)))
            for slot in slots
        )
    )
    shown = exists().where(here, ReviewRound.kind.in_(kinds), files.is_not(None), at_place)
    anywhere = files.contains(func.jsonb_build_array(func.jsonb_build_object("file_id", name)))
    young = or_(ReviewRound.decided_at.is_(None), ReviewRound.decided_at >= before)
    due = _unused().where(
        StoredFile.uploaded_at < before, shown, ~exists().where(here, files.is_not(None), anywhere, young)
    )
    return _remove(session, storage, due.order_by(StoredFile.uploaded_at).limit(most))


def _remove(session: Session, storage: Storage, which: Select[Any]) -> int:
    rows = session.scalars(which).all()
    _remove_objects(storage, rows)
    session.execute(delete(StoredFile).where(StoredFile.id.in_([row.id for row in rows])).execution_options(**_CALM))
    return len(rows)


def _remove_objects(storage: Storage, rows: Iterable[StoredFile]) -> None:
    for row in rows:
        for key in row.keys:
            storage.delete(key)


def remove_files(session: Session, storage: Storage, papers: Any, which: Any) -> int:
    """Objects first, rows after: what fails in between is found again by the next run. `papers`: the table of materials."""
    rows = session.scalars(select(StoredFile).join(papers, papers.file_id == StoredFile.id).where(which)).all()
    _remove_objects(storage, rows)
    if rows:
        ids = [row.id for row in rows]
        session.execute(delete(papers).where(papers.file_id.in_(ids)).execution_options(**_CALM))
        session.execute(delete(StoredFile).where(StoredFile.id.in_(ids)).execution_options(**_CALM))
    return len(rows)
