"""Reads values out of evidence and facts without ever failing: what is misshapen reads as nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from app.rules.calendar import local_day

Values = Mapping[str, Any]

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,15}")
_AMOUNT: Final = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_YEARS: Final = range(1850, 2300)  # far from the ends of the calendar, so that days can be added
_SHOWN: Final = 40  # characters of a value that a message repeats


def text(values: Values, key: str) -> str:
    """The value if it is text, else ""; nothing is stripped, so that spans stay those of the original."""
    value = values.get(key)
    return value if isinstance(value, str) else ""


def filled(values: Values, key: str) -> bool:
    """Whether there is anything but blanks; 0 and False are something."""
    value = values.get(key)
    return bool(value.strip()) if isinstance(value, str) else value not in (None, [], {}, ())


def whole(values: Values, key: str) -> int | None:
    """An integer, also one written as text; None for fractions and everything else."""
    value = values.get(key)
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = int(value) if _WHOLE.fullmatch(value.strip()) else None
    return value if isinstance(value, int) and abs(value) < 10**15 else None


def amount(values: Values, key: str) -> Decimal | None:
    """A decimal number from text, int, float or Decimal; None where it is none, infinite or absurd."""
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    plain = value.strip() if isinstance(value, str) else f"{value:f}" if not isinstance(value, int) else ""
    if isinstance(value, int):
        return Decimal(value) if abs(value) < 10**15 else None
    return Decimal(plain) if _AMOUNT.fullmatch(plain) else None


def flag(values: Values, key: str) -> bool | None:
    """True or False, None where neither was said."""
    value = values.get(key)
    return value if isinstance(value, bool) else None


def day(values: Values, key: str) -> date | None:
    """The day in China of a date, a moment or their ISO text; None in no plausible year."""
    value = values.get(key)
    if isinstance(value, str):
        value = _parsed(value.strip())
    if not isinstance(value, date) or value.year not in _YEARS:
        return None
    if isinstance(value, datetime):
        return local_day(value) if value.utcoffset() is not None else value.date()
    return value


def part(values: Values, key: str) -> Values:
    """A mapping inside, or an empty one."""
    value = values.get(key)
    return value if isinstance(value, Mapping) else {}


def rows(values: Values, key: str) -> list[Values]:
    """The mappings of a list inside; anything else in it is passed over."""
    return [row for row in listed(values, key) if isinstance(row, Mapping)]


def listed(values: Values, key: str) -> list[Any]:
    """A list, tuple or set inside as a list, or an empty one."""
    value = values.get(key)
    return list(value) if isinstance(value, list | tuple | set | frozenset) else []


def cut(value: object) -> str:
    """A value as a message may repeat it: on one line and not too long."""
    plain = " ".join(str(value).split())
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"


def _parsed(written: str) -> date | datetime | None:
    try:
        return datetime.fromisoformat(written) if len(written) > 10 else date.fromisoformat(written)
    except ValueError:
        return None
