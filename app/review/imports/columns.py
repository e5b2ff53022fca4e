"""Which column of a file is which field, and what is to be said of a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from flask import has_app_context
from flask_babel import force_locale

from app.review.imports.table import Row, heading
from app.rules.custom import Definition
from app.rules.masks import mask_id
from app.rules.refused import Refused

# What a spreadsheet would compute when such text is opened in it: =..., @SUM(...), +cmd|...
_FORMULA: Final = re.compile(r"=.|[@+\-][A-Za-z0-9+\-]*[(|]")
SHOWN: Final = 60  # characters of a cell that a note repeats
LOCALES: Final = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Column:
    """A field of an import. `names` are the headings it is known by beside its key and label; `limit` counts characters."""

    key: str
    names: tuple[str, ...]
    needed: bool = False  # the file must have the column
    filled: bool = False  # every row must fill it
    limit: int = 0
    label: Any = ""
    help: Any = ""  # what to write, for the template
    example: str = ""  # "+30" is a day so far ahead, "+10 08:00" with a time
    words: str = ""  # data dictionary its values come from
    sealed: bool = False  # personal: never repeated in clear
    read: Callable[[Reader, str, Any], Any] | None = None  # the cell as a value; says on the reader what is wrong
    custom: Definition | None = None  # the custom field it is

    def called(self) -> frozenset[str]:
        """Every heading that means this field, in small letters; the label in both languages where there is a context."""
        spoken = {str(self.label)}
        if has_app_context() and self.label:
            for locale in LOCALES:
                with force_locale(locale):
                    spoken.add(str(self.label))
        return frozenset(heading(n).casefold() for n in (self.key, *self.names, *spoken) if n)

    def is_called(self, head: str) -> bool:
        """Whether a heading means this field, whatever the case."""
        return heading(head).casefold() in self.called()

    def sample(self, today: date) -> str:
        """The example, with days that lie ahead of today where it counts from there."""
        ahead, _blank, clock = self.example.partition(" ")
        if not ahead.startswith("+") or not ahead[1:].isdigit():
            return self.example
        return f"{(today + timedelta(days=int(ahead))).isoformat()} {clock}".strip()


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be said of a row: an error (the row is left out) or a remark. Words for `code` are at the edge.

    `key` is the field, `column` its heading as it stands in the file, `letter` its place in a spreadsheet,
    `value` what stands there; of personal data only a mask.
    """

    line: int
    code: str
    key: str = ""
    column: str = ""
    letter: str = ""
    value: str = ""
    error: bool = True
    facts: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """JSON form, as kept with the run."""
        facts = {k: v if isinstance(v, (int, float, str)) else str(v) for k, v in self.facts.items()}
        return {
            "line": self.line, "code": self.code, "field": self.key, "column": self.column, "letter": self.letter,
            "value": self.value, "error": self.error, "facts": facts,
        }  # fmt: skip


def letter(position: int) -> str:
    """The letter a spreadsheet gives to the column at this position, counted from 0: A, Z, AA."""
    number, name = position + 1, ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def match(
    columns: Iterable[Column], header: tuple[str, ...], chosen: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Field -> position in the row. `chosen` (heading -> field, "" for a column to be passed over) goes first.

    Raises Refused: import_unknown_column (a chosen heading that the file lacks), import_unknown_field,
    import_chosen_twice, import_missing_column (columns = the fields no column was found for).
    """
    fields = {c.key: c for c in columns}
    found = _chosen(fields, header, chosen or {})
    for key, position in guess(fields.values(), header, passed={heading(h) for h in chosen or {}}).items():
        found.setdefault(key, position)
    missing = [c.key for c in fields.values() if c.needed and c.key not in found]
    if missing:
        raise Refused("import_missing_column", "file", columns=", ".join(missing))
    return found


def guess(columns: Iterable[Column], header: tuple[str, ...], passed: Iterable[str] = ()) -> dict[str, int]:
    """Field -> position, by the usual names alone; the first of several headings for one field wins."""
    names: dict[str, str] = {}
    for column in columns:
        for name in column.called():
            names.setdefault(name, column.key)
    found: dict[str, int] = {}
    for position, head in enumerate(header):
        key = names.get(head.casefold()) if head and head not in set(passed) else None
        if key:
            found.setdefault(key, position)
    return found


def _chosen(fields: Mapping[str, Column], header: tuple[str, ...], chosen: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for head, key in chosen.items():
        if heading(head) not in header:
            raise Refused("import_unknown_column", "mapping", column=head)
        if key and key not in fields:
            raise Refused("import_unknown_field", "mapping", column=key)
        if key in found:
            raise Refused("import_chosen_twice", "mapping", columns=key)
        if key:
            found[key] = header.index(heading(head))
    return found


class Reader:
    """One row seen through the mapping; collects what is to be said of it."""

    def __init__(
        self, row: Row, places: Mapping[str, int], header: tuple[str, ...], sealed: frozenset[str] = frozenset()
    ) -> None:
        self.row = row
        self.places = places
        self.header = header
        self.sealed = sealed
        self.notes: list[Note] = []

    def __getitem__(self, key: str) -> str:
        """What stands in the field's column; empty where the file has none."""
        place = self.places.get(key)
        return "" if place is None or place >= len(self.row.cells) else self.row.cells[place]

    def say(self, code: str, key: str = "", facts: Mapping[str, object] | None = None, *, error: bool = True) -> None:
        """Notes something about a field of this row, or about the row."""
        place = self.places.get(key)
        value = mask_id(self[key]) if key in self.sealed else self[key]
        self.notes.append(
            Note(
                self.row.line, code, key,
                column="" if place is None else self.header[place],
                letter="" if place is None else letter(place),
                value=value[:SHOWN], error=error, facts=facts or {},
            )
        )  # fmt: skip

    @property
    def wrong(self) -> bool:
        """The row cannot be taken."""
        return any(n.error for n in self.notes)


def check_cells(reader: Reader, columns: Iterable[Column]) -> bool:
    """Too few or too many cells (then False), empty cells, long cells, and formulas, which are kept as text."""
    cells, width = reader.row.cells, len(reader.header)
    if any(cells[width:]) or len(cells) < width:
        reader.say("row_cells", facts={"cells": len(cells), "expected": width})
        return False
    for column in columns:
        text = reader[column.key]
        if column.filled and not text:
            reader.say("cell_empty", column.key)
        elif column.limit and len(text) > column.limit:
            reader.say("cell_too_long", column.key, {"length": len(text), "limit": column.limit})
        if _is_formula(reader, column.key, text):
            reader.say("cell_formula", column.key, error=False)
    return True


def _is_formula(reader: Reader, key: str, text: str) -> bool:
    return reader.places.get(key) in reader.row.formulas or is_formula(text)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would compute this text when it is opened there."""
    return bool(_FORMULA.match(text))
