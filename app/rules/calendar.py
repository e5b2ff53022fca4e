"""Working-day arithmetic for due instants (review.md section 7, invariant 10; A09).

Days and closing times are those of Asia/Shanghai, whatever the time zone of the process. Which day is
worked is asked of `is_work`: the table of work days with 调休 answers it, never the weekday.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

IsWork = Callable[[date], bool]

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
CLOSE: Final = time(18, 0)
# Longer than any rest period of the State Council notices (8 days plus a weekend) by far: a table
# with no working day within it is empty or broken, and must not hang the caller.
_LONGEST_REST: Final = 60


class NoWorkingDay(LookupError):
    """The work-day table names no working day for two months from `day`."""

    def __init__(self, day: date) -> None:
        super().__init__(f"no working day within {_LONGEST_REST} days of {day}")
        self.day = day


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left before a due instant: working days between, the exact time, and whether it has passed."""

    working_days: int
    time: timedelta
    overdue: bool


def local_day(moment: datetime) -> date:
    """The day in China that `moment` falls on. Raises ValueError for a naive moment."""
    if moment.utcoffset() is None:
        raise ValueError("a moment without a time zone has no day")
    return moment.astimezone(SHANGHAI).date()


def counted_from(start: datetime, is_work: IsWork, close: time = CLOSE) -> date:
    """The day that counts as the day of submission.

    It is the day of `start`, or the next working day where `start` falls on a rest day or after closing.
    The closing instant itself is still in time, so that a due instant may be counted on from.
    """
    day = local_day(start)
    late = start.astimezone(SHANGHAI).time() > close
    return _next_work(day + timedelta(days=1) if late else day, is_work)


def add_working_days(start: datetime, n: int, is_work: IsWork, close: time = CLOSE) -> datetime:
    """The closing instant of the n-th working day after the day that counts as the day of `start`.

    n = 0 is the close of that day itself. Raises ValueError for a negative n or a naive start, NoWorkingDay
    for an empty table.
    """
    if n < 0:
        raise ValueError("working days are added, never taken away")
    day = counted_from(start, is_work, close)
    for _ in range(n):
        day = _next_work(day + timedelta(days=1), is_work)
    return datetime.combine(day, close, SHANGHAI)


def working_days_between(start: datetime, end: datetime, is_work: IsWork, close: time = CLOSE) -> int:
    """How many working days lie after the day counted for `start`, up to the one counted for `end`.

    The inverse of `add_working_days`; 0 where the end is not later.
    """
    day, last = counted_from(start, is_work, close), counted_from(end, is_work, close)
    count = 0
    while day < last:
        day += timedelta(days=1)
        count += is_work(day)
    return count


def remaining(now: datetime, due: datetime, is_work: IsWork) -> Remaining:
    """What is left at `now`; after the due instant the days are 0 and the time is how long overdue it is."""
    if now > due:
        return Remaining(0, now - due, True)
    return Remaining(working_days_between(now, due, is_work), due - now, False)


def extended(due: datetime, stopped: datetime, resumed: datetime, is_work: IsWork, close: time = CLOSE) -> datetime:
    """The due instant after a stop (need_info, hold): later by the working days of the stop, never earlier.

    Raises ValueError where it resumes before it stopped.
    """
    if resumed < stopped:
        raise ValueError("a stop ends after it begins")
    moved = add_working_days(due, working_days_between(stopped, resumed, is_work, close), is_work, close)
    return max(due, moved)


def _next_work(day: date, is_work: IsWork) -> date:
    for offset in range(_LONGEST_REST):
        candidate = day + timedelta(days=offset)
        if is_work(candidate):
            return candidate
    raise NoWorkingDay(day)
