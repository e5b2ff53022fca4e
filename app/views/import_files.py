"""Files around an import: the empty template with its words and explanations, and the refused rows marked for mending."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from flask_babel import get_locale
from flask_babel import gettext as _

from app.review.imports import cells
from app.review.imports.columns import Column, letter
from app.review.imports.importer import Importer
from app.review.imports.table import Table
from app.rules.dates import today
from app.rules.late import late
from app.rules.spreadsheet import harmless
from app.views import dictionary, import_words

openpyxl = late("openpyxl")
styles = late("openpyxl.styles")
validation = late("openpyxl.worksheet.datavalidation")
xlsxwriter = late("xlsxwriter")
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
_TEXT: Final = "@"  # the number format "text": a long number keeps its digits
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?")  # a number that is a number stays one in the mended list
_WIDE: Final = ("description", "requirements", "intro")
_ROWS: Final = 2001  # rows of the template with drop-down lists


def heading_of(column: Column) -> str:
    """What the template calls a column: the customary heading in Chinese, else the label."""
    chinese = not str(get_locale()).startswith("en")
    return (column.names[0] if chinese and column.names else str(column.label)).lstrip("=+-@")


def template(importer: Importer) -> bytes:
    """The empty list: text cells, needed columns starred, drop-downs; an example, explanations, the words known."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = str(importer.label).replace(":", " ").replace("：", " ")[:31]
    words = {c.key: _words(c) for c in importer.columns}
    for number, column in enumerate(importer.columns, 1):
        name = letter(number - 1)
        cell = sheet[f"{name}1"]
        cell.value = heading_of(column) + ("*" if column.needed else "")
        cell.font = styles.Font(bold=column.needed)
        sheet.column_dimensions[name].width = 40 if column.key in _WIDE else 18
        sheet.column_dimensions[name].number_format = _TEXT
    sheet.freeze_panes = "A2"
    _example(book.create_sheet(_("Example row")), importer)
    _explanations(book.create_sheet(_("How to fill it in")), importer)
    _listed(book.create_sheet(_("Words")), sheet, importer, words)
    for part in book:
        _as_text(part)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _as_text(sheet: Any) -> None:
    """Nothing in the template is a formula, whatever a label, a help text or an option begins with."""
    for row in sheet.iter_rows():
        for cell in row:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type


