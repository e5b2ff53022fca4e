"""Words for what an import says: why a file is refused, what is wrong with a row, what should be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.review.imports.columns import Note
from app.review.imports.entities import IMPORTERS
from app.review.imports.importer import Importer
from app.rules.custom import Definition
from app.rules.refused import Refused
from app.views import words
from app.views.import_codes import FILE

# code -> (what is wrong, how to mend it)
ROW: Final[dict[str, tuple[Any, Any]]] = {
    "row_cells": (_l("%(cells)s cells instead of %(expected)s"), _l("Put text that holds commas into quotation marks")),
    "row_repeated": (_l("The same posting as in line %(first_line)s"), _l("Keep one of the rows")),
    "row_blocked": (_l("The checks refuse it: %(said)s"), _l("Mend it in the list, or enter it by hand")),
    "row_differs": (_l("Imported earlier with another text; left as it is"), _l("Change it on its own page")),
    "cell_empty": (_l("Empty, but needed"), _l("Fill it in")),
    "cell_too_long": (_l("%(length)s characters; at most %(limit)s"), _l("Shorten it")),
    "cell_not_number": (_l("No whole number between %(low)s and %(high)s"), _l("Write digits, such as 3")),
    "cell_not_date": (_l("No date"), _l("Write it as 2026-12-31")),
    "cell_formula": (_l("Looks like a formula; kept as text and never computed"), _l("Paste the value instead")),
    "cell_unknown": (_l("A word we do not know; left empty"), _l("See the sheet of words in the template")),
    "date_out_of_range": (_l("Not between tomorrow and %(days)s days from now"), _l("Choose another day")),
    "pay_unreadable": (_l("This pay cannot be read"), _l("Write it as 4-8千/月, 10-15万/年, 100元/天 or 面议")),
    "pay_reversed": (_l("The lower end is above the upper"), _l("Exchange them")),
    "pay_too_high": (_l("More than %(limit)s yuan a month"), _l("Check the unit: 千 or 万, month or year")),
    "cell_not_amount": (
        _l("No amount between %(low)s and %(high)s with at most two decimals"),
        _l("Write digits, such as 200 or 200.50"),
    ),
    "cell_not_fen": (_l("No amount of money"), _l("Write fen as 2500, or yuan as 25.00")),
    "cell_not_yes_no": (_l("Neither yes nor no"), _l("Write 是 or 否")),
    "cell_not_listed": (_l("Not among the values known here"), _l("See the sheet of words in the template")),
    "cell_not_listed_of": (_l("Not among the values known here: %(offered)s"), _l("Write one of them")),
    "cell_shortened": (
        _l("The spreadsheet has shortened the number; its last digits are lost"),
        _l("Format the column as text and enter the numbers again"),
    ),
    "time_assumed": (_l("No time given; %(time)s was taken"), _l("Write it as 2026-12-01 08:00")),
    "cell_no_parent": (
        _l("What it belongs to is neither stored nor a good row of this file"),
        _l("Add that row, or mend its code"),
    ),
    "cell_no_client": (
        _l("No unit of this name or code has authorised you"),
        _l("Write its name as on the licence, or its credit code"),
    ),
    "cell_no_person": (_l("Nobody is registered with this phone"), _l("Ask the person to register first")),
    "cell_no_unit": (_l("No approved unit has this credit code"), _l("Mend the code, or leave it empty")),
    "cell_not_acting": (
        _l("The owner of this phone may not post gigs for the unit"),
        _l("The unit's owner grants it, or leave the code empty"),
    ),
    "uscc_twice": (_l("Another row of the file has this code under another name"), _l("Keep one of the rows")),
    "unit_kept": (
        _l("This unit has registered itself; its own data stay as they are"),
        _l("Changes are requested by the unit"),
    ),
    "code_form": (_l("No code of this kind"), _l("Write it like %(form)s")),
    "level_form": (_l("By its code this belongs to level %(level)s"), _l("Mend the level, or leave it empty")),
    "field_elsewhere": (_l("Rows of this division do not have the field"), _l("Leave the cell empty")),
    "outside_division": (_l("Outside the division of the import"), _l("Import it for its own division")),
    "import_out_of_range": (_l("Not between %(low)s and %(high)s"), _l("Check the unit")),
    "student_twice": (
        _l("The student with number %(number)s has this document number already"),
        _l("Keep one of the two numbers"),
    ),
    "student_elsewhere": (
        _l("On the roster of another school"),
        _l("Ask the other school, or mend the number"),
    ),
    "unit_registered": (
        _l("A registered unit has this name; the postings were put under an imported unit"),
        _l("Let the unit claim them after checking"),
    ),
}


def say(refused: Refused, importer: Importer | None = None) -> str:
    """The refusal of a whole file, or any other, in the reader's language; fields by the names of that importer."""
    if refused.code not in FILE:
        return words.say(refused)
    facts = dict(refused.facts)
    if refused.code in ("import_missing_column", "import_chosen_twice"):
        facts["columns"] = ", ".join(_named(key, importer) for key in str(facts["columns"]).split(", "))
    return str(FILE[refused.code][1]) % facts


def _named(key: str, importer: Importer | None) -> str:
    """A field as people and programs call it."""
    column = (importer or IMPORTERS["posting"]).column(key)
    return f"{column.label} ({key})" if column is not None else key


def problem(note: Note | Mapping[str, Any]) -> str:
    """What is wrong with a row, or what is remarkable."""
    code, facts = _parts(note)
    if code not in ROW:
        return say(Refused(code, None, **facts))
    said = facts.get("en" if _english() else "zh", "")
    return str(ROW[code][0]) % {**facts, "said": said}


def remedy(note: Note | Mapping[str, Any]) -> str:
    """How it is mended; empty where nobody knows."""
    code, facts = _parts(note)
    return str(ROW[code][1]) % facts if code in ROW else ""


def options(one: Definition) -> list[str]:
    """What may stand in a cell of a custom field with options, or of a yes and no."""
    if one.type == "bool":
        return ["是", "否"]
    return [option.label(_english()) for option in one.options if not option.off]


def custom_value(one: Definition, value: Any) -> str:
    """A stored value of a custom field as people read it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    listed = value if isinstance(value, list) else [value]
    found = ((one.option(each), each) for each in listed)
    return _(", ").join(option.label(_english()) if option else str(each) for option, each in found)


def _english() -> bool:
    return str(get_locale()).startswith("en")


def place(note: Note | Mapping[str, Any]) -> str:
    """Where it stands: the letter and the heading of the column, or the whole row."""
    given = note if isinstance(note, Mapping) else note.as_dict()
    return f"{given['letter']} {given['column']}".strip() or _("whole row")


def _parts(note: Note | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    given = note if isinstance(note, Mapping) else note.as_dict()
    return str(given["code"]), dict(given["facts"])
