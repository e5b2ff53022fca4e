"""What the logs amount to, month by month (by the clock in Shanghai): one statement over the four of them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import case, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.models.accounts import REFUSED_LOGINS, LoginEvent
from app.models.logs import RequestEvent
from app.models.review import ReviewEvent
from app.review.statistics import midnight

MONTHS: Final = 12
# What is counted of the logs as a whole; steps of the ledger are counted by kind.
LOGINS: Final = ("ok", "refused", "half")
REQUESTS: Final = ("done", "refused", "failed")
ROLE_STEPS: Final = ("hat_given", "hat_changed", "hat_confirmed")


def months_until(last: date, count: int = MONTHS) -> list[date]:
    """First days of so many months, the last of them that of the given day."""
    found = [last.replace(day=1)]
    while len(found) < count:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[::-1]


def after(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)


def counted(session: Session, months: list[date]) -> dict[tuple[str, str], Counter[date]]:
    """(log, what) -> how many in each month. Logs: logins, requests, steps."""
    first, until = midnight(months[0]), midnight(after(months[-1]))

    def part(name: str, at: Any, what: Any) -> Any:
        month = func.to_char(func.timezone("Asia/Shanghai", at), "YYYY-MM").label("month")
        columns = literal(name).label("log"), what.label("what"), month, func.count().label("n")
        return select(*columns).where(at >= first, at < until).group_by(what, month)

    refused = case((LoginEvent.outcome.in_(REFUSED_LOGINS), literal("refused")), else_=LoginEvent.outcome)
    parts = union_all(
        part("logins", LoginEvent.at, refused),
        part("requests", RequestEvent.at, RequestEvent.result),
        part("steps", ReviewEvent.at, ReviewEvent.action),
    )
    found: dict[tuple[str, str], Counter[date]] = {}
    for row in session.execute(parts):
        found.setdefault((row.log, row.what), Counter())[date.fromisoformat(f"{row.month}-01")] += row.n
    return found
