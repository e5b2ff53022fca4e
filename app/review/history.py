"""The steps of a case as people read them: from the ledger, with words from seats and queries beside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import cast, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.models.review import ReviewEvent, ReviewQuery, ReviewRound, ReviewSeat
from app.review.kinds import KINDS

# Steps whose reason is for the bureau only.
_INTERNAL: Final = frozenset({"transfer", "hold", "resume", "undo", "endorse", "recount", "escalate"})
# Opening and leaving an item is on record, but tells nobody anything about the case.
_UNTOLD: Final = ("claim", "release")
# Moves of the sender that close or open a round: the round tells of them.
_OF_A_ROUND: Final = frozenset({"submit", "withdraw"})


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when, what, in which round, by whom (a reviewer's name is not told to the sender), with which words.

    `round_no` 0: a move of what was approved, outside any round, such as a freeze, a revocation, an end by the clock.
    """

    at: datetime
    action: str
    round_id: int
    round_no: int
    actor: str
    role: str
    state: str
    reason_codes: tuple[str, ...] = ()
    text: str = ""
    alone: bool = False  # one decided where more should have agreed


def of_case(session: Session, row: ReviewRound, *, internal: bool) -> list[Step]:
    """All steps of the case of a round, and the moves of its subject, in order. Two statements.

    Without `internal` as the sender may read them.
    """
    moves = [one.name for one in KINDS[row.kind].lifecycle.moves if not one.verdict and one.name not in _OF_A_ROUND]
    moved = select(ReviewEvent.id).where(
        ReviewEvent.round_id.is_(None),
        ReviewEvent.subject_id == row.subject_id,
        ReviewEvent.kind == row.kind,
        ReviewEvent.action.in_(moves),
    )
    rounds = select(ReviewRound.id).where(ReviewRound.case_id == row.case_id)
    told = select(ReviewEvent.id).where(ReviewEvent.round_id.in_(rounds), ReviewEvent.action.not_in(_UNTOLD))
    events = session.execute(
        select(
            ReviewEvent.at,
            ReviewEvent.action,
            ReviewEvent.round_id,
            ReviewRound.round_no,
            ReviewEvent.actor_role,
            ReviewEvent.body,
            User.first_name,
            User.last_name,
        )
        .outerjoin(ReviewRound, ReviewRound.id == ReviewEvent.round_id)
        .outerjoin(User, User.id == ReviewEvent.actor_id)
        .where(ReviewEvent.id.in_(union_all(told, moved)))
        .order_by(ReviewEvent.id)
    ).all()
    words = _words(session, row.case_id)
    steps = [_step(event, words, internal=internal) for event in events]
    return [step for step in steps if internal or not step.round_no or step.action not in _INTERNAL]


def _step(event: Any, words: Mapping[tuple[str, int], str], *, internal: bool) -> Step:
    facts = json.loads(event.body)["facts"]
    # The ground of a move is written for the other side, too; that of a transfer or a hold is not.
    text = facts.get("reason", "") if internal or event.round_id is None else ""
    if "seat" in facts:
        # Why something grave was let pass is for the bureau; a return or a rejection is explained to the sender.
        text = words.get(("seat", facts["seat"]), "") if internal or event.action != "approve" else ""
    if "query" in facts:
        text = words.get(("answer" if event.action == "answer" else "query", facts["query"]), "")
    shown = internal or event.action in ("submit", "answer", "withdraw")
    name = f"{event.last_name or ''}{event.first_name or ''}" if shown else ""
    return Step(
        event.at,
        event.action,
        event.round_id or 0,
        event.round_no or 0,
        name,
        event.actor_role,
        facts.get("state", ""),
        tuple(facts.get("reasons", ())),
        text,
        internal and facts.get("seats_set", 0) > facts.get("seats", 0),
    )


def _words(session: Session, case_id: int) -> dict[tuple[str, int], str]:
    """The words of seats and queries, in one statement; the ledger itself holds digests only."""
    rounds = select(ReviewRound.id).where(ReviewRound.case_id == case_id)
    seats = select(
        literal("seat").label("of"),
        ReviewSeat.id,
        ReviewSeat.reason_text.label("text"),
        cast(null(), JSONB).label("items"),
    )
    queries = select(literal("query"), ReviewQuery.id, ReviewQuery.answer, ReviewQuery.items)
    rows = session.execute(
        union_all(seats.where(ReviewSeat.round_id.in_(rounds)), queries.where(ReviewQuery.round_id.in_(rounds)))
    )
    found: dict[tuple[str, int], str] = {}
    for row in rows:
        if row.of == "seat":
            found["seat", row.id] = row.text
        else:
            found["query", row.id] = "\n".join(str(item.get("text", "")) for item in row.items)
            found["answer", row.id] = row.text
    return found
