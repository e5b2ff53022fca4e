"""Quiet hours, also through midnight."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.rules.dates import ZONE
from app.rules.quiet import not_before


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("now", "begins", "ends", "then"),
    [
        (at(1, 21, 59), 22, 8, at(1, 21, 59)),
        (at(1, 22), 22, 8, at(2, 8)),
        (at(2, 7, 59), 22, 8, at(2, 8)),
        (at(2, 8), 22, 8, at(2, 8)),
        (at(2, 13, 30), 12, 14, at(2, 14)),
        (at(2, 23), 8, 8, at(2, 23)),
        (at(2, 23), 22, 0, at(3, 0)),
    ],
)
def test_what_can_wait_waits(now, begins, ends, then):
    assert not_before(now, begins, ends) == then
