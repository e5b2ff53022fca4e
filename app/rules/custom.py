"""Custom fields: what an administrator may define, and which values such a field takes.

Form, API, import and desk read values here. A value is kept as JSON: decimals and days as text, choices as the codes of
their options.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from app.rules.actor import covers
from app.rules.findings import Finding, Severity
from app.rules.refused import Refused

PREFIX: Final = "x_"  # a field is known everywhere as x_<code>: no column of a table is called so
TYPES: Final = ("text", "long", "int", "decimal", "bool", "date", "choice", "choices")
WITH_OPTIONS: Final = ("choice", "choices")
WITH_BOUNDS: Final = ("int", "decimal", "date")
USUAL_LENGTH: Final = {"text": 100, "long": 1000}
LONGEST: Final = {"text": 500, "long": 5000}
LARGEST: Final = Decimal(10) ** 12
PLACES: Final = 2  # decimals
OPTIONS_LIMIT: Final = 60
FIELDS_LIMIT: Final = 60  # of one entity

_UNFIT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,15}")
NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_WRITTEN: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_TRUE: Final = frozenset({"1", "true", "on", "yes", "y"})
_FALSE: Final = frozenset({"0", "false", "off", "no", "n"})
_YES_WRITTEN: Final = frozenset({"是", "有", "对", "√", "✓"})
_NO_WRITTEN: Final = frozenset({"否", "无", "没有", "不", "×"})
_BETWEEN: Final = re.compile(r"[;；|\n]+")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose. `off`: no longer offered; values that have it keep it."""

    code: str
    zh: str
    en: str
    off: bool = False

    def label(self, english: bool) -> str:
        """Its word."""
        return (self.en or self.zh) if english else (self.zh or self.en)


@dataclass(frozen=True, slots=True)
class Definition:
    """A custom field of an entity as an administrator defined it."""

    entity: str
    code: str
    type: str
    label_zh: str
    label_en: str
    help_zh: str = ""
    help_en: str = ""
    section_zh: str = ""
    section_en: str = ""
    options: tuple[Option, ...] = ()
    required: bool = False
    max_length: int | None = None
    at_least: str = ""
    at_most: str = ""
    region: str = ""  # "" counts everywhere
    in_list: bool = False
    in_filter: bool = False
    in_form: bool = True
    in_search: bool = False
    public: bool = False
    reviewed: bool = True
    active: bool = True
    id: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """What the field is called in forms, addresses, JSON, evidence and files."""
        return PREFIX + self.code

    @property
    def length(self) -> int:
        """Most characters of a text."""
        return min(self.max_length or USUAL_LENGTH.get(self.type, 0), LONGEST.get(self.type, 0))

    def label(self, english: bool) -> str:
        """Its label."""
        return (self.label_en or self.label_zh) if english else (self.label_zh or self.label_en)

    def help(self, english: bool) -> str:
        """What stands under it in a form."""
        return (self.help_en or self.help_zh) if english else (self.help_zh or self.help_en)

    def section(self, english: bool) -> str:
        """The heading it stands under; empty for the common one."""
        return (self.section_en or self.section_zh) if english else (self.section_zh or self.section_en)

    def option(self, code: object) -> Option | None:
        """The option of that code."""
        return next((one for one in self.options if one.code == code), None)

    def counts_in(self, region: str) -> bool:
        """Whether rows of the division have the field."""
        return not self.region or covers(self.region, region)

    def refused(self, code: str, **facts: Any) -> Refused:
        """A refusal that names the field."""
        return Refused(code, field=self.name, **facts)


def is_custom(name: str) -> bool:
    """Whether a name is that of a custom field."""
    return name.startswith(PREFIX)


def read(definition: Definition, value: Any, stored: Any = None) -> Any:
    """A value as it is kept, from JSON or from a form; None where there is none. Raises Refused naming the field.

    `stored` is what stands there already: an option that is no longer offered may stay.
    """
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, str):
        value = _clean(definition, value)
        if value == "":
            return None
    return _READERS[definition.type](definition, value, stored)


