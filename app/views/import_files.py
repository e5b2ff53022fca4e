"""Workbooks around an import: the empty template with its words, and the refused rows marked for mending."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from flask_babel import gettext as _

from app.review.imports.columns import letter
from app.review.imports.postings import COLUMNS
from app.review.imports.table import Table
from app.rules.late import late
from app.views import import_words

openpyxl = late("openpyxl")
openpyxl_styles = late("openpyxl.styles")
openpyxl_utils = late("openpyxl.utils")
xlsxwriter = late("xlsxwriter")

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEXT: Final = "@"  # the number format "text": a long number keeps its digits
_EXAMPLE: Final = {
    "posting_no": "2026001", "title": "行政专员", "unit_name": "示例（上海）贸易有限公司", "pay": "6-8千/月",
    "description": "负责公司档案、会务与日常采购，协助同事处理来访与来函。", "headcount": "2", "place": "上海-奉贤区",
    "education": "大专", "ownership": "民营公司", "size": "50-150人", "industry": "贸易/进出口",
    "valid_until": "2026-12-31", "benefits": "五险一金 周末双休",
}  # fmt: skip


def template(words: Mapping[str, Iterable[str]]) -> bytes:
    """The empty list: needed columns in bold with a star, all cells text, an example, and the words that are known."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "职位"
    for number, column in enumerate(COLUMNS, 1):
        name = openpyxl_utils.get_column_letter(number)
        cell = sheet[f"{name}1"]
        cell.value = column.names[0] + ("*" if column.needed else "")
        cell.font = openpyxl_styles.Font(bold=column.needed)
        sheet.column_dimensions[name].width = 40 if column.key in ("description", "requirements") else 18
        sheet.column_dimensions[name].number_format = _TEXT
    sheet.freeze_panes = "A2"
    example = book.create_sheet("填写示例")
    example.append([c.names[0] for c in COLUMNS])
    example.append([_EXAMPLE.get(c.key, "") for c in COLUMNS])
    listed = book.create_sheet("可选值")
    for number, (key, names) in enumerate(words.items(), 1):
        title = next(c.names[0] for c in COLUMNS if c.key == key)
        for row, word in enumerate([title, *names], 1):
            listed.cell(row, number, word)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refused_rows(table: Table, notes: Sequence[Mapping[str, Any]]) -> bytes:
    """The rows with errors as they were, the cells at fault in red, what is wrong beside them.

    The last two columns are passed over when the mended list is imported; rows that landed earlier stay as they are.
    """
    by_line: dict[int, list[Mapping[str, Any]]] = {}
    for note in notes:
        if note["error"]:
            by_line.setdefault(int(note["line"]), []).append(note)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("errors")
    plain = book.add_format({"num_format": _TEXT})
    bad = book.add_format({"num_format": _TEXT, "bg_color": "#FBD5D5"})
    for place, head in enumerate((*table.header, _("Line in the file"), _("What is wrong"))):
        sheet.write_string(0, place, head, plain)
    for at, row in enumerate((r for r in table if r.line in by_line), 1):
        said = by_line[row.line]
        faulty = {note["letter"] for note in said}
        for place, cell in enumerate(row.cells[: len(table.header)]):
            sheet.write_string(at, place, cell, bad if letter(place) in faulty else plain)
        sheet.write_string(at, len(table.header), str(row.line), plain)
        words = "; ".join(f"{import_words.place(n)}: {import_words.problem(n)}" for n in said)
        sheet.write_string(at, len(table.header) + 1, words, bad)
    book.close()
    return out.getvalue()
