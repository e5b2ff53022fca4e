"""The logs of logins and requests against the ledger: what is sealed there neither changes nor goes before its time.

Now and then the lines written since the last seal are put under one digest, which becomes an event of the ledger: action,
number of the last line (subject), first line, count, SHA-256. Lines whose time is over are purged in whole seals, on the
ledger too. Whoever changes, adds or takes a line is named by the next verification.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from app.models.accounts import LoginEvent
from app.models.logs import RequestEvent
from app.models.review import ReviewEvent
from app.review import ledger
from app.review.canonical import canonical
from app.review.ledger import BadEvent, chain_of
from app.rules.actor import CLOCK

# A line gets its number before it is visible to others: what is younger may still have company coming.
SETTLED: Final = timedelta(minutes=10)
LEAST_DAYS: Final = 183  # 网络安全法: six months; the database refuses to delete anything younger
_PAGE: Final = 2000


@dataclass(frozen=True, slots=True)
class Log:
    """One sealed log; `columns` are those under every digest."""

    name: str
    model: Any
    columns: tuple[str, ...]
    later: tuple[str, ...] = ()  # columns that came later: a seal names those of them that it is over

    @property
    def sealed(self) -> str:
        """The action of a seal on the ledger."""
        return f"seal_{self.name}"

    @property
    def purged(self) -> str:
        """The action of a purge on the ledger."""
        return f"purge_{self.name}"


LOGS: Final = (
    Log("logins", LoginEvent, ("id", "at", "user_name", "address", "outcome")),
    Log(
        "requests",
        RequestEvent,
        ("id", "at", "account_id", "role", "hat_id", "screen", "step", "row_key", "address", "result", "status", "request_id"),
        ("place",),
    ),
)  # fmt: skip


def _lines(session: Session, log: Log, first: int, last: int, later: Collection[str]) -> Iterator[Row[Any]]:
    """The lines of a range in order, page by page."""
    table = log.model.__table__.c
    names = (*log.columns, *(name for name in log.later if name in later))
    stmt = select(*(table[name] for name in names)).where(table.id <= last).order_by(table.id).limit(_PAGE)
    after = first - 1
    while page := session.execute(stmt.where(table.id > after)).all():
        yield from page
        after = page[-1].id


def digest(session: Session, log: Log, first: int, last: int, later: Collection[str]) -> tuple[int, str]:
    """How many lines a range has, and the SHA-256 of their canonical text; `later`: of the columns that came later."""
    found, count = hashlib.sha256(), 0
    for row in _lines(session, log, first, last, later):
        found.update(canonical(dict(row._mapping)).encode() + b"\n")
        count += 1
    return count, found.hexdigest()


def _told(session: Session, action: str) -> int:
    """The highest line that the ledger speaks of under this action."""
    return session.scalar(select(func.max(ReviewEvent.subject_id)).where(ReviewEvent.action == action)) or 0


def seal(session: Session) -> int:
    """Seals what has settled since the last time; how many lines."""
    total = 0
    for log in LOGS:
        first = _told(session, log.sealed) + 1
        settled = log.model.at < func.now() - SETTLED
        last = session.scalar(select(func.max(log.model.id)).where(log.model.id >= first, settled))
        if last is None:
            continue
        count, found = digest(session, log, first, last, log.later)
        facts = {"first": first, "lines": count, "sha256": found, **({"with": list(log.later)} if log.later else {})}
        ledger.append(session, log.sealed, CLOCK, "", subject_id=last, facts=facts)
        session.commit()
        total += count
    return total


def purge(session: Session, days: int) -> int:
    """Deletes lines whose time is over, in whole seals; how many. Never what is younger than the law asks for."""
    total, over = 0, func.now() - timedelta(days=max(days, LEAST_DAYS))
    for log in LOGS:
        young = session.scalar(select(func.min(log.model.id)).where(log.model.at >= over))
        sealed = select(func.max(ReviewEvent.subject_id)).where(ReviewEvent.action == log.sealed)
        last = session.scalar(sealed.where(ReviewEvent.subject_id < young) if young is not None else sealed) or 0
        if last <= _told(session, log.purged):
            continue
        old = delete(log.model).where(log.model.id <= last).execution_options(synchronize_session=False)
        done: Any = session.execute(old)
        gone = int(done.rowcount)
        ledger.append(session, log.purged, CLOCK, "", subject_id=last, facts={"lines": gone})
        session.commit()
        total += gone
    return total


def first_untrue(session: Session) -> BadEvent | None:
    """The first seal that its lines do not bear out; `why`: log."""
    return next((bad for log in LOGS if (bad := _untrue(session, log)) is not None), None)


def _holds(session: Session, log: Log, facts: dict[str, Any], last: int) -> bool:
    return digest(session, log, facts["first"], last, facts.get("with", ())) == (facts["lines"], facts["sha256"])


def _untrue(session: Session, log: Log) -> BadEvent | None:
    event = ReviewEvent.__table__.c
    stmt = select(event.chain, event.seq, event.id, event.subject_id, event.body).where(event.action == log.sealed)
    before, gone = 0, _told(session, log.purged)
    for row in session.execute(stmt.order_by(event.id)).all():
        facts, last = json.loads(row.body)["facts"], row.subject_id
        whole = facts["first"] == before + 1
        kept = last <= gone or _holds(session, log, facts, last)
        if not (whole and kept):
            return BadEvent(row.chain, row.seq, row.id, "log")
        before = last
    stray = session.scalar(select(log.model.id).where(log.model.id <= gone).limit(1))
    return None if stray is None else BadEvent(chain_of(""), 0, None, "log")
