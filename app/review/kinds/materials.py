"""Materials of kinds that keep them in a table of their own, one file for each slot."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.review.kinds.base import Kind, Subject
from app.rules.refused import Refused


def shown_anew(subject: Subject, papers: Collection[Any]) -> None:
    """Papers that come after the purge: the row may be sent in again, and is purged again when their time is over."""
    if papers and getattr(subject, "purged_at", None) is not None:
        subject.purged_at = None


class WithMaterials(Kind):
    """A kind whose papers lie in `papers`, which points to the row by the column `papers_of`."""

    relations: ClassVar[frozenset[str]] = frozenset({"files"})
    slot_words = "material_slot"
    papers: ClassVar[Any]
    papers_of: ClassVar[str]
    paper_slots: ClassVar[Collection[str]]

    def attached(self, session: Session, subject: Subject) -> list[tuple[str, Any]]:
        """Materials by slot."""
        if subject.id is None:
            return []
        mine = getattr(self.papers, self.papers_of) == subject.id
        rows: Any = session.scalars(select(self.papers).where(mine).order_by(self.papers.slot))
        return [(row.slot, row.file) for row in rows]

    def attach(self, session: Session, subject: Subject, slots: list[tuple[str, Any]]) -> None:
        """Replaces the materials."""
        by_slot = dict(slots)
        if len(by_slot) != len(slots) or not by_slot.keys() <= set(self.paper_slots):
            raise Refused("bad_value", field="files")
        mine = getattr(self.papers, self.papers_of) == subject.id
        session.execute(delete(self.papers).where(mine).execution_options(synchronize_session="fetch"))
        made = [
            self.papers(**{self.papers_of: subject.id, "slot": slot, "file": file}) for slot, file in by_slot.items()
        ]
        session.add_all(made)
        shown_anew(subject, made)
        session.flush()
