"""What of a unit is in force: its verification, its materials, and its name wherever it is repeated."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from app.models.custom import words_of
from app.models.positions import Posting
from app.models.units import UnitMaterial
from app.review.kinds.base import Values
from app.rules.names import spelled
from app.rules.search import row_tokens

_REVERIFY_MONTHS = 6  # GD: an approved unit is verified again every six months


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last one of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    first_of_next = date(day.year + year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(day.year + year, month + 1, min(day.day, last))


def verify(unit: Any, today: date) -> None:
    """Marks a unit as verified today."""
    unit.verified_on = today
    unit.reverify_due = months_later(today, _REVERIFY_MONTHS)


def dates_of(unit: Any) -> list[str | None]:
    """The dates of verification as JSON, for undo."""
    return [day.isoformat() if day else None for day in (unit.verified_on, unit.reverify_due)]


def restore_dates(unit: Any, dates: list[str | None]) -> None:
    """Puts the dates back."""
    unit.verified_on, unit.reverify_due = (date.fromisoformat(day) if day else None for day in dates)


def new_materials(unit_id: int, entries: list[Values]) -> Insert:
    """New materials beside the old ones of the unit; one file per slot."""
    rows = [{"unit_id": unit_id, "slot": entry["slot"], "file_id": UUID(entry["file_id"])} for entry in entries]
    stmt = insert(UnitMaterial).values(rows)
    return stmt.on_conflict_do_update(
        index_elements=["unit_id", "change_id", "slot"],
        set_={"file_id": stmt.excluded.file_id, "changed_on": func.now()},
    )


def renamed(session: Session, unit: Any, names: frozenset[str]) -> None:
    """Postings carry the unit's name for the search; a new name is found at once.

    Written past the postings' versions: who edits one meanwhile loses nothing.
    """
    if "name" not in names:
        return
    session.flush()
    columns = (Posting.id, Posting.title, Posting.description, Posting.extra, Posting.region_code)
    rows = session.execute(select(*columns).where(Posting.unit_id == unit.id))
    for row in rows.all():
        words = " ".join((row.title, unit.name, row.description or "", spelled(unit.name)))
        more = words_of(session, Posting.CUSTOM, row.extra, row.region_code)
        session.execute(
            update(Posting)
            .where(Posting.id == row.id)
            .values(
                unit_name=unit.name, search=func.array_to_tsvector(row_tokens(words, *more)), version=Posting.version
            )
            .execution_options(synchronize_session="fetch")
        )