def _clean(definition: Definition, text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNFIT.search(text) or (definition.type == "text" and "\n" in text.strip()):
        raise definition.refused("bad_character")
    return text.strip()


def _text(definition: Definition, value: Any, _stored: Any) -> str:
    if not isinstance(value, str):
        raise definition.refused("bad_value")
    if len(value) > definition.length:
        raise definition.refused("too_long", limit=definition.length, length=len(value))
    return value


def _whole(definition: Definition, value: Any, _stored: Any) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise definition.refused("not_whole_number")
    if abs(value) > LARGEST:
        raise definition.refused("out_of_range")
    _bounded(definition, Decimal(value))
    return value


def _decimal(definition: Definition, value: Any, _stored: Any) -> str:
    good = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    good = good or (isinstance(value, str) and NUMBER.fullmatch(value) is not None)
    number = _number(str(value)) if good else None
    if number is None:
        raise definition.refused("not_number")
    if abs(number) > LARGEST:
        raise definition.refused("out_of_range")
    exact = number.quantize(Decimal(1).scaleb(-PLACES))
    if exact != number:
        raise definition.refused("too_many_decimals", limit=PLACES)
    _bounded(definition, exact)
    return f"{exact if exact else abs(exact):f}"


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _bounded(definition: Definition, number: Decimal) -> None:
    low, high = _number(definition.at_least or "x"), _number(definition.at_most or "x")
    if low is not None and number < low:
        raise definition.refused("below", limit=definition.at_least)
    if high is not None and number > high:
        raise definition.refused("above", limit=definition.at_most)


def _bool(definition: Definition, value: Any, _stored: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower() if isinstance(value, str | int) else ""
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise definition.refused("bad_value")


def _day(definition: Definition, value: Any, _stored: Any) -> str:
    if isinstance(value, datetime):
        value = value.date()
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, str) or not is_day(text):
        raise definition.refused("not_date")
    if definition.at_least and text < definition.at_least:
        raise definition.refused("not_before", limit=definition.at_least)
    if definition.at_most and text > definition.at_most:
        raise definition.refused("not_after", limit=definition.at_most)
    return text


def is_day(text: str) -> bool:
    try:
        return _DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _choice(definition: Definition, value: Any, stored: Any) -> str:
    option = definition.option(value) if isinstance(value, str) else None
    if option is None or (option.off and value != stored):
        raise definition.refused("not_a_choice")
    return option.code


def _choices(definition: Definition, value: Any, stored: Any) -> list[str] | None:
    listed = [value] if isinstance(value, str) else value
    kept = stored if isinstance(stored, list) else []
    if not isinstance(listed, list | tuple) or len(listed) > OPTIONS_LIMIT:
        raise definition.refused("bad_value")
    chosen = {_choice(definition, one, one if one in kept else None) for one in listed}
    return [option.code for option in definition.options if option.code in chosen] or None


_READERS: Final[Mapping[str, Callable[[Definition, Any, Any], Any]]] = {
    "text": _text,
    "long": _text,
    "int": _whole,
    "decimal": _decimal,
    "bool": _bool,
    "date": _day,
    "choice": _choice,
    "choices": _choices,
}


def read_all(definitions: Iterable[Definition], sent: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept after `sent` (by name): values by code, those that were not spoken of as they are.

    Raises Refused: unknown_field for a name that is none of the definitions, and what is wrong with a value.
    """
    known = {one.name: one for one in definitions}
    kept = dict(stored)
    for name, value in sent.items():
        if name not in known:
            raise Refused("unknown_field", field=str(name)[:60])
        code = known[name].code
        good = read(known[name], value, stored.get(code))
        if good is None:
            kept.pop(code, None)
        else:
            kept[code] = good
    return kept


def from_cell(definition: Definition, text: str) -> Any:
    """The value of a cell of a file, where options stand in words, yes as 是 and days as 2026/1/5.

    Raises Refused naming the field, as `read` does; what it answers is kept as it is.
    """
    text = text.strip()
    if definition.type in WITH_OPTIONS:
        parts = [part.strip() for part in (_BETWEEN.split(text) if definition.type == "choices" else [text])]
        found = [_option_called(definition, part) for part in parts if part]
        return read(definition, found if definition.type == "choices" else (found or [""])[0])
    if definition.type == "bool":
        text = "1" if text in _YES_WRITTEN else "0" if text in _NO_WRITTEN else text
    elif definition.type in ("int", "decimal"):
        text = text.replace(",", "").replace("，", "")
    elif definition.type == "date" and (day := _DAY_WRITTEN.fullmatch(text)):
        text = f"{day[1]}-{int(day[2]):02d}-{int(day[3]):02d}"
    return read(definition, text)


def _option_called(definition: Definition, word: str) -> str:
    """The code of the option with that code or word, whatever the case; the word itself if there is none."""
    folded = word.casefold()
    for names in (lambda o: (o.code,), lambda o: (o.zh, o.en)):
        for option in definition.options:
            if folded in {name.casefold() for name in names(option) if name}:
                return option.code
    return word


def typed(definition: Definition, stored: Any) -> Any:
    """The kept value as Python has it: days and decimals. None for what does not fit the type."""
    if stored is None:
        return None
    if definition.type == "date":
        return date.fromisoformat(stored) if isinstance(stored, str) and is_day(stored) else None
    if definition.type == "decimal":
        return _number(str(stored))
    wanted: Any = {"int": int, "bool": bool, "choices": list}.get(definition.type, str)
    fits = isinstance(stored, wanted) and (definition.type != "int" or not isinstance(stored, bool))
    return stored if fits else None


def search_text(definition: Definition, stored: Any) -> str:
    """The words a row is found by; of options both languages."""
    if stored is None or definition.type in ("bool", "date"):
        return ""
    if definition.type in WITH_OPTIONS:
        listed = stored if isinstance(stored, list) else [stored]
        found = [option for option in definition.options if option.code in listed]
        return " ".join(f"{option.zh} {option.en}" for option in found)
    return str(stored)


def lacking(definitions: Iterable[Definition], values: Mapping[str, Any]) -> list[Finding]:
    """One refusing finding for each required field without a value (by code)."""
    return [
        Finding(
            "X01", Severity.BLOCK, one.name, f"请填写“{one.label(False)}”", f"Please fill in “{one.label(True)}”."
        )
        for one in definitions
        if one.required and values.get(one.code) is None
    ]  # fmt: skip
