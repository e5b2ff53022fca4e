"""A list read against the database as it is: what would be made, changed, is there already, is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from app.review.imports.columns import SHOWN, Note, letter, match
from app.review.imports.custom import fitted, require_place
from app.review.imports.entities import importer_of
from app.review.imports.importer import Change, Draft
from app.review.imports.options import Options
from app.review.imports.table import Table
from app.rules.actor import CLOCK, Actor
from app.rules.masks import mask_id
from app.rules.refused import Refused

KEYS_AT_ONCE: Final = 1000
Progress = Callable[[int, int], None]
SAMPLES: Final = 100  # rows of each sort that a dry run shows


@dataclass(slots=True)
class Result:
    """What a run did, or what a dry run says it would do.

    Every row is created, changed, unchanged or named in an error. A dry run keeps its plan and samples of the first two.
    """

    total: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    units_created: int = 0
    notes: list[Note] = field(default_factory=list)
    run_id: int | None = None
    cancelled: bool = False
    plan: Plan | None = None
    new_rows: list[Draft] = field(default_factory=list)
    changed_rows: list[tuple[Draft, list[Change]]] = field(default_factory=list)

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

    @property
    def good(self) -> int:
        """How many rows would be written."""
        return self.created + self.changed


@dataclass(frozen=True, slots=True)
class Step:
    """What is to become of one draft: `row` is the one that is there, `changes` what would be written over it."""

    draft: Draft
    row: Any
    changes: list[Change]

    @property
    def idle(self) -> bool:
        """Nothing is to be written."""
        return self.row is not None and not self.changes


class Plan:
    """A list read against the database as it is: its good rows as drafts, everything else said in notes."""

    def __init__(self, session: Session, table: Table, options: Options, today: date, actor: Actor = CLOCK) -> None:
        """Raises Refused: what `match` and `known` of the importer refuse, import_unknown_entity."""
        self.table = table
        self.importer = fitted(session, importer_of(options.entity))
        self.places = match(self.importer.columns, table.header, options.chosen)
        self._cells = {row.line: row.cells for row in table}
        self.known = self.importer.known(session, actor, options, today)
        self.notes: list[Note] = []
        self.drafts: list[Draft] = []
        for draft, notes in self.importer.rows(table, self.places, options, self.known):
            self.notes += notes
            if draft is not None:
                self.drafts.append(draft)
        self._among_themselves(session)

    def _among_themselves(self, session: Session) -> None:
        for draft, code, key in self.importer.together(session, self.drafts, self.known):
            self.notes.append(self.note(draft, code, key, error=True))
        wrong = {n.line for n in self.notes if n.error}
        self.drafts = sorted((d for d in self.drafts if d.line not in wrong), key=self.importer.order)
        for draft, code, key in self.importer.remarks(session, self.drafts, self.known):
            self.notes.append(self.note(draft, code, key))

    def note(
        self, draft: Draft, code: str, key: str, *, error: bool = False, facts: Mapping[str, object] | None = None
    ) -> Note:
        """Something about a row that only the database knew."""
        place = self.places.get(key)
        head, mark = ("", "") if place is None else (self.table.header[place], letter(place))
        return Note(draft.line, code, key, head, mark, self.cell(draft, key)[:SHOWN], error, facts or {})

    def cell(self, draft: Draft, key: str) -> str:
        """What stands in the file, masked if it is personal."""
        place, cells = self.places.get(key), self._cells.get(draft.line, ())
        written = cells[place] if place is not None and place < len(cells) else ""
        column = self.importer.column(key)
        return mask_id(written) if column is not None and column.sealed else written

    def refusal(self, draft: Draft, refused: Refused) -> Iterator[Note]:
        """A refusal as errors of the row: one for each check that blocks."""
        found = refused.facts.get("findings")
        if not isinstance(found, list):
            yield self.note(draft, refused.code, refused.field or "", error=True, facts=refused.facts)
            return
        for each in found:
            facts = {"check": each["code"], "zh": each["message_zh"], "en": each["message_en"]}
            yield self.note(draft, "row_blocked", each["field"], error=True, facts=facts)

    def judge(self, session: Session, batch: Sequence[Draft], result: Result) -> list[Step]:
        """What is to be written of a batch; what is there already is counted, what is wrong noted."""
        there = self.importer.stored(session, batch, self.known)
        steps: list[Step] = []
        for draft in batch:
            row = there.get(draft.key)
            try:
                step = self._step(session, draft, row)
            except Refused as refused:
                result.notes += self.refusal(draft, refused)
                continue
            if step.idle:
                result.unchanged += 1
                result.notes += self._differing(draft, row)
            else:
                steps.append(step)
        return steps

    def _step(self, session: Session, draft: Draft, row: Any) -> Step:
        region = draft.content.get("region_code") or getattr(row, "region_code", "")
        require_place(self.importer, draft.content, str(region or ""))
        if row is None:
            self.importer.check(session, draft, None, self.known)
            return Step(draft, None, [])
        changes = self.importer.changes(draft, row) if self.importer.may_change(row, self.known) else []
        if changes:
            self.importer.check(session, draft, row, self.known)
        return Step(draft, row, changes)

    def _differing(self, draft: Draft, row: Any) -> Iterator[Note]:
        """What the list says otherwise of a row that it may not change."""
        if not self.importer.may_change(row, self.known):
            for change in self.importer.changes(draft, row):
                yield self.note(draft, "row_differs", change.column)


def dry_run(
    session: Session,
    table: Table,
    options: Options,
    today: date,
    actor: Actor = CLOCK,
    progress: Progress | None = None,
) -> Result:
    """What the import would do. Reads only; writes nothing. `progress` is told rows looked at and rows in all."""
    plan = Plan(session, table, options, today, actor)
    result = Result(len(table), notes=plan.notes, plan=plan)
    units: set[str] = set()
    for batch in batches(plan.drafts, KEYS_AT_ONCE):
        steps = plan.judge(session, batch, result)
        new = [s.draft for s in steps if s.row is None]
        result.created += len(new)
        result.changed += len(steps) - len(new)
        units |= plan.importer.needed_units(session, new, plan.known)
        result.new_rows += new[: SAMPLES - len(result.new_rows)]
        over = [(s.draft, s.changes) for s in steps if s.row is not None]
        result.changed_rows += over[: SAMPLES - len(result.changed_rows)]
        if progress is not None:
            progress(result.good + result.unchanged, len(table))
    result.units_created = len(units)
    return result


def batches(drafts: Sequence[Draft], size: int) -> Iterator[Sequence[Draft]]:
    """The drafts in order, `size` at a time."""
    for start in range(0, len(drafts), size):
        yield drafts[start : start + size]
