"""What a trial found, as the panel beside the form shows it: what must be mended, what is missing, what is in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.review.trial import Trial, Typed
from app.rules.findings import Finding, Severity
from app.views import forms, words

GRADES: Final[dict[str, Any]] = {
    "block": _l("Must be mended"),
    "high": _l("Likely to be returned"),
    "warn": _l("The reviewer will see this"),
    "info": _l("For your information"),
    "ok": _l("In order"),
}
ICONS: Final = {
    "block": "circle-x",
    "high": "alert-triangle",
    "warn": "alert-triangle",
    "info": "info-circle",
    "ok": "circle-check",
}


@dataclass(slots=True)
class Line:
    """One finding. `at` is the field's id on the page, `excerpt` the words in it that were found."""

    severity: str
    message: str
    at: str = ""
    code: str = ""
    law: str = ""
    excerpt: str = ""
    more: list[str] = field(default_factory=list)

    @property
    def look(self) -> str:
        """The kit's grade: what must be mended looks like what is likely to be returned."""
        return "high" if self.severity == "block" else self.severity

    @property
    def icon(self) -> str:
        return ICONS[self.severity]

    @property
    def grade(self) -> str:
        """The grade in words: no lamp speaks by its colour alone."""
        return str(GRADES[self.severity])


@dataclass(slots=True)
class Panel:
    """Lines by what they ask of the reader."""

    mend: list[Line] = field(default_factory=list)
    fill: list[Line] = field(default_factory=list)
    notes: list[Line] = field(default_factory=list)
    passed: list[Line] = field(default_factory=list)
    whole: bool = True  # False: the checks could not run, the first fault comes before all of them

    @property
    def bad(self) -> int:
        return sum(line.look == "high" for line in self.mend)

    @property
    def warn(self) -> int:
        return sum(line.look == "warn" for line in self.mend)

    @property
    def said(self) -> str:
        """The counts in words, for who cannot see the lamps."""
        return _(
            "%(bad)s to mend, %(warn)s hints, %(fill)s still to fill in, %(ok)s in order",
            bad=self.bad,
            warn=self.warn,
            fill=len(self.fill),
            ok=len(self.passed),
        )


def of(form: Any, places: list[Any], typed: Typed, tried: Trial, *, of_form: bool = False) -> Panel:
    """The panel: findings of the checks, then what the form itself says of fields on which no check spoke.

    `of_form`: leaves out what is to be mended elsewhere, for a form that is a part only and has others after it.
    """
    panel, spoken = Panel(whole=tried.subject is not None), set()
    empty = _empty(form, places, typed)
    for found in tried.findings:
        line = _line(form, places, found)
        if of_form and not line.at:
            continue
        if found.severity in (Severity.OK, Severity.INFO):
            _add(panel.passed if found.severity is Severity.OK else panel.notes, line)
            continue
        if found.severity in (Severity.BLOCK, Severity.HIGH):
            spoken.add(line.at)
        _add(panel.fill if found.severity is Severity.BLOCK and line.at in empty else panel.mend, line)
    for line in _faults(form, places, tried):
        if of_form and not line.at:
            continue
        if not line.at or line.at not in spoken:
            spoken.add(line.at)
            _add(panel.fill if line.at in empty else panel.mend, line, first=True)
    return panel


def _add(lines: list[Line], line: Line, *, first: bool = False) -> None:
    """Several findings of one check at one place are one line."""
    for other in lines:
        if (other.code, other.severity, other.at) == (line.code, line.severity, line.at):
            if line.message not in (other.message, *other.more):
                other.more.append(line.message)
            return
    lines.insert(0, line) if first else lines.append(line)


def _line(form: Any, places: list[Any], found: Finding) -> Line:
    law = " · ".join(part for part in (found.law, _("rule v%(n)s", n=found.version)) if part)
    return Line(
        found.severity.value, words.finding(found), _anchor(form, places, found.field), found.code, law, found.evidence
    )


def _faults(form: Any, places: list[Any], tried: Trial) -> Iterator[Line]:
    """What the form cannot read, and what would be refused before any check."""
    for one in form:
        if one.errors:
            yield Line("block", words.named(one.label.text, one.errors[0]), one.id)
    for refused in tried.faults:
        at = _anchor(form, places, refused.field or "")
        named = next((str(one.label.text) for one in form if one.id == at), "")
        named = named or next((place.label for place in places if place.name == at), "")
        said = words.say(refused)
        yield Line("block", words.named(named, said) if named else said, at)


def _anchor(form: Any, places: list[Any], name: str) -> str:
    """The id of the field a finding names, or of the place for files; empty where the form has none."""
    one = forms.field_for(form, name)
    if one is not None:
        return str(one.id)
    slot = name.removeprefix("files.")
    for place in places:
        if slot in (place.slot, place.name) or (name in ("files", "file", "file_id") and len(places) == 1):
            return str(place.name)
    return ""


def _empty(form: Any, places: list[Any], typed: Typed) -> set[str]:
    """Ids of what nobody has filled in yet."""
    found = {one.id for one in form if one.data in (None, "", [], False) and not any(one.raw_data or ())}
    given = {slot for slot, _file in typed.kept} | {file["slot"] for file in typed.chosen}
    single = len(places) == 1 and bool(given)
    return found | {place.name for place in places if place.slot not in given and not single}
