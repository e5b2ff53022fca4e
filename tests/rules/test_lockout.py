"""How long a lockout lasts."""

from datetime import UTC, datetime, timedelta

import pytest

from app.rules.lockout import lock_of_account, lock_of_address, minutes_left

FIRST, NOW = timedelta(minutes=30), datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (10, 960), (11, 1440), (10_000, 1440)]
)
def test_an_account_waits_longer_with_every_failure(failures, minutes):
    assert lock_of_account(failures, 5, FIRST) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("lately", "in_a_day", "minutes"),
    [(29, 500, 0), (30, 30, 30), (30, 59, 30), (31, 60, 60), (40, 90, 120), (30, 9000, 1440)],
)
def test_an_address_waits_longer_each_time_it_happens(lately, in_a_day, minutes):
    assert lock_of_address(lately, in_a_day, 30, FIRST) == timedelta(minutes=minutes)


@pytest.mark.parametrize(("ago", "left"), [(0, 30), (29 * 60 + 30, 1), (30 * 60, 0), (3600, 0)])
def test_what_is_left_is_told_in_whole_minutes(ago, left):
    assert minutes_left(NOW - timedelta(seconds=ago), FIRST, NOW) == left
    assert minutes_left(None, FIRST, NOW) == 0
    assert minutes_left(NOW, timedelta(0), NOW) == 0
