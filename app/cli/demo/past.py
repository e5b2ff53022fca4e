"""The month before the demo world was loaded: the database's clock, set by the loader while it works.

Rounds, verdicts, due dates and the ledger all take their time from the database. For the transaction of the loading,
functions of the same name in a schema that is searched first stand in for its clock, so that what is loaded has a
past that agrees with itself. The schema goes before the transaction ends.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from app.models.reference import WorkDay
from app.review.kinds import KINDS
from app.rules.dates import ZONE

DAYS = 30
OPENS, CLOSES = time(8, 50), time(17, 30)
_SETTING = "gongjiu.demo_now"
_STAND_INS = (
    "CREATE SCHEMA demo_clock",
    *(
        f"CREATE FUNCTION demo_clock.{name}() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
        f" $$ SELECT current_setting('{_SETTING}')::timestamptz $$"
        for name in ("now", "clock_timestamp", "statement_timestamp", "transaction_timestamp")
    ),
)


class Past:
    """A clock that goes forward through the office hours of the last month, as fast as the loader works."""

    def __init__(self, session: Session) -> None:
        self.session, self.random = session, Random("demo-past")
        end = datetime.now(ZONE) - timedelta(minutes=2)
        self._hours = self._office_hours(end)
        self.now = self._hours[0][0]
        self._path = ""

    def _office_hours(self, end: datetime) -> list[tuple[datetime, datetime]]:
        first = end.date() - timedelta(days=DAYS)
        days = self.session.scalars(
            select(WorkDay.day).where(WorkDay.is_work, WorkDay.day.between(first, end.date())).order_by(WorkDay.day)
        )
        hours = [(datetime.combine(day, OPENS, ZONE), datetime.combine(day, CLOSES, ZONE)) for day in days]
        return [(opens, min(closes, end)) for opens, closes in hours if opens < end]

    def __enter__(self) -> Past:
        for statement in _STAND_INS:
            self.session.execute(text(statement))
        self._path = self.session.scalar(select(func.current_setting("search_path")))
        self._tell()
        self._search(f"demo_clock, pg_catalog, {self._path}")
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self._search(self._path)
            self._begun_before_sent()
            self.session.execute(text("DROP SCHEMA demo_clock CASCADE"))

    def _search(self, path: str) -> None:
        self.session.execute(select(func.set_config("search_path", path, True)))

    def _tell(self) -> None:
        self.session.execute(select(func.set_config(_SETTING, self.now.isoformat(), True)))
        self.session.commit()  # a transaction that is rolled back would turn the clock back as well

    def go_to(self, share: float) -> None:
        """To this share of the whole past, in office hours; never back."""
        lengths = [closes - opens for opens, closes in self._hours]
        rest = sum(lengths, timedelta()) * min(max(share, 0.0), 1.0)
        at = self._hours[-1][1]
        for (opens, _closes), length in zip(self._hours, lengths, strict=True):
            if rest <= length:
                at = opens + rest
                break
            rest -= length
        self.now = max(self.now + timedelta(seconds=1), at)
        self._tell()

    def work(self, low: float, high: float) -> None:
        """Some minutes go by, but not beyond the end of the past."""
        at = self.now + timedelta(minutes=self.random.uniform(low, high))
        self.now = max(self.now + timedelta(milliseconds=1), min(at, self._hours[-1][1]))
        self._tell()

    def _begun_before_sent(self) -> None:
        """Defaults of columns keep to the true clock: nothing may have been begun after it was sent in."""
        tables: set[Any] = {inspect(kind.model).local_table for kind in KINDS.values()}
        for table in sorted(tables, key=lambda one: str(one.name)):
            begun = table.c.submitted_at - timedelta(minutes=25)
            stmt = table.update().where(table.c.submitted_at < table.c.created_on).values(created_on=begun)
            self.session.execute(stmt)
