"""When jobs run: what may be set, what counts, when the next run is."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.jobs import JOBS
from app.rules import job_times
from app.rules.dates import ZONE

NOW = datetime(2026, 11, 20, 23, 54, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("when", "own", "expected"),
    [
        ({"minute": "*/10"}, "", "2026-11-21T00:00"),
        ({"minute": "5-59/10"}, "", "2026-11-20T23:55"),
        ({"minute": "2-59/10"}, "", "2026-11-21T00:02"),
        ({"minute": "*/10"}, "60", "2026-11-21T00:00"),
        ({"minute": "*/10"}, "1", "2026-11-20T23:55"),
        ({"minutes": 1}, "20", "2026-11-21T00:00"),
        ({"hour": 3, "minute": 10}, "", "2026-11-21T03:10"),
        ({"hour": 3, "minute": 10}, "23:55", "2026-11-20T23:55"),
        ({"hour": 3, "minute": 10}, "23:54", "2026-11-21T23:54"),
        ({"minute": "*/10"}, "nonsense", "2026-11-21T00:00"),
    ],
)
def test_the_next_run(when, own, expected):
    found = job_times.next_run(job_times.in_force(when, own), NOW)
    assert found is not None
    assert found.strftime("%Y-%m-%dT%H:%M") == expected


def test_what_follows_no_clock_names_no_time():
    assert job_times.next_run({"seconds": 5}, NOW) is None


def test_the_next_run_is_the_schedulers_own():
    """The table says what APScheduler will do."""
    from apscheduler.triggers.cron import CronTrigger

    for job in JOBS.values():
        if job_times.trigger(job.when) == "cron":
            trigger = CronTrigger(timezone=ZONE, **job.when)
            assert job_times.next_run(job.when, NOW) == trigger.get_next_fire_time(None, NOW), job.name
