"""A list read against the database as it is: what would be made, what is there already, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.positions import Posting
from app.review.imports import units
from app.review.imports.columns import SHOWN, Note, letter, match
from app.review.imports.known import known_for
from app.review.imports.postings import COLUMNS, Draft, Options, read_rows
from app.review.imports.table import Table

KEYS_AT_ONCE: Final = 1000


@dataclass(slots=True)
class Result:
    """What a run did, or what a dry run says it would do. Every row is created, unchanged or named in an error."""

    total: int = 0
    created: int = 0
    unchanged: int = 0
    units_created: int = 0
    notes: list[Note] = field(default_factory=list)
    run_id: int | None = None

    @property
    def errors(self) -> list[Note]:
        """What keeps rows out, in the order of the file."""
        return sorted((n for n in self.notes if n.error), key=lambda n: n.line)

    @property
    def remarks(self) -> list[Note]:
        """What does not keep a row out but should be looked at."""
        return sorted((n for n in self.notes if not n.error), key=lambda n: n.line)

    @property
    def refused_rows(self) -> int:
        """How many rows are left out."""
        return len({n.line for n in self.notes if n.error})


class Plan:
    """A list read against the database as it is: its good rows as drafts, everything else said in notes."""

    def __init__(self, session: Session, table: Table, options: Options, today: date) -> None:
        """Four statements. Raises Refused import_unknown_region and what `match` refuses."""
        self.table = table
        self.places = match(COLUMNS, table.header, options.chosen)
        self.notes: list[Note] = []
        self.drafts: list[Draft] = []
        for draft, notes in read_rows(table, self.places, options, known_for(session, options.region_code, today)):
            self.notes += notes
            if draft is not None:
                self.drafts.append(draft)
        self.names = units.named(session, (d.unit_name for d in self.drafts))
        told: set[str] = set()
        for draft in self.drafts:
            if draft.unit_name in self.names.registered - told:
                told.add(draft.unit_name)
                self.notes.append(self.note(draft, "unit_registered", "unit_name", draft.unit_name))

    def note(
        self,
        draft: Draft,
        code: str,
        key: str,
        value: str = "",
        *,
        error: bool = False,
        facts: Mapping[str, object] | None = None,
    ) -> Note:
        """Something about a row that only the database knew."""
        place = self.places.get(key)
        head, mark = ("", "") if place is None else (self.table.header[place], letter(place))
        return Note(draft.line, code, key, head, mark, value[:SHOWN], error, facts or {})


def dry_run(session: Session, table: Table, options: Options, today: date) -> Result:
    """What the import would do. Reads only; writes nothing."""
    plan = Plan(session, table, options, today)
    result = Result(len(table), notes=plan.notes)
    missing: set[str] = set()
    for batch in batches(plan.drafts, KEYS_AT_ONCE):
        new = not_there(session, plan, batch, result)
        result.created += len(new)
        missing |= {d.unit_name for d in new} - plan.names.imported.keys()
    result.units_created = len(missing)
    return result


def not_there(session: Session, plan: Plan, batch: Sequence[Draft], result: Result) -> list[Draft]:
    """The drafts that are not there yet; the others are counted, and told of where the list now says something else."""
    stmt = select(Posting.source_key, Posting.title, Posting.pay_text, Posting.description)
    there = {row.source_key: row for row in session.execute(stmt.where(Posting.source_key.in_(d.key for d in batch)))}
    for draft in batch:
        if draft.key in there:
            result.unchanged += 1
            row = there[draft.key]
            for key, name in (("title", "title"), ("pay", "pay_text"), ("description", "description")):
                if getattr(row, name) != draft.content[name]:
                    result.notes.append(plan.note(draft, "row_differs", key, draft.content[name]))
    return [d for d in batch if d.key not in there]


def batches(drafts: Sequence[Draft], size: int) -> Iterator[Sequence[Draft]]:
    """The drafts in order, `size` at a time."""
    for start in range(0, len(drafts), size):
        yield drafts[start : start + size]
