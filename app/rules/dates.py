"""The clock of the house: Asia/Shanghai, no daylight saving."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This instant, aware, in local time."""
    return datetime.now(ZONE)


def today() -> date:
    """The local day."""
    return now().date()
