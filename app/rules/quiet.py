"""Hours of the night in which nobody is disturbed by what can wait."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from app.rules.dates import ZONE


def not_before(now: datetime, begins: int, ends: int) -> datetime:
    """`now`, or the end of the quiet hours it lies in. `begins` and `ends` are hours of the day; equal: no quiet hours."""
    here = now.astimezone(ZONE)
    through_midnight = begins > ends
    quiet = (here.hour >= begins or here.hour < ends) if through_midnight else begins <= here.hour < ends
    if not quiet:
        return now
    day = here.date() + timedelta(days=1) if through_midnight and here.hour >= begins else here.date()
    return datetime.combine(day, time(ends % 24), ZONE)
