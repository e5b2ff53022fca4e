"""Words for what an import says: why a file is refused, what is wrong with a row, what should be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.review.imports.columns import Note
from app.rules.refused import Refused
from app.views import words
from app.views.import_codes import FILE

# field -> its name
FIELDS: Final[dict[str, Any]] = {
    "posting_no": _l("Posting number"),
    "title": _l("Position"),
    "unit_name": _l("Unit name"),
    "pay": _l("Pay"),
    "description": _l("Duties"),
    "requirements": _l("Conditions"),
    "benefits": _l("Benefits"),
    "headcount": _l("People wanted"),
    "education": _l("Education"),
    "experience": _l("Experience"),
    "place": _l("Work place"),
    "ownership": _l("Ownership"),
    "size": _l("Size of the unit"),
    "industry": _l("Industry"),
    "valid_until": _l("Valid until"),
    "posted_on": _l("Posted on"),
}

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
    "unit_registered": (
        _l("A registered unit has this name; the postings were put under an imported unit"),
        _l("Let the unit claim them after checking"),
    ),
}


def say(refused: Refused) -> str:
    """The refusal of a whole file, or any other, in the reader's language."""
    if refused.code not in FILE:
        return words.say(refused)
    facts = dict(refused.facts)
    if refused.code == "import_missing_column":
        facts["columns"] = ", ".join(f"{FIELDS.get(key, key)} ({key})" for key in str(facts["columns"]).split(", "))
    return str(FILE[refused.code][1]) % facts


def problem(note: Note | Mapping[str, Any]) -> str:
    """What is wrong with a row, or what is remarkable."""
    code, facts = _parts(note)
    if code not in ROW:
        return say(Refused(code, None, **facts))
    said = facts.get("en" if str(get_locale()).startswith("en") else "zh", "")
    return str(ROW[code][0]) % {**facts, "said": said}


def remedy(note: Note | Mapping[str, Any]) -> str:
    """How it is mended; empty where nobody knows."""
    code, _facts = _parts(note)
    return str(ROW[code][1]) if code in ROW else ""


def place(note: Note | Mapping[str, Any]) -> str:
    """Where it stands: the letter and the heading of the column, or the whole row."""
    given = note if isinstance(note, Mapping) else note.as_dict()
    return f"{given['letter']} {given['column']}".strip() or _("whole row")


def _parts(note: Note | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    given = note if isinstance(note, Mapping) else note.as_dict()
    return str(given["code"]), dict(given["facts"])
