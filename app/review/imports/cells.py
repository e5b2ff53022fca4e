"""One cell as a value: numbers as 2026.0, days as Excel serials, 是/否, words of a dictionary, codes by code or name.

A reader takes the row seen through the mapping, the field, and what the database knows; it says on the row what is wrong
and then answers None. An empty cell is never given to it.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Protocol

from app.review.imports.columns import Reader
from app.review.imports.words import plain_word
from app.rules.dates import ZONE

_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?日?")
_COMPACT: Final = re.compile(r"(?:19|20)\d{6}")
_CLOCK: Final = re.compile(r"(\d{1,2})[:时](\d{1,2})?(?:[:分](\d{1,2}))?(?:\.0+)?秒?")
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d+)?")
_WHOLE_FLOAT: Final = re.compile(r"(\d+)\.0+")
_SHORTENED: Final = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d{1,2}")
_SCALES: Final = {"": 1, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_AMOUNT: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,18})?)\s*([百千万亿]?)\s*元?")
_EPOCH: Final = date(1899, 12, 30)  # day 0 of a spreadsheet, its 29 February 1900 being in the past of every list
_SERIALS: Final = range(14_611, 73_051)  # 1940 to 2099
_YES: Final = frozenset({"是", "有", "y", "yes", "1", "true", "t", "√", "✓", "对", "开", "工作日", "班"})
_NO: Final = frozenset({"否", "无", "没有", "n", "no", "0", "false", "f", "×", "x", "错", "关", "休息日", "休"})
_MOST_CAPITAL: Final = 2_000_000_000
START_OF_WORK: Final = time(8)
OFFERED: Final = 8  # words that a refusal names


class Known(Protocol):
    """What cells are read with: `codes` holds, by list, every spelling of a value and the value."""

    today: date
    codes: dict[str, dict[str, Any]]


class Cell(Protocol):
    """A reader of a cell."""

    def __call__(self, reader: Reader, key: str, known: Any) -> Any:
        """The value, or None after saying what is wrong."""


def plain(text: str) -> str:
    """Full-width digits and signs as the usual ones, blanks around it gone."""
    return unicodedata.normalize("NFKC", text).strip()


def unfloated(text: str) -> str:
    """A number that a spreadsheet or a program wrote as 2026.0 as it was meant: 2026."""
    found = _WHOLE_FLOAT.fullmatch(plain(text))
    return found[1] if found else text


def text(reader: Reader, key: str, known: Any) -> str:
    """The text as it stands."""
    return reader[key]


def code(reader: Reader, key: str, known: Any) -> str | None:
    """A code or number that is only a name: digits kept, 2026.0 mended, 4.40E+17 refused (its end is lost)."""
    written = unfloated(plain(reader[key]))
    if _SHORTENED.fullmatch(written):
        reader.say("cell_shortened", key)
        return None
    return written


def as_whole(text: str) -> int | None:
    """A whole number of at most twelve digits, also as 1,200, 3.0, 3人 and 1.2万."""
    amount = _amount(unfloated(plain(text).removesuffix("人").strip()))
    return int(amount) if amount is not None and amount == amount.to_integral_value() else None


def _amount(text: str) -> Decimal | None:
    """A number as people write it: 1,200, 3千, 1.2万元, 2亿; None for anything else."""
    found = _AMOUNT.fullmatch(plain(text).replace(",", ""))
    return Decimal(found[1]) * _SCALES[found[2] or ""] if found else None


def whole(low: int, high: int) -> Cell:
    """A whole number between two bounds."""

    def read(reader: Reader, key: str, known: Any) -> int | None:
        number = as_whole(reader[key])
        if number is None or not low <= number <= high:
            reader.say("cell_not_number", key, {"low": f"{low:,}", "high": f"{high:,}"})
            return None
        return number

    return read


def money(low: int, high: int) -> Cell:
    """An amount of yuan with at most two decimals."""

    def read(reader: Reader, key: str, known: Any) -> Decimal | None:
        amount = _amount(reader[key])
        if amount is None or not low <= amount <= high:
            reader.say("cell_not_amount", key, {"low": f"{low:,}", "high": f"{high:,}"})
            return None
        exact = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
        if abs(exact - amount) > Decimal("0.000001"):  # 24.1 as the nearest binary fraction is still 24.1
            reader.say("cell_not_amount", key, {"low": f"{low:,}", "high": f"{high:,}"})
            return None
        return exact

    return read


def ten_thousands(reader: Reader, key: str, known: Any) -> int | None:
    """An amount in units of ten thousand yuan: 500, also as 500万, 500万元 and 0.5亿; less than one counts as none."""
    amount = _amount(reader[key])
    if amount is not None and re.search("[万亿]", plain(reader[key])):
        amount /= 10_000
    if amount is None or amount > _MOST_CAPITAL:
        reader.say("cell_not_number", key, {"low": "0", "high": f"{_MOST_CAPITAL:,}"})
        return None
    return int(amount)


def as_day(text: str) -> date | None:
    """A day however lists write it: 2026-12-31, 2026/12/31, 2026年12月31日, 20261231, or a spreadsheet's number."""
    written = plain(text)
    serial = _serial(written)
    if serial is not None:
        return serial.date()
    if _COMPACT.fullmatch(unfloated(written)):
        written = f"{written[:4]}-{written[4:6]}-{written[6:8]}"
    found = _DAY.match(written)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found and found[3] else None
    except ValueError:
        return None


def _serial(written: str) -> datetime | None:
    if not _SERIAL.fullmatch(written) or int(float(written)) not in _SERIALS:
        return None
    minutes = round(float(written) * 24 * 60)  # a minute is finer than any list
    return datetime.combine(_EPOCH, time()) + timedelta(minutes=minutes)


def day(reader: Reader, key: str, known: Any) -> date | None:
    """A day."""
    found = as_day(reader[key])
    if found is None:
        reader.say("cell_not_date", key)
    return found


def moment(reader: Reader, key: str, known: Any) -> datetime | None:
    """A day and time of Shanghai; without a time the usual start of work, which is remarked."""
    written = plain(reader[key])
    serial = _serial(written)
    found = as_day(written)
    if found is None:
        reader.say("cell_not_date", key)
        return None
    clock = serial.time() if serial is not None and serial.time() != time(0) else _time_of(written)
    if clock is None:
        reader.say("time_assumed", key, {"time": START_OF_WORK.strftime("%H:%M")}, error=False)
    return datetime.combine(found, clock or START_OF_WORK, ZONE)


def _time_of(written: str) -> time | None:
    found = _CLOCK.search(written)
    try:
        return time(int(found[1]), int(found[2] or 0)) if found else None
    except ValueError:
        return None


def yes_no(reader: Reader, key: str, known: Any) -> bool | None:
    """是 or 否, and what else lists write for them."""
    written = plain_word(unfloated(reader[key]))
    if written in _YES or written in _NO:
        return written in _YES
    reader.say("cell_not_yes_no", key)
    return None


def one_of(listed: str) -> Cell:
    """A value by any of its spellings; `listed` names the list in `known.codes`. What is not there is refused."""

    def read(reader: Reader, key: str, known: Any) -> Any:
        spellings = known.codes.get(listed, {})
        found = spellings.get(plain_word(unfloated(reader[key])))
        if found is None:
            names: dict[Any, str] = {}
            for name, value in spellings.items():
                if not name.isascii():
                    names.setdefault(value, name)
            few = ", ".join(names.values()) if len(set(spellings.values())) <= OFFERED else ""
            reader.say("cell_not_listed_of" if few else "cell_not_listed", key, {"offered": few} if few else {})
        return found

    return read
