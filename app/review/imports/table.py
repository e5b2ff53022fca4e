"""A file people have, read into a header and rows of text with their line numbers.

CSV (RFC 4180; UTF-8 with or without BOM, or GB18030) and xlsx. Nothing is evaluated: a formula is text that
begins with "=". What cannot be read at all is refused for the whole file; what is wrong in one row is found later.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.rules.refused import Refused

MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read; `unpacked` is the bytes an xlsx may grow to."""

    size: int = 20 * MEGABYTE
    rows: int = 20_000
    columns: int = 200
    unpacked: int = 200 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `line` is where it begins: the line of a text file, the row number of a spreadsheet."""

    line: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows; `digest` is the SHA-256 of the file.

    `encoding` is UTF-8, GB18030 or xlsx; `separator` stands between the cells of a text file.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    digest: str
    encoding: str = ""
    separator: str = ""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


# What is not seen and what PostgreSQL will not store; line breaks and tabs stay.
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2060\ufeff\ud800-\udfff]")


def clean(cell: str) -> str:
    """A cell without control and zero-width characters and without blanks around it."""
    return _UNSEEN.sub("", cell).strip()


def file_digest(data: bytes) -> str:
    """SHA-256 of the file: the same file is recognised again whatever it is called."""
    return hashlib.sha256(data).hexdigest()


def check_size(size: int, limits: Limits) -> None:
    """Raises Refused import_too_large. Sizes are told in MB."""
    if size > limits.size:
        raise Refused("import_too_large", "file", size=round(size / MEGABYTE, 1), limit=limits.size // MEGABYTE)


def assemble(records: Sequence[Row], data: bytes, limits: Limits) -> Table:
    """The table of these records: the first that is not empty is the header, empty ones are passed over.

    Raises Refused: import_empty, import_too_many_columns, import_too_many_rows, import_repeated_column.
    """
    filled = [r for r in records if any(r.cells)]
    if len(filled) < 2:
        raise Refused("import_empty", "file")
    header = _trimmed([heading(c) for c in filled[0].cells])
    if len(header) > limits.columns:
        raise Refused("import_too_many_columns", "file", columns=len(header), limit=limits.columns)
    if len(filled) - 1 > limits.rows:
        raise Refused("import_too_many_rows", "file", rows=len(filled) - 1, limit=limits.rows)
    repeated = sorted({h for h in header if h and header.count(h) > 1})
    if repeated:
        raise Refused("import_repeated_column", "file", columns=", ".join(repeated))
    return Table(header, tuple(filled[1:]), file_digest(data))


def heading(cell: str) -> str:
    """A column's name as it is compared: NFKC, one line, without the star of a required column."""
    return " ".join(unicodedata.normalize("NFKC", clean(cell)).split()).strip("*＊ ")


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    last = max((n for n, cell in enumerate(cells, 1) if cell), default=0)
    return tuple(cells[:last])
