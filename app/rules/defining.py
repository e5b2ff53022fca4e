"""What makes a custom field: names, bounds and options of its definition."""

from __future__ import annotations

import re
from collections.abc import Container
from decimal import Decimal
from typing import Any, Final

from app.rules.custom import LONGEST, NUMBER, OPTIONS_LIMIT, TYPES, WITH_BOUNDS, WITH_OPTIONS, Definition, is_day
from app.rules.refused import Refused

CODE: Final = re.compile(r"[a-z](?:_?[a-z0-9]){1,29}")
OPTION_CODE: Final = re.compile(r"[a-z0-9](?:[_-]?[a-z0-9]){0,29}")
_CODE_LENGTH: Final = 30
OPTION_LENGTH: Final = 60  # characters of an option's word
_TEXTS: Final = ("label_zh", "label_en", "help_zh", "help_en", "section_zh", "section_en")
# Control characters, line separators, halves of characters, and marks that turn the direction of what follows.
_UNFIT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_RANGE_ENDS: Final = ("_from", "_to")  # in addresses they mean the ends of a range


def check(definition: Definition) -> None:
    """Raises Refused, the column of the definition named, for what makes no field."""
    if definition.type not in TYPES:
        raise Refused("not_a_choice", field="type")
    if (
        not CODE.fullmatch(definition.code)
        or len(definition.code) > _CODE_LENGTH
        or definition.code.endswith(_RANGE_ENDS)
    ):
        raise Refused("field_code_form", field="code")
    _texts(definition)
    if definition.public and not definition.reviewed:
        raise Refused("public_unreviewed", field="reviewed")
    if definition.required and not definition.in_form:
        raise Refused("required_hidden", field="in_form")
    if (
        definition.type in LONGEST
        and not 1 <= (1 if definition.max_length is None else definition.max_length) <= LONGEST[definition.type]
    ):
        raise Refused("value_range", field="max_length", low=1, high=LONGEST[definition.type])
    _bounds(definition)
    _options(definition)


def _texts(definition: Definition) -> None:
    """Labels are one line of visible characters: they become headings of files too, which take no others."""
    for name in _TEXTS:
        text = getattr(definition, name)
        if _UNFIT.search(text):
            raise Refused("bad_character", field=name)
        if name.startswith("label") and not text.strip():
            raise Refused("missing", field=name)


def _bounds(definition: Definition) -> None:
    if definition.type not in WITH_BOUNDS:
        return
    bounds: list[Any] = []
    for name in ("at_least", "at_most"):
        text = getattr(definition, name)
        good = is_day(text) if definition.type == "date" else bool(NUMBER.fullmatch(text))
        if text and not good:
            raise Refused("not_date" if definition.type == "date" else "not_number", field=name)
        bounds.append((text if definition.type == "date" else Decimal(text)) if text else None)
    low, high = bounds
    if low is not None and high is not None and low > high:
        raise Refused("bounds_order", field="at_most")


def _options(definition: Definition) -> None:
    if definition.type not in WITH_OPTIONS:
        return
    codes = [option.code for option in definition.options]
    if not any(not option.off for option in definition.options):
        raise Refused("options_missing", field="options")
    if len(codes) > OPTIONS_LIMIT:
        raise Refused("options_many", field="options", limit=OPTIONS_LIMIT)
    for option in definition.options:
        if not OPTION_CODE.fullmatch(option.code):
            raise Refused("option_code_form", field="options", option=option.code[:30])
        if not option.zh or not option.en:
            raise Refused("option_words_missing", field="options", option=option.code)
        if _UNFIT.search(option.zh + option.en):
            raise Refused("bad_character", field="options")
        if max(len(option.zh), len(option.en)) > OPTION_LENGTH:
            raise Refused("too_long", field="options", limit=OPTION_LENGTH)
    if len(set(codes)) != len(codes):
        raise Refused("option_twice", field="options", option=next(c for c in codes if codes.count(c) > 1))


def next_code(words: str, taken: Container[str], *, least: int = 1) -> str:
    """A free code made of English words: small letters, digits and single underscores."""
    whole = "_".join(re.findall(r"[a-z0-9]+", words.lower())).lstrip("0123456789_")
    code = whole[: _CODE_LENGTH - 4].rstrip("_") or "field"
    if len(code) < least or code.endswith(_RANGE_ENDS):
        code += "_x"
    number, found = 1, code
    while found in taken:
        number += 1
        found = f"{code}_{number}"
    return found
