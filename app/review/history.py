"""The steps of a case as people read them: from the ledger, with words from seats and queries beside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.review import ReviewEvent, ReviewQuery, ReviewRound, ReviewSeat

# Steps whose reason is for the bureau only.
_INTERNAL: Final = frozenset({"transfer", "hold", "resume", "undo"})


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when, what, in which round, by whom (a reviewer's name is not told to the sender), with which words."""

    at: datetime
    action: str
    round_id: int
    round_no: int
    actor: str
    role: str
    state: str
    reason_codes: tuple[str, ...] = ()
    text: str = ""


def of_case(session: Session, case_id: int, *, internal: bool) -> list[Step]:
    """All steps in order; without `internal` as the sender may read them. Three statements."""
    rounds = {
        row.id: row.round_no
        for row in session.execute(select(ReviewRound.id, ReviewRound.round_no).where(ReviewRound.case_id == case_id))
    }
    events = session.execute(
        select(
            ReviewEvent.at,
            ReviewEvent.action,
            ReviewEvent.round_id,
            ReviewEvent.actor_role,
            ReviewEvent.body,
            User.first_name,
            User.last_name,
        )
        .outerjoin(User, User.id == ReviewEvent.actor_id)
        .where(ReviewEvent.round_id.in_(rounds))
        .order_by(ReviewEvent.id)
    ).all()
    words = _words(session, list(rounds))
    steps = [_step(event, rounds, words, internal=internal) for event in events]
    return [step for step in steps if internal or step.action not in _INTERNAL]


def _step(event: Any, rounds: Mapping[int, int], words: Mapping[tuple[str, int], str], *, internal: bool) -> Step:
    facts = json.loads(event.body)["facts"]
    text = facts.get("reason", "") if internal else ""
    if "seat" in facts:
        text = words.get(("seat", facts["seat"]), "")
    if "query" in facts:
        text = words.get(("answer" if event.action == "answer" else "query", facts["query"]), "")
    shown = internal or event.action in ("submit", "answer", "withdraw")
    name = f"{event.last_name or ''}{event.first_name or ''}" if shown else ""
    return Step(
        event.at,
        event.action,
        event.round_id,
        rounds[event.round_id],
        name,
        event.actor_role,
        facts.get("state", ""),
        tuple(facts.get("reasons", ())),
        text,
    )


def _words(session: Session, round_ids: list[int]) -> dict[tuple[str, int], str]:
    """The words of seats and queries; the ledger itself holds digests only."""
    found: dict[tuple[str, int], str] = {}
    for seat in session.execute(
        select(ReviewSeat.id, ReviewSeat.reason_text).where(ReviewSeat.round_id.in_(round_ids))
    ):
        found["seat", seat.id] = seat.reason_text
    queries = select(ReviewQuery.id, ReviewQuery.items, ReviewQuery.answer).where(ReviewQuery.round_id.in_(round_ids))
    for query in session.execute(queries):
        found["query", query.id] = "\n".join(str(item.get("text", "")) for item in query.items)
        found["answer", query.id] = query.answer
    return found
