"""Working days (review.md invariant 10: a due date is worked; add(a+b) = add(add(a), b); no local time zone)."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateways.holidays_cn import china_work_days
from app.rules import calendar
from app.rules.calendar import (
    SHANGHAI,
    NoWorkingDay,
    add_working_days,
    extended,
    local_day,
    remaining,
    working_days_between,
)

WORKED = {day.day: day.is_work for year in (2025, 2026, 2027) for day in china_work_days(year)}


def is_work(day: date) -> bool:
    return WORKED[day]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


moments = st.datetimes(
    datetime(2025, 1, 2),  # noqa: DTZ001 - bounds are naive, the zones are drawn
    datetime(2026, 12, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, SHANGHAI, timezone(timedelta(hours=-10))]),
)
small = st.integers(0, 15)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-11-18T09:00", 2, "2026-11-20T18:00"),
        ("2026-11-18T18:00", 2, "2026-11-20T18:00"),
        ("2026-11-18T18:00:01", 2, "2026-11-23T18:00"),  # after closing counts from the next day
        ("2026-11-21T10:00", 1, "2026-11-24T18:00"),  # Saturday counts from Monday
        ("2026-09-30T10:00", 1, "2026-10-08T18:00"),  # the national holiday
        ("2026-10-09T10:00", 1, "2026-10-10T18:00"),  # a Saturday worked for it
        ("2025-01-24T10:00", 2, "2025-01-27T18:00"),  # Sunday 26 January is worked
        ("2026-11-18T09:00", 0, "2026-11-18T18:00"),
        ("2026-11-21T09:00", 0, "2026-11-23T18:00"),
    ],
)
def test_due_instants(start, n, due):
    assert add_working_days(at(start), n, is_work) == at(due)


@given(moments, small)
def test_a_due_instant_is_the_close_of_a_working_day_and_later(start, n):
    due = add_working_days(start, n, is_work)
    assert is_work(local_day(due))
    assert due.astimezone(SHANGHAI).time() == time(18)
    assert due >= start


@given(moments, small, small)
def test_adding_in_two_steps_is_adding_once(start, a, b):
    once = add_working_days(start, a + b, is_work)
    assert add_working_days(add_working_days(start, a, is_work), b, is_work) == once


@given(moments, small)
def test_the_days_between_are_the_days_added(start, n):
    assert working_days_between(start, add_working_days(start, n, is_work), is_work) == n


@given(moments, moments, small)
def test_a_later_start_is_never_due_earlier(one, other, n):
    first, second = sorted((one, other))
    assert add_working_days(first, n, is_work) <= add_working_days(second, n, is_work)


@given(moments, small, moments, st.timedeltas(timedelta(0), timedelta(days=15)))
def test_a_stop_never_shortens(start, n, stopped, length):
    due = add_working_days(start, n, is_work)
    moved = extended(due, stopped, stopped + length, is_work)
    assert moved >= due
    assert is_work(local_day(moved))


@given(moments, small)
def test_the_zone_a_moment_is_written_in_does_not_matter(start, n):
    assert add_working_days(start.astimezone(UTC), n, is_work) == add_working_days(start, n, is_work)


def test_the_zone_of_the_process_does_not_matter():
    code = (
        "from datetime import datetime, UTC\n"
        "from app.rules.calendar import add_working_days\n"
        "print(add_working_days(datetime(2026, 11, 18, 20, tzinfo=UTC), 2, lambda d: d.weekday() < 5).isoformat())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True
        ).stdout
        for zone in ("UTC", "America/Los_Angeles", "Pacific/Kiritimati")
    }
    assert seen == {"2026-11-23T18:00:00+08:00\n"}


def test_remaining_for_display():
    due = at("2026-11-20T18:00")
    left = remaining(at("2026-11-18T10:00"), due, is_work)
    assert (left.working_days, left.time, left.overdue) == (2, timedelta(days=2, hours=8), False)
    late = remaining(at("2026-11-20T18:30"), due, is_work)
    assert (late.working_days, late.time, late.overdue) == (0, timedelta(minutes=30), True)
    assert not remaining(due, due, is_work).overdue


def test_a_naive_moment_a_negative_count_and_an_empty_table_are_errors():
    with pytest.raises(ValueError, match="time zone"):
        add_working_days(datetime(2026, 11, 18), 1, is_work)  # noqa: DTZ001
    with pytest.raises(ValueError, match="added"):
        add_working_days(at("2026-11-18T10:00"), -1, is_work)
    with pytest.raises(NoWorkingDay):
        add_working_days(at("2026-11-18T10:00"), 1, lambda _: False)
    with pytest.raises(ValueError, match="stop"):
        extended(at("2026-11-18T18:00"), at("2026-11-18T10:00"), at("2026-11-17T10:00"), is_work)


def test_the_closing_time_is_the_callers_to_set():
    early = calendar.add_working_days(at("2026-11-18T16:30"), 1, is_work, close=time(16))
    assert early == at("2026-11-20T16:00")
