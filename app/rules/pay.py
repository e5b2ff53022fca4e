"""Pay as people write it (4.5-6千/月, 10-15万/年, 100元/天, 面议), read into amounts and monthly equivalents.

Conversions follow 人社部发〔2025〕2号 (on monthly working time and the conversion of wages): 21.75 paid days
a month, 8 hours a day. They serve sorting and comparison with the minimum wage; shown is always `Pay.text`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

from app.rules.refused import Refused

PayUnit = Literal["month", "year", "day", "hour", "negotiable"]

PAID_DAYS_PER_MONTH: Final = Decimal("21.75")  # (365 - 104) / 12: public holidays are paid
HOURS_PER_DAY: Final = Decimal(8)

_MONTHLY_FACTOR: Final[dict[PayUnit, Decimal]] = {
    "month": Decimal(1),
    "day": PAID_DAYS_PER_MONTH,
    "hour": PAID_DAYS_PER_MONTH * HOURS_PER_DAY,
}
_MONTHS_PER_YEAR: Final = 12
_SCALES: Final = {"": 1, "元": 1, "块": 1, "千": 1000, "k": 1000, "万": 10000, "w": 10000}
_PERIODS: Final[dict[str, PayUnit]] = {
    "月": "month", "年": "year", "天": "day", "日": "day", "小时": "hour", "时": "hour", "钟头": "hour",
}  # fmt: skip
_NEGOTIABLE: Final = re.compile(r"(?:(?:薪资|工资|薪酬|待遇)?(?:面议|面谈)|-{1,2}|/|无|不限)?")

_NUMBER: Final = r"[0-9]{1,9}(?:\.[0-9]{1,2})?"
_SCALE: Final = r"(?:千元?|万元?|k|w|元|块)?"
_PAY: Final = re.compile(
    rf"(?:(?P<before>月|年|日|时)薪:?)?(?P<low>{_NUMBER})(?P<low_scale>{_SCALE})"
    rf"(?:(?:-|~|至|到)(?P<high>{_NUMBER})(?P<high_scale>{_SCALE}))?"
    r"(?P<bound>以上|以下|起)?(?:[·x*]?1[2-9]薪)?(?:(?:/|每|一)?(?P<period>小时|钟头|月|年|天|日|时))?(?P<bound2>以上|以下|起)?"
    r"(?:[·x*]?1[2-9]薪)?"
)
_DASHES: Final = str.maketrans({"–": "-", "—": "-", "−": "-", "﹣": "-", "〜": "~", ",": "", "个": ""})


@dataclass(frozen=True, slots=True)
class Pay:
    """One pay. Amounts are yuan per `unit`, None where that end is open; `monthly_*` are whole yuan a month.

    A thirteenth salary (·13薪) is not counted: the amounts are the base pay (人力资源市场暂行条例 art. 24).
    """

    amount_min: Decimal | None
    amount_max: Decimal | None
    unit: PayUnit
    text: str
    monthly_min: int | None
    monthly_max: int | None


def parse_pay(text: str | None, default_unit: PayUnit | None = None) -> Pay:
    """Read a pay; an empty one is negotiable.

    `default_unit` is the period of a column whose heading names it ("月薪(元)"); without it a bare number is
    unreadable. Raises Refused "pay_unreadable", or "pay_reversed": the lower end is above the upper (J03).
    """
    written = (text or "").strip()
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", written)).lower().translate(_DASHES)
    if _NEGOTIABLE.fullmatch(plain):
        return Pay(None, None, "negotiable", written, None, None)
    found = _PAY.fullmatch(plain)
    if not found:
        raise _unreadable(written)
    unit = _PERIODS.get(found["period"] or found["before"] or "", default_unit)
    if unit is None or unit == "negotiable":
        raise _unreadable(written)
    low, high = _ends(found, written)
    if low is not None and high is not None and low > high:
        raise Refused("pay_reversed", field="pay", text=written[:40])
    return Pay(low, high, unit, written, monthly(low, unit), monthly(high, unit))


def monthly(amount: Decimal | None, unit: PayUnit) -> int | None:
    """Whole yuan a month, half a yuan rounded up; None for an open end or a negotiable pay."""
    if amount is None or unit == "negotiable":
        return None
    per_month = amount / _MONTHS_PER_YEAR if unit == "year" else amount * _MONTHLY_FACTOR[unit]
    return int(per_month.quantize(Decimal(1), ROUND_HALF_UP))


def hourly_equivalent(amount: Decimal, unit: str, hours_per_day: Decimal | int = 8) -> Decimal | None:
    """Yuan an hour, not rounded, for the comparison with the minimum hourly wage (G05).

    `unit` is hour, day, month or year; `hours_per_day` the stated working hours. Pay by job or by piece
    has no hourly equivalent: None. Raises ValueError unless 0 < hours_per_day <= 24.
    """
    hours = Decimal(hours_per_day)
    if not 0 < hours <= 24:
        raise ValueError("hours_per_day must be above 0 and at most 24")
    hours_in = {
        "hour": Decimal(1),
        "day": hours,
        "month": hours * PAID_DAYS_PER_MONTH,
        "year": hours * PAID_DAYS_PER_MONTH * _MONTHS_PER_YEAR,
    }.get(unit)
    return None if hours_in is None else amount / hours_in


def _ends(found: re.Match[str], written: str) -> tuple[Decimal | None, Decimal | None]:
    bound = found["bound"] or found["bound2"]
    if found["high"] is None:
        only = _amount(found["low"], found["low_scale"])
        if only == 0:
            raise _unreadable(written)
        return (None if bound == "以下" else only), (None if bound in ("以上", "起") else only)
    if bound:
        raise _unreadable(written)
    # In 4-8千 the scale stands once for both ends; in 8千-1.2万 each end has its own.
    low = _amount(found["low"], found["low_scale"] or found["high_scale"])
    high = _amount(found["high"], found["high_scale"] or found["low_scale"])
    if high == 0:
        raise _unreadable(written)
    return low, high


def _amount(number: str, scale: str) -> Decimal:
    key = scale if len(scale) < 2 else scale.removesuffix("元")
    return Decimal(number) * _SCALES[key]


def _unreadable(written: str) -> Refused:
    return Refused("pay_unreadable", field="pay", text=written[:40])
