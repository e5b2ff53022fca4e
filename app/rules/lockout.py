"""How long somebody has to wait after wrong passwords or codes: longer with every further failure (standards.md 2.4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Final

LONGEST: Final = timedelta(days=1)
_DOUBLINGS: Final = 12  # beyond the longest anyway


def lock_of_account(failures: int, free: int, first: timedelta) -> timedelta:
    """Nothing below `free` failures in a row; then `first`, doubled with each failure after that."""
    return min(first * 2 ** min(failures - free, _DOUBLINGS), LONGEST) if failures >= free else timedelta(0)


def lock_of_address(lately: int, in_a_day: int, free: int, first: timedelta) -> timedelta:
    """Many people sit behind one address: `free` failures close together lock it, longer each time it happens in a day."""
    return min(first * 2 ** min(max(in_a_day // free - 1, 0), _DOUBLINGS), LONGEST) if lately >= free else timedelta(0)


def minutes_left(last: datetime | None, lock: timedelta, now: datetime) -> int:
    """Whole minutes until the lock ends, 0 where it has."""
    return 0 if last is None or not lock else max(0, ceil((last + lock - now) / timedelta(minutes=1)))
