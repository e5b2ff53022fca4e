"""Due instants from the table of work days (review.md 7): one query for the window, the arithmetic is pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.reference import WorkDay
from app.rules.calendar import IsWork, NoWorkingDay, add_working_days, extended, local_day, working_days_between
from app.rules.refused import Refused

_SLACK = 70  # days beyond what is asked: longer than any rest period


def _window(session: Session, first: date, last: date) -> IsWork:
    rows = session.scalars(select(WorkDay.day).where(WorkDay.is_work, WorkDay.day.between(first, last)))
    worked = frozenset(rows)
    return worked.__contains__


def due_at(session: Session, start: datetime, working_days: int) -> datetime:
    """The close of the n-th working day after `start`. Raises Refused("calendar_missing") beyond the table."""
    first = local_day(start)
    is_work = _window(session, first, first + timedelta(days=working_days * 3 + _SLACK))
    try:
        return add_working_days(start, working_days, is_work)
    except NoWorkingDay as gap:
        raise Refused("calendar_missing", day=gap.day.isoformat()) from gap


def due_after_resubmission(session: Session, stopped: datetime, due: datetime, now: datetime) -> datetime:
    """What was left when the clock stopped, counted from `now`; at least one working day to read the new text."""
    first = min(local_day(stopped), local_day(now))
    left_at_most = max((local_day(due) - local_day(stopped)).days, 1)
    is_work = _window(session, first, max(local_day(due), local_day(now)) + timedelta(days=left_at_most * 3 + _SLACK))
    try:
        left = working_days_between(stopped, due, is_work)
        return add_working_days(now, max(1, left), is_work)
    except NoWorkingDay as gap:
        raise Refused("calendar_missing", day=gap.day.isoformat()) from gap


def due_after_stop(session: Session, due: datetime, stopped: datetime, resumed: datetime) -> datetime:
    """The due instant moved by the working days of the stop, never earlier."""
    first = min(local_day(stopped), local_day(due))
    length = max((local_day(resumed) - local_day(stopped)).days, 0)
    is_work = _window(session, first, max(local_day(due), local_day(resumed)) + timedelta(days=length + _SLACK))
    try:
        return extended(due, stopped, max(stopped, resumed), is_work)
    except NoWorkingDay as gap:
        raise Refused("calendar_missing", day=gap.day.isoformat()) from gap
