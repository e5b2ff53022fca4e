"""The State Council's rest days and make-up working days (调休), to seed the table of work days that admins edit.

The notice for a year appears in the November before it. A year the `holidays` package does not know yet still has
its statutory days (they are fixed by decree or by the moon), but no 调休: all its days are marked provisional.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from app.rules.late import late

holidays = late("holidays")
china = late("holidays.countries.china")

_LANGUAGE: Final = "zh_CN"
_FIRST_YEAR: Final = 2001  # before it the package has no make-up days
_SATURDAY: Final = 5


class WorkDay(NamedTuple):
    """One day of the calendar; `note` says in Chinese why it differs from its weekday, or names the holiday."""

    day: date
    is_work: bool
    note: str
    provisional: bool


def china_work_days(year: int) -> Iterator[WorkDay]:
    """All days of a year in order. Raises ValueError for a year before 2001."""
    if year < _FIRST_YEAR:
        raise ValueError(f"make-up working days are not known before {_FIRST_YEAR}")
    calendar = holidays.country_holidays("CN", years=year, language=_LANGUAGE)
    made_up = calendar.weekend_workdays
    provisional = not is_published(year)
    day = date(year, 1, 1)
    while day.year == year:
        yield _work_day(day, calendar.get(day, ""), day in made_up, provisional)
        day += timedelta(days=1)


def is_published(year: int) -> bool:
    """Whether the package carries the State Council notice of that year."""
    return year in china.ChinaStaticHolidays.special_public_holidays


def _work_day(day: date, holiday: str, made_up: bool, provisional: bool) -> WorkDay:
    if holiday:
        return WorkDay(day, False, holiday, provisional)
    weekend = day.weekday() >= _SATURDAY
    if made_up:
        return WorkDay(day, True, "调休上班", provisional)
    return WorkDay(day, not weekend, "周末" if weekend else "", provisional)
