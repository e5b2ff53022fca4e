"""Tables written row by row into a file, in constant memory: csv for every program, xlsx for Excel and WPS.

Values come column by column in batches. Text can never become a formula; what is a number stays one.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, BinaryIO, Final, Protocol

from app.rules.late import late
from app.rules.spreadsheet import harmless

xlsxwriter = late("xlsxwriter")

Form = str  # text, number, date, moment (naive local time)
_EXCEL_BEGINS: Final = dt.date(1900, 3, 1)  # before it Excel counts a day that never was
_WIDTHS: Final[dict[Form, int]] = {"text": 18, "number": 12, "date": 12, "moment": 17}
_PATTERNS: Final[dict[Form, str]] = {"text": "@", "date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"}
_EXACT: Final = 10**15  # from here on Excel rounds: such a number is written as text
_SHEET: Final = "xl/worksheets/sheet1.xml"
_DEFLATE: Final = 3
_LONGEST: Final = 32_767  # characters of a cell
_ZERO: Final = dt.datetime.combine(dt.date(1899, 12, 30), dt.time.min)  # the day 0 of Excel
_ODD: Final = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_NAMED: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True, slots=True)
class Head:
    """A column of the file: its heading and what stands in it. None is an empty cell in any of them."""

    label: str
    form: Form = "text"


class TableFile(Protocol):
    """A file that grows."""

    mime: str

    def write(self, columns: Sequence[Sequence[Any]]) -> None:
        """Further rows, column by column."""

    def close(self) -> None:
        """Completes the file; the stream stays open."""


def _number(value: int | Decimal | None) -> str | int:
    return "" if value is None else value if isinstance(value, int) else f"{value:f}"


_CSV: Final[dict[Form, Callable[[Sequence[Any]], list[Any]]]] = {
    "text": lambda values: harmless(value or "" for value in values),
    "number": lambda values: [_number(value) for value in values],
    "date": lambda values: ["" if value is None else value.isoformat() for value in values],
    "moment": lambda values: ["" if value is None else value.isoformat(" ", "minutes") for value in values],
}


class CsvFile:
    """UTF-8 with the mark by which Excel knows it; every text in quotes, whatever separates columns where it is read."""

    mime = "text/csv"

    def __init__(self, stream: BinaryIO, heads: Sequence[Head], _title: str = "") -> None:
        self._forms = [_CSV[head.form] for head in heads]
        self._text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=False)
        self._text.write("\ufeff")
        self._rows = csv.writer(self._text, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
        self._rows.writerow(harmless(head.label for head in heads))

    def write(self, columns: Sequence[Sequence[Any]]) -> None:
        ready = [form(values) for form, values in zip(self._forms, columns, strict=True)]
        self._rows.writerows(zip(*ready, strict=True))

    def close(self) -> None:
        self._text.flush()
        self._text.detach()


class XlsxFile:
    """One sheet with a frozen heading. Numbers and days are numbers and days; codes are text with all their digits.

    The library writes the workbook with its heading and formats; the rows are put in as they come, a dozen times as fast
    as cell by cell and in as little memory.
    """

    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, stream: BinaryIO, heads: Sequence[Head], title: str = "") -> None:
        self._zip, self._at = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=_DEFLATE), 2
        with zipfile.ZipFile(_workbook(heads, title)) as ready:
            for name in ready.namelist():
                if name != _SHEET:
                    self._zip.writestr(name, ready.read(name))
            sheet = re.sub("<dimension [^>]*/>", "", ready.read(_SHEET).decode())
        begun, model = sheet.split('<row r="2"')
        model, self._end = model.split("</row>", 1)
        cells = re.findall(r'<c r="([A-Z]+)2"( s="\d+")?>', model)
        self._columns = [(*cell, _CELLS[head.form]) for cell, head in zip(cells, heads, strict=True)]
        self._sheet = self._zip.open(_SHEET, "w")
        self._sheet.write(begun.encode())

    def write(self, columns: Sequence[Sequence[Any]]) -> None:
        ready = [
            form(letters, style, self._at, values)
            for (letters, style, form), values in zip(self._columns, columns, strict=True)
        ]
        rows = [f'<row r="{at}">{"".join(cells)}</row>' for at, cells in enumerate(zip(*ready, strict=True), self._at)]
        self._at += len(rows)
        self._sheet.write("".join(rows).encode())

    def close(self) -> None:
        self._sheet.write(self._end.encode())
        self._sheet.close()
        self._zip.close()


def _workbook(heads: Sequence[Head], title: str) -> BinaryIO:
    """The workbook without its rows; one empty row tells which format the cells of each column have."""
    done = io.BytesIO()
    with xlsxwriter.Workbook(done, {"in_memory": True}) as book:
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31] or None)
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        formats = {form: book.add_format({"num_format": how}) for form, how in _PATTERNS.items()}
        for place, (head, label) in enumerate(zip(heads, harmless(head.label for head in heads), strict=True)):
            sheet.set_column(place, place, max(_WIDTHS[head.form], 2 * len(label)))
            sheet.write_string(0, place, label, bold)
            sheet.write_number(1, place, 0, formats.get(head.form))
    return done


def _escaped(found: re.Match[str]) -> str:
    """What a character is called that xml or Excel would take for something else."""
    one = found[0]
    return _NAMED.get(one) or (f"_x005F{one}" if len(one) > 1 else f"_x{ord(one):04X}_")


def _inline(letters: str, style: str, at: int, value: str) -> str:
    text = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
    text = _ODD.sub(_escaped, text) if _ODD.search(text) else text
    return f'<c r="{letters}{at}"{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _texts(letters: str, style: str, at: int, values: Sequence[str | None]) -> list[str]:
    safe = harmless(value or "" for value in values)
    return [_inline(letters, style, n, value) if value else "" for n, value in enumerate(safe, at)]


def _measured(
    number: Callable[[Any], tuple[Any, bool]], letters: str, style: str, at: int, values: Sequence[Any]
) -> list[str]:
    """Cells of what Excel counts; what it would falsify is a text."""
    found = []
    for n, value in enumerate(values, at):
        amount, exact = (None, True) if value is None else number(value)
        if not exact:
            found.append(_inline(letters, style, n, amount))
        else:
            found.append("" if amount is None else f'<c r="{letters}{n}"{style}><v>{amount}</v></c>')
    return found


def _amount(value: int | Decimal) -> tuple[Any, bool]:
    return _number(value), abs(value) < _EXACT


def _day(value: dt.date) -> tuple[Any, bool]:
    return ((value - _ZERO.date()).days, True) if value >= _EXCEL_BEGINS else (value.isoformat(), False)


def _moment(value: dt.datetime) -> tuple[Any, bool]:
    if value.date() < _EXCEL_BEGINS:
        return value.isoformat(" ", "minutes"), False
    return (value - _ZERO) / dt.timedelta(days=1), True


_CELLS: Final[dict[Form, Callable[[str, str, int, Sequence[Any]], list[str]]]] = {
    "text": _texts,
    "number": partial(_measured, _amount),
    "date": partial(_measured, _day),
    "moment": partial(_measured, _moment),
}
FORMATS: Final[dict[str, type[CsvFile] | type[XlsxFile]]] = {"csv": CsvFile, "xlsx": XlsxFile}
