"""What it takes to show a sealed value: a place under the limit, and a line of the ledger that says who, what and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models.review import ReviewEvent
from app.review import ledger
from app.rules.actor import Actor
from app.rules.refused import Refused
from app.rules.unmasking import LEAST, PER_HOUR

ACTION: Final = "unmask"
_LOCK: Final = 7_203_345  # two pages of one account count one after the other
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class What:
    """One value of one row, on one screen. `table` and `row` say whose it is, wherever it was shown."""

    screen: str
    table: str
    row: Any
    column: str
    region_code: str = ""
    kind: str = ""
    subject_id: int | None = None
    round_id: int | None = None


def note(session: Session, actor: Actor, what: What, reason: str, said: str) -> None:
    """Puts it on the ledger; the caller commits, and shows the value only then.

    Raises Refused: reason_missing, unmask_words, unmask_many.
    """
    if not reason:
        raise Refused("reason_missing", field="reason")
    if len(said.strip()) < LEAST:
        raise Refused("unmask_words", field="reason_text", least=LEAST)
    session.execute(select(func.pg_advisory_xact_lock(_LOCK, actor.account_id)))
    _under_the_limit(session, actor.account_id)
    facts = {
        "screen": what.screen, "table": what.table, "row": str(what.row), "column": what.column,
        "hat": actor.hat_id, "reason": reason, "words": said.strip(),
    }  # fmt: skip
    ledger.append(
        session, ACTION, actor, what.region_code or actor.region_code,
        kind=what.kind, subject_id=what.subject_id, round_id=what.round_id, facts=facts,
    )  # fmt: skip


def _under_the_limit(session: Session, account_id: int) -> None:
    recent = ReviewEvent.at > func.now() - _HOUR
    mine = (ReviewEvent.action == ACTION) & (ReviewEvent.actor_id == account_id)
    stmt = select(func.count(), func.extract("epoch", func.min(ReviewEvent.at) + _HOUR - func.now())).where(
        recent, mine
    )
    count, left = session.execute(stmt).one()
    if count >= PER_HOUR:
        raise Refused("unmask_many", limit=PER_HOUR, seconds=min(max(int(left), 1), int(_HOUR.total_seconds())))
