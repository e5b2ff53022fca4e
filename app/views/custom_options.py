"""The options of a choice in a form: a row for each with its words in both languages, and whether it is on offer."""

from __future__ import annotations

from typing import Any, Final

from flask import render_template
from markupsafe import Markup
from wtforms import Field

from app.rules.custom import OPTIONS_LIMIT
from app.rules.defining import next_code

SPARE: Final = 4  # empty rows of a form without scripts
_ROWS: Final = OPTIONS_LIMIT + 2 * SPARE  # of what is sent this many are looked at; the rules say how many may be
_LONGEST: Final = 200  # characters that are looked at; the rules say how many may be

Option = dict[str, Any]


def _words(text: str) -> str:
    return text.strip()[:_LONGEST]


class OptionsInput(Field):
    """Options as a list of {code, zh, en, off}. A row without words is none; a new one without a code is given one."""

    kind = "options"

    def process_data(self, value: Any) -> None:
        self.data = [dict(one) for one in value or ()]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if formdata is not None and any(f"{self.name}-{number}-zh" in formdata for number in range(_ROWS)):
            self.data = self._read(formdata)

    def _read(self, sent: Any) -> list[Option]:
        found: list[Option] = []
        for number in range(_ROWS):
            code, zh, en = (_words(sent.get(f"{self.name}-{number}-{part}", "")) for part in ("code", "zh", "en"))
            if zh or en:
                found.append({"code": code, "zh": zh, "en": en, "off": f"{self.name}-{number}-on" not in sent})
        for one in found:
            one["code"] = one["code"] or next_code(one["en"], {other["code"] for other in found})
        return found

    def rows(self) -> list[Option]:
        """The options and some empty rows after them."""
        spare = SPARE if len(self.data or ()) < SPARE else 1
        return [*(self.data or ()), *({"code": "", "zh": "", "en": "", "off": False} for _one in range(spare))]

    def stored(self, code: str) -> bool:
        """Whether the option is there already: its code never changes."""
        return bool(code) and code in {one.get("code") for one in self.object_data or ()}

    def __call__(self, **_more: Any) -> Markup:
        return Markup(render_template("system/options.html", f=self))  # noqa: S704 - a template that escapes
