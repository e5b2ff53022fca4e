"""Evidence pinned under its digest, so that what was decided on can be shown and proven later (review.md 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models.review import ReviewEvidence
from app.review.canonical import digest


def shown(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """What people and the API see: everything but the sealed values."""
    return {key: value for key, value in evidence.items() if key != "_sealed"}


def digest_of(evidence: Mapping[str, Any]) -> str:
    """SHA-256 of what is shown, for whoever reads it to compute; sealed values are in it by their keyed marks."""
    return digest(shown(evidence))


def pin(session: Session, evidences: Iterable[Mapping[str, Any]]) -> list[str]:
    """Stores evidence once per digest, in one statement; erased evidence sent in again is there again."""
    given = list(evidences)
    digests = [digest_of(evidence) for evidence in given]
    rows = [{"digest": key, "content": content} for key, content in dict(zip(digests, given, strict=True)).items()]
    stmt = insert(ReviewEvidence).values(rows)
    stmt = stmt.on_conflict_do_update(
        index_elements=["digest"],
        set_={"content": stmt.excluded.content, "erased_on": None},
        where=ReviewEvidence.content.is_(None),
    )
    session.execute(stmt)
    return digests


def content_of(digest: Any) -> Any:
    """The content behind a column of digests, as part of another statement."""
    return (
        select(ReviewEvidence.content)
        .where(ReviewEvidence.digest == digest)
        .correlate_except(ReviewEvidence)
        .scalar_subquery()
    )


def fetch(session: Session, digests: Iterable[str | None]) -> dict[str, dict[str, Any]]:
    """The content behind digests; an erased one is an empty mapping."""
    wanted = sorted({key for key in digests if key})
    if not wanted:
        return {}
    table = ReviewEvidence.__table__.c
    rows = session.execute(select(table.digest, table.content).where(table.digest.in_(wanted)))
    return {row.digest: row.content or {} for row in rows}
