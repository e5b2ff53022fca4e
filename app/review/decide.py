"""The decision of a round: one transaction that is fenced by version, epoch, lease and digest (review.md 5)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Integer, String, Update, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from app.models.review import OPEN_STATES, VERDICTS, ReviewQuery, ReviewRound
from app.review import door, evidence, idempotency, queue, reasons, rounds, sight
from app.review.kinds import KINDS
from app.review.kinds.unit_owners import owners_of_round
from app.review.outbox import enqueue
from app.review.pause import answer, ask, hold, resume, wake
from app.review.sight import CLAIMABLE
from app.review.transaction import one
from app.review.undo import UNDO_SECONDS, undo
from app.review.verdicts import (
    ENDORSE,
    STATE_AFTER,
    Verdict,
    carry_out,
    deficiencies,
    facts_of,
    grounds_of,
    notice,
    rehearse,
    seat_of,
)
from app.rules.actor import Actor
from app.rules.refused import Refused

__all__ = ["ENDORSE", "UNDO_SECONDS", "answer", "ask", "decide", "hold", "resume", "undo", "wake"]


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
    seated, reason_missing, bad_value, idempotency_conflict.
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
    grounds = grounds_of(session, kind, row, said)
    subject = door.lock_subject(session, kind, row.subject_id)
    endorsed = row.state == "second"  # not the last seat: on record, and nothing else happens yet
    memory = {} if endorsed else door.remember(kind, session, subject, is_change=row.is_change)
    if endorsed:
        rehearse(session, kind, subject, seized)
    else:
        carry_out(session, kind, subject, seized, said)
        session.flush()
    memory = {**memory, "version_after": subject.version}
    seat = seat_of(actor, row, said, grounds, memory, number=seized.seated + 1, at=seized.now)
    session.add(seat)
    session.flush()
    if said.word == "return":
        items = deficiencies(grounds)
        session.add(ReviewQuery(round_id=row.id, asked_by_id=actor.account_id, is_return=True, items=items))
        session.flush()
    outcome = {"id": row.id, "state": row.state, "version": row.version}
    idempotency.keep(session, actor, key, said.request(), outcome)
    if not endorsed:
        told = rounds.told(session, kind, subject, row, seized.owners or ())
        enqueue(session, notice(kind, subject, row, said, grounds, seat.id), told, delay_seconds=undo_seconds)
    step = ENDORSE if endorsed else said.word
    alone = rounds.seats_facts(row) if row.alone else {}
    rounds.record(session, step, actor, row, facts_of(said, grounds, subject, seat.id) | alone)
    return outcome


def _seize(session: Session, actor: Actor, said: Verdict) -> Any:
    """The one conditional write that makes a decision possible; no row means that something is no longer so."""
    marks = {"round": said.round_id, "seen": said.version, "fence": said.epoch, "shown": said.digest}
    return session.execute(_seizing(actor, said.word), marks).one_or_none()


@lru_cache(maxsize=512)
def _seizing(actor: Actor, word: str) -> Update:
    """That write, made once for each reviewer and verdict."""
    now = func.clock_timestamp()
    taken = sight.seats_taken()
    last = (ReviewRound.seats_needed == 1) | (taken + 1 >= ReviewRound.seats_needed)
    state: Any = STATE_AFTER[word]
    decided: Any = None if word == "return" else now
    if word == "approve":
        state, decided = case((last, state), else_="second"), case((last, now), else_=None)
    return (
        update(ReviewRound)
        .where(
            ReviewRound.id == bindparam("round", type_=BigInteger),
            ReviewRound.state.in_(CLAIMABLE),
            ReviewRound.version == bindparam("seen", type_=Integer),
            ReviewRound.epoch == bindparam("fence", type_=Integer),
            sight.held_by(actor),
            ReviewRound.evidence_digest == bindparam("shown", type_=String),
            sight.in_scope(actor),
            sight.unbiased(actor),
            sight.unseated(actor),
        )
        .values(
            state=state,
            version=ReviewRound.version + 1,
            lease_until=None,
            holder_id=None,
            decided_at=decided,
            clock_stopped_at=now if word == "return" else None,
        )
        .returning(
            ReviewRound,
            evidence.content_of(ReviewRound.evidence_digest).label("content"),
            evidence.content_of(ReviewRound.base_digest).label("base"),
            case((ReviewRound.seats_needed == 1, 0), else_=taken).label("seated"),
            owners_of_round().label("owners"),
            now.label("now"),
        )
        .execution_options(synchronize_session=False, populate_existing=True)
    )


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
    if sight.seated(session, actor, row):
        return Refused("seated")
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
