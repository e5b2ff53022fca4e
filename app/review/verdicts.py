"""What a verdict does to a round and its subject, and what it leaves on record: the same alone and in a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from app.models.review import ReviewSeat
from app.review import door, reasons
from app.review.canonical import sha256
from app.review.kinds.base import Approved, Kind, Subject
from app.review.outbox import Notice
from app.review.reasons import Grounds
from app.review.rounds import notice_of
from app.rules.actor import Actor
from app.rules.calendar import local_day
from app.rules.findings import Severity, is_grave
from app.rules.lifecycle import DECIDER
from app.rules.refused import Refused

STATE_AFTER: Final = {"approve": "approved", "return": "need_info", "reject": "rejected"}
LONGEST_LOOK: Final = 1800  # seconds; whoever needs more was not looking all the time (docs/decisions/0011)
ENDORSE: Final = "endorse"  # step of the case: an approval that somebody else must confirm
_TEMPLATE: Final = {"approve": "round_approved", "return": "round_returned", "reject": "round_rejected"}
_EDIT_STATE_AFTER: Final = {"approve": "", "return": "returned", "reject": "rejected"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reviewer says, and what was on the screen when it was said."""

    round_id: int
    word: str
    version: int
    epoch: int
    digest: str
    reason_codes: tuple[str, ...] = ()
    reason_text: str = ""
    acknowledged: tuple[str, ...] = ()
    timed: bool = True  # False in a batch: one look at many items is no time spent on each

    def request(self) -> dict[str, Any]:
        """The request as the idempotency key remembers it."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "timed"}


def grounds_of(session: Session, kind: Kind, row: Any, said: Verdict) -> Grounds:
    """Reasons of a return or rejection.

    To approve over a HIGH finding each is ticked and a ground given (standards.md 3); so is one by whoever decides
    alone what two should have agreed to.
    """
    if said.word != "approve":
        return reasons.grounds(session, kind.key, said.reason_codes, said.reason_text)
    high = {found["code"] for found in row.checks if found["severity"] == Severity.HIGH.value}
    unseen = sorted(high - set(said.acknowledged))
    grave = any(is_grave(found["code"], found["severity"]) for found in row.checks)
    if unseen or ((grave or row.alone) and not said.reason_text):
        raise Refused("reason_missing", field="reason_text", findings=unseen, alone=row.alone)
    return Grounds((), said.reason_text, ())


def carry_out(session: Session, kind: Kind, subject: Subject, seized: Any, said: Verdict) -> None:
    """Changes the subject as the verdict says; of live content only the waiting edit."""
    row = seized.ReviewRound
    now: datetime = row.decided_at or row.clock_stopped_at
    if row.is_change:
        if subject.edit_state != "pending":
            raise Refused("wrong_state", state=subject.edit_state)
        door.set_edit(subject, _EDIT_STATE_AFTER[said.word], None if said.word == "approve" else subject.edit_content)
    else:
        target = kind.lifecycle.next(
            subject.status, said.word, {DECIDER}, said.reason_text or ",".join(said.reason_codes)
        )
        door.set_status(kind, subject, target, now)
    if said.word == "approve":
        approved = Approved(row.is_change, local_day(now), seized.content or {}, seized.base or {})
        if (row.is_change or kind.replaces) and not approved.evidence:
            raise Refused("stale", state=row.state, version=row.version)
        kind.apply(session, subject, approved)
    subject.decided_at = now


def rehearse(session: Session, kind: Kind, subject: Subject, seized: Any) -> None:
    """What cannot be approved is refused at the first seat, not at the last: applied, and taken back at once."""
    approved = Approved(seized.ReviewRound.is_change, local_day(seized.now), seized.content or {}, seized.base or {})
    with session.begin_nested() as trial:
        kind.apply(session, subject, approved)
        session.flush()
        trial.rollback()


def seat_of(
    actor: Actor,
    row: Any,
    said: Verdict,
    grounds: Grounds,
    memory: Mapping[str, Any],
    *,
    number: int = 1,
    at: Any = None,
) -> ReviewSeat:
    """The verdict as it stays on record, with what an undo would bring back. `at`: when, where the round is not decided."""
    when: datetime = row.decided_at or row.clock_stopped_at or at
    return ReviewSeat(
        round_id=row.id,
        seat_no=number,
        reviewer_id=actor.account_id,
        verdict=said.word,
        digest=said.digest,
        reason_codes=list(grounds.codes),
        reason_text=grounds.text,
        acknowledged=list(said.acknowledged),
        seconds=_seconds(row, when) if said.timed else None,
        decided_at=when,
        before=dict(memory),
    )


def _seconds(row: Any, when: datetime) -> int | None:
    """From opening the item to the verdict, in whole seconds; None where nobody knows."""
    if row.claimed_at is None:
        return None
    spent = (when - row.claimed_at).total_seconds()
    return min(max(round(spent), 0), LONGEST_LOOK)


def deficiencies(grounds: Grounds) -> list[dict[str, Any]]:
    """The complete list sent to the applicant (一次性告知)."""
    return [{**item, "text": grounds.text if number == 0 else ""} for number, item in enumerate(grounds.items)]


def facts_of(said: Verdict, grounds: Grounds, subject: Subject, seat_id: int) -> dict[str, Any]:
    """For the ledger: the reviewer's own words by digest only."""
    return {
        "digest": said.digest,
        "epoch": said.epoch,
        "seat": seat_id,
        "status": subject.status,
        "reasons": list(grounds.codes),
        "text_digest": sha256(grounds.text) if grounds.text else "",
        "acknowledged": list(said.acknowledged),
    }


def notice(kind: Kind, subject: Subject, row: Any, said: Verdict, grounds: Grounds, seat_id: int) -> Notice:
    """What the sender's side is told."""
    facts = {
        "reasons": list(grounds.items),
        # Why something grave was let pass, or decided alone, is the bureau's own record.
        "reason_text": "" if said.word == "approve" else grounds.text,
        "decided_at": row.decided_at or row.clock_stopped_at,
    }
    return notice_of(kind, subject, row, _TEMPLATE[said.word], facts, dedupe=f"{row.id}:{seat_id}")
