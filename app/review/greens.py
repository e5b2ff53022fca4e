"""Items with every check green, approved together: in one transaction where all goes well, else each by itself.

What holds for one holds for all of them: version, digest, scope, conflict of interest and a free or own lease are
conditions of the row lock, the state is written once, and each has its seat, its notice and its event (invariant 13).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, bindparam, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.models.review import ReviewRound
from app.review import door, evidence, queue, rounds, sight
from app.review.decide import decide
from app.review.desk import Outcome
from app.review.kinds import KINDS
from app.review.kinds.base import Kind, Subject, Values
from app.review.kinds.unit_owners import owners_of_round
from app.review.ledger import write
from app.review.outbox import enqueue_all
from app.review.sight import CLAIMABLE
from app.review.transaction import one
from app.review.undo import UNDO_SECONDS
from app.review.verdicts import STATE_AFTER, Verdict, carry_out, facts_of, grounds_of, notice, seat_of
from app.rules.actor import Actor
from app.rules.refused import Refused


class Item(NamedTuple):
    """One item as it was seen. Without an epoch the round may be free; with one the lease must still be that one."""

    id: int
    version: int
    digest: str
    epoch: int | None = None


class Taken(NamedTuple):
    """One item on its way through the transaction."""

    seized: Any  # with the round, the content of its evidence and of its base
    kind: Kind
    subject: Subject
    said: Verdict
    memory: Values


def batch(
    session: Session, actor: Actor, items: Sequence[tuple[Any, ...]], *, undo_seconds: int = UNDO_SECONDS
) -> list[Outcome]:
    """Approves all-green rounds that need one seat, each with its own version and digest (invariant 13).

    Items are (id, version, digest) or (id, version, epoch, digest); without an epoch the round is claimed first. What
    cannot be approved changes nothing for the others and is answered with its refusal.
    """
    wanted = [_item(item) for item in items]
    done = _together(session, actor, wanted, undo_seconds)
    return [
        Outcome(item.id, True) if n in done else _alone(session, actor, item, undo_seconds)
        for n, item in enumerate(wanted)
    ]


def _item(given: tuple[Any, ...]) -> Item:
    round_id, version, *epochs, digest = given
    return Item(round_id, version, digest, epochs[0] if epochs else None)


def _together(session: Session, actor: Actor, items: Sequence[Item], undo_seconds: int) -> frozenset[int]:
    """Places in `items` that were approved: all that stand as they were seen, or none where one of them is refused."""
    try:
        with one(session):
            return _approve(session, actor, items, undo_seconds)
    except (Refused, DBAPIError):  # taken back as a whole: one by one each of them answers for itself
        return frozenset()


def _approve(session: Session, actor: Actor, items: Sequence[Item], undo_seconds: int) -> frozenset[int]:
    free = {row.ReviewRound.id: row for row in session.execute(_free(actor), {"ids": [item.id for item in items]})}
    chosen: dict[int, int] = {}
    for place, item in enumerate(items):
        if item.id not in chosen and item.id in free and _as_seen(free[item.id], item):
            chosen[item.id] = place
    if not chosen:
        return frozenset()
    taken = _carried_out(session, [(free[key], items[place]) for key, place in sorted(chosen.items())])
    _put_on_record(session, actor, taken, undo_seconds)
    return frozenset(chosen.values())


@lru_cache(maxsize=256)
def _free(actor: Actor) -> Select[Any]:
    """Locks what may be approved by this reviewer now; what somebody else is at is left out."""
    ids = bindparam("ids", expanding=True, type_=BigInteger)
    return (
        select(
            ReviewRound,
            evidence.content_of(ReviewRound.evidence_digest).label("content"),
            evidence.content_of(ReviewRound.base_digest).label("base"),
            sight.held_by(actor).label("mine"),
            owners_of_round().label("owners"),
            func.clock_timestamp().label("now"),
        )
        .where(
            ReviewRound.id.in_(ids),
            ReviewRound.state.in_(CLAIMABLE),
            ReviewRound.all_green,
            ReviewRound.seats_wanted == 1,
            sight.in_scope(actor),
            sight.unheld(actor),
            sight.unbiased(actor),
            sight.unseated(actor),
        )
        .order_by(ReviewRound.id)
        .with_for_update(key_share=True, skip_locked=True, of=ReviewRound)
        .execution_options(populate_existing=True)
    )


def _as_seen(found: Any, item: Item) -> bool:
    row = found.ReviewRound
    fenced = item.epoch is None or (found.mine and row.epoch == item.epoch)
    return bool(fenced and row.version == item.version and row.evidence_digest == item.digest)


def _carried_out(session: Session, chosen: Sequence[tuple[Any, Item]]) -> list[Taken]:
    """Rounds and subjects as approved; the subjects of a kind are locked in one statement."""
    wanted: dict[str, list[int]] = {}
    for found, _item in chosen:
        wanted.setdefault(found.ReviewRound.kind, []).append(found.ReviewRound.subject_id)
    subjects = {key: door.lock_subjects(session, KINDS[key], ids) for key, ids in sorted(wanted.items())}
    taken = []
    for found, item in chosen:
        row = found.ReviewRound
        kind, subject = KINDS[row.kind], subjects[row.kind][row.subject_id]
        memory = door.remember(kind, session, subject, is_change=row.is_change)
        _seize(row, found)
        said = Verdict(row.id, "approve", item.version, row.epoch, item.digest, timed=False)
        carry_out(session, kind, subject, found, said)
        taken.append(Taken(found, kind, subject, said, memory))
    session.flush()
    return taken


def _seize(row: Any, found: Any) -> None:
    """The same write as that of a single verdict, after a claim of its own where nobody held the round."""
    if not found.mine:
        row.epoch, row.claimed_at = row.epoch + 1, found.now
    row.state, row.version = STATE_AFTER["approve"], row.version + 1
    row.holder_id, row.lease_until, row.clock_stopped_at, row.decided_at = None, None, None, found.now


def _put_on_record(session: Session, actor: Actor, taken: Sequence[Taken], undo_seconds: int) -> None:
    """Seats, notices and events, each in one statement for all."""
    told, seats = [], []
    for one_ in taken:
        row = one_.seized.ReviewRound
        grounds = grounds_of(session, one_.kind, row, one_.said)
        memory = {**one_.memory, "version_after": one_.subject.version}
        seats.append((one_, row, grounds, seat_of(actor, row, one_.said, grounds, memory)))
    session.add_all([seat for *_others, seat in seats])
    session.flush()
    events = []
    for one_, row, grounds, seat in seats:
        words = notice(one_.kind, one_.subject, row, one_.said, grounds, seat.id)
        told.append((words, rounds.told(session, one_.kind, one_.subject, row, one_.seized.owners or ())))
        facts = facts_of(one_.said, grounds, one_.subject, seat.id)
        events.append(rounds.event_of("approve", actor, row, facts))
    enqueue_all(session, told, delay_seconds=undo_seconds)
    write(session, events)


def _alone(session: Session, actor: Actor, item: Item, undo_seconds: int) -> Outcome:
    """One item by itself, in a transaction of its own; what was claimed for nothing is given back."""
    epoch, claimed = item.epoch, False
    try:
        _require_green(session, actor, item.id)
        if epoch is None:
            epoch, claimed = queue.claim(session, actor, item.id).epoch, True
        decide(
            session, actor, item.id, "approve", version=item.version, epoch=epoch, digest=item.digest,
            undo_seconds=undo_seconds, timed=False,
        )  # fmt: skip
        return Outcome(item.id, True)
    except Refused as refusal:
        if claimed:
            queue.release(session, actor, item.id)
        return Outcome(item.id, False, refusal.code, {**refusal.facts, "field": refusal.field})


def _require_green(session: Session, actor: Actor, round_id: int) -> None:
    row = session.execute(
        sight.visible(actor)
        .where(ReviewRound.id == round_id)
        .with_only_columns(ReviewRound.all_green, ReviewRound.seats_wanted)
    ).one_or_none()
    if row is None:
        raise Refused("not_found")
    if not row.all_green or row.seats_wanted != 1:
        raise Refused("not_all_green")
