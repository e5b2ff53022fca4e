"""What a dry run found, as its page shows it: at once for a short list, made in the background and kept for a long one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.models.system import ImportRun
from app.review.imports.plan import Result
from app.review.imports.table import Table
from app.views import import_pages

KEPT = "tried"  # among the options of the run; its notes are the run's errors


@dataclass(slots=True)
class Tried:
    """Counts, samples in words, and how the file was read. `notes` are all that is said of rows, the errors too."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    units_created: int = 0
    refused_rows: int = 0
    encoding: str = ""
    separator: str = ""
    passed: list[str] = field(default_factory=list)  # columns of the file that are no field
    heads: list[str] = field(default_factory=list)
    new_rows: list[Any] = field(default_factory=list)  # [line, cells]
    changed_rows: list[Any] = field(default_factory=list)  # [line, row, field, stored, in the list]
    notes: Sequence[Mapping[str, Any]] = ()

    @property
    def errors(self) -> list[Mapping[str, Any]]:
        """What keeps rows out."""
        return [note for note in self.notes if note["error"]]

    @property
    def remarks(self) -> list[Mapping[str, Any]]:
        """What should be looked at."""
        return [note for note in self.notes if not note["error"]]

    @property
    def good(self) -> int:
        """How many rows would be written."""
        return self.created + self.changed


def of(result: Result, table: Table, chosen: Mapping[str, str]) -> Tried:
    """A finished dry run in the words of its reader."""
    plan = result.plan
    if plan is None:
        raise TypeError("a dry run keeps its plan")
    shown = import_pages.Shown(plan)
    found = import_pages.headings(plan.importer, table, chosen)
    return Tried(
        result.created, result.changed, result.unchanged, result.units_created, result.refused_rows,
        table.encoding, table.separator,
        passed=[heading.name for heading in found if not heading.field],
        heads=[shown.label(key) for key in shown.columns()],
        new_rows=[[draft.line, shown.cells(draft)] for draft in result.new_rows],
        changed_rows=[
            [draft.line, shown.cells(draft)[0], *shown.change(change)]
            for draft, changes in result.changed_rows for change in changes
        ],
        notes=[note.as_dict() for note in (*result.errors, *result.remarks)],
    )  # fmt: skip


def as_json(tried: Tried) -> dict[str, Any]:
    """What is kept with the run beside the notes."""
    return {name: value for name, value in asdict(tried).items() if name != "notes"}


def kept(run: ImportRun) -> Tried | None:
    """What the background found of a long list; None as long as it has not."""
    stored = run.options.get(KEPT)
    return Tried(**stored, notes=run.errors) if stored else None
