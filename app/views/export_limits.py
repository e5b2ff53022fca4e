"""How much may be exported, and how: parameters the system administrator sets for the whole platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.review.policy import number


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to `at_once` rows the file comes as the answer, up to `most` from a background task, of which a person has
    `tasks` at a time; the file is kept for `keep`."""

    at_once: int
    most: int
    tasks: int
    keep: timedelta


def limits(session: Any) -> Limits:
    """The limits in force."""
    keys = ("export_rows_at_once", "export_rows_most", "export_tasks_each", "export_file_hours")
    at_once, most, tasks, hours = (number(session, key, "") for key in keys)
    return Limits(min(at_once, most), most, tasks, timedelta(hours=hours))
