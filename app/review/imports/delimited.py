"""Text tables: their encoding, their separator, their records."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from app.review.imports.table import Limits, Row, Table, assemble, clean
from app.rules.refused import Refused

SEPARATORS: Final = (",", "\t", ";", "|")

# A damaged UTF-8 file decodes as GB18030 into nonsense. It is told apart by what UTF-8 makes of it: in real
# GB18030 nearly every other pair of bytes is wrong as UTF-8, in a damaged file hardly any.
_DAMAGED_SHARE: Final = 0.3
# Text in Big5 or Shift-JIS decodes as GB18030 too, into characters hardly anybody writes.
_USUAL_SHARE: Final = 0.8


def read_delimited(data: bytes, limits: Limits, separator: str = "") -> Table:
    """A CSV file as a table; the separator is the one its first line has most of, unless it is given.

    Raises Refused import_encoding, import_broken (line) and what `assemble` refuses.
    """
    text, encoding = decode(data)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = separator if separator in SEPARATORS else max(SEPARATORS, key=first.count)
    if first.count(separator) >= limits.columns:
        raise Refused("import_too_many_columns", "file", columns=first.count(separator) + 1, limit=limits.columns)
    table = assemble(list(_records(text, separator, limits)), data, limits)
    return replace(table, encoding=encoding, separator=separator)


def decode(data: bytes) -> tuple[str, str]:
    """The text of UTF-8 (with or without BOM) or GB18030 bytes, and which of the two it was.

    Raises Refused import_encoding with the line.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data:
        raise Refused("import_encoding", "file", line=1 + data[: data.find(b"\0") + 1].count(b"\n"))
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError as error:
        refusal = Refused("import_encoding", "file", line=data[: error.start].count(b"\n") + 1)
    if _is_damaged_utf8(data):
        raise refusal
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise refusal from error
    if not _is_usual_chinese(text):
        raise refusal
    return text, "GB18030"


def _is_damaged_utf8(data: bytes) -> bool:
    seen = data.decode("utf-8", errors="replace")
    wrong = seen.count("\ufffd")
    right = sum(c > "\u007f" for c in seen) - wrong
    return wrong < (right + wrong) * _DAMAGED_SHARE


def _is_usual_chinese(text: str) -> bool:
    foreign = [c for c in text if c > "\u007f"]
    return sum(_is_usual(c) for c in foreign) >= len(foreign) * _USUAL_SHARE


def _is_usual(char: str) -> bool:
    """Among the signs or the 3,755 commonest characters of GB 2312 (rows 1-9 and 16-55)."""
    try:
        lead = char.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return lead <= 0xD7


def _records(text: str, separator: str, limits: Limits) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    count = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise Refused("import_broken", "file", line=line, last_line=reader.line_num) from error
        if cells is None:
            return
        yield Row(line, tuple(clean(c) for c in cells))
        line = reader.line_num + 1
        count += 1
        if count > 2 * limits.rows + 1:  # empty lines count here: no file is read for ever
            raise Refused("import_too_many_rows", "file", rows=count, limit=limits.rows)
