"""Which days the figures of a start page cover: 7, 30 or 90, the last of them week by week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.rules.dates import today

PERIODS = (7, 30, 90)
DEFAULT = 30
_WEEKLY = 60  # from so many days on a column is a week


@dataclass(frozen=True, slots=True)
class Slot:
    """One column: a day, or the days of a week that lie in the period."""

    first: dt.date
    last: dt.date

    @property
    def label(self) -> str:
        return f"{self.first:%m-%d}"

    @property
    def name(self) -> str:
        """For the table: a week says where it ends."""
        return self.label if self.first == self.last else f"{self.first:%m-%d} – {self.last:%m-%d}"


@dataclass(frozen=True, slots=True)
class Span:
    """A period that ends today."""

    days: int
    first: dt.date
    last: dt.date

    @property
    def weekly(self) -> bool:
        return self.days > _WEEKLY

    def slots(self) -> list[Slot]:
        """The columns, oldest first."""
        step = dt.timedelta(days=7 if self.weekly else 1)
        found, day = [], self.first
        while day <= self.last:
            found.append(Slot(day, min(day + step - dt.timedelta(days=1), self.last)))
            day += step
        return found

    def summed(self, of_day: Callable[[dt.date], float]) -> list[float]:
        """A figure for each column, from a figure for each day."""
        return [
            sum(of_day(slot.first + dt.timedelta(days=n)) for n in range((slot.last - slot.first).days + 1))
            for slot in self.slots()
        ]


def span(args: Mapping[str, Any]) -> Span:
    """The period asked for; weeks begin on Monday."""
    wanted = str(args.get("days", ""))
    days = int(wanted) if wanted in {str(n) for n in PERIODS} else DEFAULT
    last = today()
    first = last - dt.timedelta(days=days - 1)
    if days > _WEEKLY:
        first -= dt.timedelta(days=first.weekday())
    return Span(days, first, last)
