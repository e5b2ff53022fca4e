"""Spreadsheets: the first sheet of an xlsx, numbers as people see them, formulas as the text they are."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

from app.review.imports.table import Limits, Row, Table, assemble, clean
from app.rules.late import late
from app.rules.refused import Refused

calamine = late("python_calamine")

_LINK: Final = re.compile(r"\{http://[^}]*/relationships\}id$")
_PLACE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_CHUNK: Final = 1 << 20
_UNREADABLE: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, ParseError, DefusedXmlException, KeyError, ValueError, StopIteration, RuntimeError,
)  # fmt: skip

Formulas = dict[tuple[int, int], str]  # (row, column), both from 1 -> "=..."


def read_workbook(data: bytes, limits: Limits) -> Table:
    """The first sheet as a table. Raises Refused import_damaged, import_too_large and what `assemble` refuses.

    The sheet is measured before it is read: the reader lays out every cell between the first and the last,
    and one cell in the farthest corner would ask for the memory of billions.
    """
    try:
        formulas = _measure(data, limits)
        sheet = calamine.CalamineWorkbook.from_object(io.BytesIO(data)).get_sheet_by_index(0)
        records = list(_records(sheet, formulas))
    except (calamine.CalamineError, *_UNREADABLE) as error:
        raise Refused("import_damaged", "file") from error
    return replace(assemble(records, data, limits), encoding="xlsx")


def shown(value: object) -> str:
    """A cell's value as text: 2026.0 is 2026, a midnight is a day, nothing is the empty text."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time, timedelta)):
        return str(value)
    return clean(str(value or ""))


def _records(sheet: Any, formulas: Formulas) -> Iterator[Row]:
    if sheet.start is None:
        return
    first = int(sheet.start[1]) + 1
    for line, values in enumerate(sheet.iter_rows(), 1):
        cells = tuple(formulas.get((line, column)) or shown(value) for column, value in enumerate(values, first))
        marked = frozenset(n for n in range(len(values)) if (line, first + n) in formulas)
        yield Row(line, cells, marked)


def _measure(data: bytes, limits: Limits) -> Formulas:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = package.infolist()
        if len({info.filename.casefold() for info in members}) < len(members):
            raise zipfile.BadZipFile("two members of one name")
        _within_size(sum(info.file_size for info in members), limits)
        for info in members:
            _require_true_size(data, info)
        with package.open(_first_sheet(package)) as stream:
            return _formulas(stream, limits, _shared_lengths(package))


def _within_size(unpacked: int, limits: Limits) -> None:
    if unpacked > limits.unpacked:
        raise Refused("import_too_large", "file", size=unpacked >> 20, limit=limits.unpacked >> 20)


def _require_true_size(data: bytes, info: zipfile.ZipInfo) -> None:
    """A member must not grow beyond what its entry says: the reader of the cells does not stop there."""
    name, extra = struct.unpack_from("<HH", data, info.header_offset + 26)
    start = info.header_offset + 30 + name + extra
    packed = data[start : start + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        grown = len(packed)
    elif info.compress_type == zipfile.ZIP_DEFLATED:
        grown = _grown(packed, info.file_size)
    else:
        raise zipfile.BadZipFile("packed in an unusual way")
    if grown != info.file_size:
        raise zipfile.BadZipFile("another size than it says")


def _grown(packed: bytes, most: int) -> int:
    stream, count = zlib.decompressobj(-zlib.MAX_WBITS), 0
    while packed and count <= most and not stream.eof:
        count += len(stream.decompress(packed, _CHUNK))
        packed = stream.unconsumed_tail
    return count


def _shared_lengths(package: zipfile.ZipFile) -> list[int]:
    """The length of each text that cells share: a thousand cells may point to one, and each is read out in full."""
    member = next((n for n in package.namelist() if n.casefold() == "xl/sharedstrings.xml"), None)
    found: list[int] = []
    if member is None:
        return found
    with package.open(member) as stream:
        for _event, element in iterparse(stream, events=("end",)):
            if _name(element) == "si":
                found.append(sum(len(text) for text in element.itertext()))
                element.clear()
    return found


def _first_sheet(package: zipfile.ZipFile) -> str:
    book = fromstring(package.read("xl/workbook.xml"))
    sheet = next(e for e in book.iter() if _name(e) == "sheet")
    link = next(value for key, value in sheet.attrib.items() if _LINK.search(key))
    links = fromstring(package.read("xl/_rels/workbook.xml.rels"))
    (target,) = (e.attrib["Target"] for e in links if e.attrib.get("Id") == link)
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _formulas(stream: Any, limits: Limits, shared: list[int]) -> Formulas:
    found: Formulas = {}
    row = column = shown_text = 0
    for event, element in iterparse(stream, events=("start", "end")):
        name = _name(element)
        if event == "start" and name == "row":
            row, column = int(element.get("r") or row + 1), 0
        elif event == "start" and name == "c":
            column = _column(element, column)
        elif event == "end" and name == "c":
            _within(row, column, limits)
            shown_text += _length(element, shared)
            _within_size(shown_text, limits)
            formula = next((e for e in element if _name(e) == "f"), None)
            if formula is not None:
                found[row, column] = "=" + clean(formula.text or "…")
        elif event == "end" and name == "row":
            element.clear()
    return found


def _length(cell: Element, shared: list[int]) -> int:
    value = next((e.text or "" for e in cell if _name(e) == "v"), "") if cell.get("t") == "s" else ""
    return shared[int(value)] if value.isdigit() and int(value) < len(shared) else 0


def _within(row: int, column: int, limits: Limits) -> None:
    """No cell may be far off, not even an empty one that only carries a format."""
    if column > limits.columns:
        raise Refused("import_too_many_columns", "file", columns=column, limit=limits.columns)
    if row > 2 * limits.rows + 1:
        raise Refused("import_too_many_rows", "file", rows=row, limit=limits.rows)


def _column(cell: Element, before: int) -> int:
    place = _PLACE.fullmatch(cell.get("r") or "")
    if place is None:
        return before + 1
    number = 0
    for letter in place[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