def text_template(importer: Importer) -> bytes:
    """The headings alone, as CSV with the mark by which spreadsheets know UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerow(harmless(heading_of(c) + ("*" if c.needed else "") for c in importer.columns))
    return out.getvalue().encode("utf-8-sig")


def _words(column: Column) -> list[str]:
    if column.words:
        return [word for _code, word in dictionary.choices(column.words)]
    if column.custom is not None and column.custom.type in ("bool", "choice"):
        return import_words.options(column.custom)
    return ["是", "否"] if column.read is cells.yes_no else []


def _example(sheet: Any, importer: Importer) -> None:
    sheet.append([heading_of(c) for c in importer.columns])
    sheet.append([c.sample(today()) for c in importer.columns])
    for row in sheet.iter_rows():
        for cell in row:
            cell.number_format = _TEXT


def _explanations(sheet: Any, importer: Importer) -> None:
    sheet.append([_("Column"), _("Needed"), _("What to write"), _("Example")])
    for column in importer.columns:
        needed = _("yes") if column.filled else _("the column, not the value") if column.needed else ""
        sheet.append([heading_of(column), needed, explain(column), column.sample(today())])
    sheet.append([])
    sheet.append(["", "", str(importer.about)])
    for place, width in zip("ABCD", (24, 16, 70, 36), strict=True):
        sheet.column_dimensions[place].width = width
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment, cell.number_format = styles.Alignment(wrap_text=True, vertical="top"), _TEXT
            cell.font = styles.Font(bold=cell.row == 1)


def explain(column: Column) -> str:
    """What may stand in a cell, in a sentence or two."""
    return " ".join(_rules_of(column))


def _rules_of(column: Column) -> Iterator[str]:
    if column.help:
        yield str(column.help)
    if column.words:
        yield _("One of the words on the sheet of words.")
    elif column.read is cells.yes_no:
        yield _("是 or 否.")
    elif column.read is cells.day:
        yield _("A day such as 2026-12-31.")
    elif column.read is cells.moment:
        yield _("A day and time such as 2026-12-01 08:00.")
    elif column.read is cells.code:
        yield _("As text, all digits.")
    elif column.custom is not None and column.custom.type == "choices":
        yield _(
            "Several of these, with semicolons between: %(words)s",
            words=_(", ").join(import_words.options(column.custom)),
        )
    elif column.limit and not column.sealed:
        yield _("At most %(n)s characters.", n=column.limit)


def _listed(listed: Any, sheet: Any, importer: Importer, words: Mapping[str, list[str]]) -> None:
    """One column of words for each field that has some, and drop-downs that point there."""
    number = 0
    for place, column in enumerate(importer.columns, 1):
        if not words[column.key]:
            continue
        number += 1
        for row, word in enumerate([heading_of(column), *words[column.key]], 1):
            listed.cell(row, number, word)
        name = letter(number - 1)
        title = listed.title.replace("'", "''")
        source = f"'{title}'!${name}$2:${name}${len(words[column.key]) + 1}"
        drop = validation.DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)
        sheet.add_data_validation(drop)
        drop.add(f"{letter(place - 1)}2:{letter(place - 1)}{_ROWS}")


def _by_line(notes: Sequence[Mapping[str, Any]]) -> dict[int, list[Mapping[str, Any]]]:
    found: dict[int, list[Mapping[str, Any]]] = {}
    for note in notes:
        if note["error"]:
            found.setdefault(int(note["line"]), []).append(note)
    return found


def _reasons(notes: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(f"{import_words.place(n)}: {import_words.problem(n)}" for n in notes)


def refused_text(table: Table, notes: Sequence[Mapping[str, Any]]) -> bytes:
    """The same as CSV; what a spreadsheet would compute is led by an apostrophe."""
    by_line, out = _by_line(notes), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_harmless((*table.header, _("Line in the file"), _("Error"))))
    for row in (r for r in table if r.line in by_line):
        cells_shown = (*row.cells, *[""] * len(table.header))[: len(table.header)]
        writer.writerow(_harmless((*cells_shown, str(row.line), _reasons(by_line[row.line]))))
    return out.getvalue().encode("utf-8-sig")


def _harmless(cells_shown: Sequence[str]) -> list[str]:
    return [
        text if _NUMBER.fullmatch(text) else safe for text, safe in zip(cells_shown, harmless(cells_shown), strict=True)
    ]


def refused_rows(table: Table, notes: Sequence[Mapping[str, Any]]) -> bytes:
    """The rows with errors as they were, the cells at fault in red, what is wrong beside them.

    The last two columns are passed over when the mended list is imported; rows that landed earlier stay as they are.
    """
    by_line = _by_line(notes)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("errors")
    plain = book.add_format({"num_format": _TEXT})
    bad = book.add_format({"num_format": _TEXT, "bg_color": "#FBD5D5"})
    for place, head in enumerate((*table.header, _("Line in the file"), _("Error"))):
        sheet.write_string(0, place, head, plain)
    for at, row in enumerate((r for r in table if r.line in by_line), 1):
        said = by_line[row.line]
        faulty = {note["letter"] for note in said}
        for place, cell in enumerate(row.cells[: len(table.header)]):
            sheet.write_string(at, place, cell, bad if letter(place) in faulty else plain)
        sheet.write_string(at, len(table.header), str(row.line), plain)
        sheet.write_string(at, len(table.header) + 1, _reasons(said), bad)
    book.close()
    return out.getvalue()
