"""Time left on the desk's items, in working days; hours on the last day, none while the clock stands."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.models.reference import WorkDay
from app.models.review import OPEN_STATES
from app.rules.calendar import SHANGHAI, IsWork, NoWorkingDay, local_day, remaining

SOON = 1  # working days left from which on an item stands out
_AHEAD = dt.timedelta(days=200)  # longer than any due date and the rest period after it
SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Sla:
    """Time left: class of the kit, short words for the list, long words for the heading, days for grouping.

    `days` is -1 when overdue, None where no clock runs.
    """

    cls: str
    short: str
    long: str
    days: int | None = None


@dataclass(slots=True)
class _Cache:
    """Worked days around today; read again after half a minute, or at once after a change in this process."""

    until: float = 0.0
    day: dt.date = dt.date.min
    worked: frozenset[dt.date] = frozenset()


_cache = _Cache()


@event.listens_for(WorkDay, "after_insert")
@event.listens_for(WorkDay, "after_update")
@event.listens_for(WorkDay, "after_delete")
def forget(*_more: object) -> None:
    """The next reader asks the database again."""
    _cache.until = 0.0


def work_days(session: Session, now: dt.datetime) -> IsWork:
    """Which days of the next months are worked; at most one statement."""
    today, clock = local_day(now), time.monotonic()
    if clock >= _cache.until or _cache.day != today:
        stmt = select(WorkDay.day).where(WorkDay.is_work, WorkDay.day.between(today, today + _AHEAD))
        _cache.worked, _cache.until, _cache.day = frozenset(session.scalars(stmt)), clock + SECONDS, today
    return _cache.worked.__contains__


def left(row: Any, now: dt.datetime, is_work: IsWork) -> Sla:
    """What is left for a round at `now`."""
    if row.state not in OPEN_STATES:
        return Sla("", "", "")
    if row.clock_stopped_at is not None:
        return Sla("", _("clock stopped"), _("The clock stands while the sender is asked or the item is on hold"))
    due = row.due_at.astimezone(SHANGHAI)
    until = _("due %(when)s", when=f"{due:%m-%d %H:%M}")
    try:
        rest = remaining(now, row.due_at, is_work)
    except NoWorkingDay:
        return Sla("soon", until, until, SOON)
    if rest.overdue:
        hours = int(rest.time.total_seconds() // 3600)
        late = (
            ngettext("%(num)s hour late", "%(num)s hours late", hours)
            if hours < 48
            else _("%(n)s days late", n=hours // 24)
        )
        return Sla("late", late, f"{late} · {until}", -1)
    if rest.working_days == 0:
        hours = max(1, int(rest.time.total_seconds() // 3600))
        words = ngettext("%(num)s hour left", "%(num)s hours left", hours)
        return Sla("late" if hours <= 4 else "soon", words, f"{words} · {until}", 0)
    words = ngettext("%(num)s working day left", "%(num)s working days left", rest.working_days)
    return Sla("soon" if rest.working_days <= SOON else "", words, f"{words} · {until}", rest.working_days)


def group_of(sla: Sla) -> str:
    """The heading an item stands under in the queue."""
    if sla.days is None:
        return _("Clock stopped")
    if sla.days < 0:
        return _("Overdue")
    return _("Due soon") if sla.days <= SOON else _("Within %(n)s working days", n=sla.days)
