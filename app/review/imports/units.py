"""Units of an imported list: one row for each name, imported and unverified, made once however many lists name it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.units import Unit
from app.review.imports.postings import Draft
from app.rules.names import text_initials
from app.rules.units import HOLDING

IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Named:
    """Units that bear the names of a list: imported ones, which are used, and registered ones, which are only told of.

    A list proves nothing, so its postings are never put under a registered unit by name alone.
    """

    imported: Mapping[str, int]
    registered: frozenset[str]


def named(session: Session, names: Iterable[str]) -> Named:
    """One statement for all names."""
    rows = session.execute(
        select(Unit.name, Unit.id, Unit.source, Unit.uscc, Unit.status)
        .where(Unit.name.in_(set(names)))
        .order_by(Unit.id)
    ).all()
    return Named(
        imported={r.name: r.id for r in reversed(rows) if r.source == "import" and r.uscc is None},
        registered=frozenset(r.name for r in rows if r.uscc is not None and r.status in HOLDING),
    )


def make_missing(session: Session, drafts: Iterable[Draft], known: Mapping[str, int]) -> dict[str, int]:
    """Ids of the units made for these drafts, by name."""
    new: dict[str, Unit] = {}
    for draft in drafts:
        if draft.unit_name not in known and draft.unit_name not in new:
            new[draft.unit_name] = Unit(
                **draft.unit,
                source="import",
                status=IMPORTED,
                initials=text_initials(draft.unit_name)[:60],
            )
    session.add_all(new.values())
    session.flush()
    return {name: unit.id for name, unit in new.items()}
