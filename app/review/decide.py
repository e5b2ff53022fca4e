"""The decision of a round: one transaction that is fenced by version, epoch, lease and digest (review.md 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.models.review import OPEN_STATES, VERDICTS, ReviewQuery, ReviewRound, ReviewSeat
from app.review import door, evidence, idempotency, queue, reasons, rounds, sight
from app.review.canonical import sha256
from app.review.desk import Outcome
from app.review.kinds import KINDS
from app.review.kinds.base import Approved, Kind, Subject
from app.review.pause import answer, ask, hold, resume, wake
from app.review.reasons import Grounds
from app.review.sight import CLAIMABLE
from app.review.transaction import one
from app.review.undo import UNDO_SECONDS, undo
from app.rules.actor import Actor
from app.rules.calendar import local_day
from app.rules.findings import Severity
from app.rules.lifecycle import DECIDER
from app.rules.refused import Refused

__all__ = ["UNDO_SECONDS", "answer", "ask", "batch", "decide", "hold", "resume", "undo", "wake"]

_STATE_AFTER: Final = {"approve": "approved", "return": "need_info", "reject": "rejected"}
_TEMPLATE: Final = {"approve": "round_approved", "return": "round_returned", "reject": "round_rejected"}
LONGEST_LOOK: Final = 1800  # seconds; whoever needs more was not looking all the time (docs/decisions/0011)
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


def decide(
    session: Session,
    actor: Actor,
    round_id: int,
    verdict: str,
    *,
    version: int,
    epoch: int,
    digest: str,
    reason_codes: str | Iterable[str] = (),
    reason_text: str = "",
    acknowledged: Iterable[str] = (),
    idempotency_key: str | None = None,
    undo_seconds: int = UNDO_SECONDS,
    timed: bool = True,
) -> dict[str, Any]:
    """Decides a round once and answers {"id", "state", "version"}; a repeated key answers the same again.

    Raises Refused: not_found, own_matter, wrong_state (with state), stale (with what changed), lease_lost,
    second_seat, reason_missing, bad_value, idempotency_conflict.
    """
    if verdict not in VERDICTS:
        raise Refused("bad_value", field="verdict")
    idempotency.check_key(idempotency_key)
    said = Verdict(
        round_id,
        verdict,
        version,
        epoch,
        digest,
        reasons.one_or_many(reason_codes),
        reasons.clean_text(reason_text),
        tuple(sorted(set(acknowledged))),
        timed,
    )
    try:
        with one(session):
            return _decide(session, actor, said, idempotency_key, undo_seconds)
    except idempotency.Replayed as before:
        return before.answer


def _decide(session: Session, actor: Actor, said: Verdict, key: str | None, undo_seconds: int) -> dict[str, Any]:
    seized = _seize(session, actor, said)
    if seized is None:
        known = idempotency.known_answer(session, actor, key, said.request())
        if known is not None:
            raise idempotency.Replayed(known)
        raise _why_not(session, actor, said)
    row = seized.ReviewRound
    kind = KINDS[row.kind]
    grounds = _grounds(session, kind, row, said)
    subject = door.lock_subject(session, kind, row.subject_id)
    memory = door.remember(kind, session, subject, is_change=row.is_change)
    _carry_out(session, kind, subject, seized, said)
    session.flush()
    seat_id = _take_seat(session, actor, row, said, grounds, {**memory, "version_after": subject.version})
    if said.word == "return":
        session.add(
            ReviewQuery(round_id=row.id, asked_by_id=actor.account_id, is_return=True, items=_deficiencies(grounds))
        )
        session.flush()
    outcome = {"id": row.id, "state": row.state, "version": row.version}
    idempotency.keep(session, actor, key, said.request(), outcome)
    rounds.notify(
        session,
        kind,
        subject,
        row,
        _TEMPLATE[said.word],
        {
            "reasons": list(grounds.items),
            "reason_text": grounds.text,
            "decided_at": row.decided_at or row.clock_stopped_at,
        },
        dedupe=f"{row.id}:{seat_id}",
        delay_seconds=undo_seconds,
    )
    rounds.record(session, said.word, actor, row, _facts(said, grounds, subject, seat_id))
    return outcome


def _seize(session: Session, actor: Actor, said: Verdict) -> Any:
    """The one conditional write that makes a decision possible; no row means that something is no longer so."""
    now = func.clock_timestamp()
    terminal = said.word != "return"
    return session.execute(
        update(ReviewRound)
        .where(
            ReviewRound.id == said.round_id,
            ReviewRound.state.in_(CLAIMABLE),
            ReviewRound.version == said.version,
            ReviewRound.epoch == said.epoch,
            sight.held_by(actor),
            ReviewRound.evidence_digest == said.digest,
            ReviewRound.seats_needed == 1,
            sight.in_scope(actor),
            sight.unbiased(actor),
            sight.unseated(actor),
        )
        .values(
            state=_STATE_AFTER[said.word],
            version=ReviewRound.version + 1,
            lease_until=None,
            holder_id=None,
            decided_at=now if terminal else None,
            clock_stopped_at=None if terminal else now,
        )
        .returning(
            ReviewRound,
            evidence.content_of(ReviewRound.evidence_digest).label("content"),
            evidence.content_of(ReviewRound.base_digest).label("base"),
        )
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()


def _why_not(session: Session, actor: Actor, said: Verdict) -> Refused:
    """Which condition failed, in the order in which it matters to the reviewer."""
    row = queue.fetch(session, actor, said.round_id)
    if sight.concerns(actor, row):
        return Refused("own_matter")
    if row.state == "superseded":
        return _superseded(session, row)
    if row.state not in CLAIMABLE:
        return Refused("wrong_state", state=row.state, version=row.version)
    if row.version != said.version or row.evidence_digest != said.digest:
        return Refused("stale", state=row.state, version=row.version, digest=row.evidence_digest, changed=[])
    if row.seats_needed != 1:
        return Refused("second_seat", seats=row.seats_needed)
    return Refused("lease_lost", epoch=row.epoch)


def _superseded(session: Session, row: Any) -> Refused:
    """The sender changed the text meanwhile: what differs, and in which round it now stands."""
    later = session.execute(
        select(ReviewRound.id, ReviewRound.evidence_digest, ReviewRound.state)
        .where(ReviewRound.case_id == row.case_id, ReviewRound.id > row.id)
        .order_by(ReviewRound.state.in_(OPEN_STATES).desc(), ReviewRound.id.desc())
        .limit(1)
    ).one_or_none()
    if later is None:
        return Refused("stale", state=row.state, version=row.version, digest=row.evidence_digest, changed=[])
    both = evidence.fetch(session, [row.evidence_digest, later.evidence_digest])
    changed = KINDS[row.kind].changed(both.get(row.evidence_digest, {}), both.get(later.evidence_digest, {}))
    return Refused(
        "stale",
        state=row.state,
        version=row.version,
        digest=later.evidence_digest,
        changed=sorted(changed),
        superseded_by=later.id,
    )


def _grounds(session: Session, kind: Kind, row: Any, said: Verdict) -> Grounds:
    """Reasons of a return or rejection; to approve over a HIGH finding, each is ticked or a reason given."""
    if said.word != "approve":
        return reasons.grounds(session, kind.key, said.reason_codes, said.reason_text)
    high = {found["code"] for found in row.checks if found["severity"] == Severity.HIGH.value}
    if high - set(said.acknowledged) and not said.reason_text:
        raise Refused("reason_missing", field="reason_text", findings=sorted(high - set(said.acknowledged)))
    return Grounds((), said.reason_text, ())


def _carry_out(session: Session, kind: Kind, subject: Subject, seized: Any, said: Verdict) -> None:
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
        door.set_status(kind, subject, target)
    if said.word == "approve":
        approved = Approved(row.is_change, local_day(now), seized.content or {}, seized.base or {})
        if (row.is_change or kind.replaces) and not approved.evidence:
            raise Refused("stale", state=row.state, version=row.version)
        kind.apply(session, subject, approved)
    subject.decided_at = now


def _take_seat(
    session: Session, actor: Actor, row: Any, said: Verdict, grounds: Grounds, memory: Mapping[str, Any]
) -> int:
    seat = ReviewSeat(
        round_id=row.id,
        seat_no=1,
        reviewer_id=actor.account_id,
        verdict=said.word,
        digest=said.digest,
        reason_codes=list(grounds.codes),
        reason_text=grounds.text,
        acknowledged=list(said.acknowledged),
        seconds=_seconds(row) if said.timed else None,
        decided_at=row.decided_at or row.clock_stopped_at,
        before=dict(memory),
    )
    session.add(seat)
    session.flush()
    return int(seat.id)


def _seconds(row: Any) -> int | None:
    """From opening the item to the verdict, in whole seconds; None where nobody knows."""
    if row.claimed_at is None:
        return None
    spent = ((row.decided_at or row.clock_stopped_at) - row.claimed_at).total_seconds()
    return min(max(round(spent), 0), LONGEST_LOOK)


def _deficiencies(grounds: Grounds) -> list[dict[str, Any]]:
    """The complete list sent to the applicant (一次性告知)."""
    return [{**item, "text": grounds.text if number == 0 else ""} for number, item in enumerate(grounds.items)]


def _facts(said: Verdict, grounds: Grounds, subject: Subject, seat_id: int) -> dict[str, Any]:
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


def batch(
    session: Session, actor: Actor, items: Sequence[tuple[Any, ...]], *, undo_seconds: int = UNDO_SECONDS
) -> list[Outcome]:
    """Approves all-green rounds that need one seat, each by itself with its own version and digest (invariant 13).

    Items are (id, version, digest) or (id, version, epoch, digest); without an epoch the round is claimed first.
    """
    return [_batch_one(session, actor, item, undo_seconds) for item in items]


def _batch_one(session: Session, actor: Actor, item: tuple[Any, ...], undo_seconds: int) -> Outcome:
    round_id, version, *epochs, digest = item
    epoch = epochs[0] if epochs else None
    claimed = False
    try:
        _require_green(session, actor, round_id)
        if epoch is None:
            epoch, claimed = queue.claim(session, actor, round_id).epoch, True
        decide(
            session, actor, round_id, "approve", version=version, epoch=epoch, digest=digest,
            undo_seconds=undo_seconds, timed=False,
        )  # fmt: skip
        return Outcome(round_id, True)
    except Refused as refusal:
        if claimed:
            queue.release(session, actor, round_id)
        return Outcome(round_id, False, refusal.code, {**refusal.facts, "field": refusal.field})


def _require_green(session: Session, actor: Actor, round_id: int) -> None:
    row = session.execute(
        sight.visible(actor)
        .where(ReviewRound.id == round_id)
        .with_only_columns(ReviewRound.all_green, ReviewRound.seats_needed)
    ).one_or_none()
    if row is None:
        raise Refused("not_found")
    if not row.all_green or row.seats_needed != 1:
        raise Refused("not_all_green")
