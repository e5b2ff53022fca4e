"""The queue: claims are fenced leases, never states; a lease runs out by itself (review.md 5)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    column,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session, aliased

from app.models.accounts import Hat
from app.models.review import OPEN_STATES, ROUND_STATES, ReviewPolicy, ReviewRound, ReviewSkip
from app.review import ledger, rounds, sight
from app.review.kinds import KINDS, kind_of
from app.review.outbox import Notice, enqueue
from app.review.sight import CLAIMABLE, visible
from app.review.transaction import one
from app.rules.actor import Actor, Role, covers
from app.rules.hats import GRANTED
from app.rules.refused import Refused

__all__ = [
    "COUNT_CAP",
    "Page",
    "claim",
    "claim_next",
    "counts",
    "fetch",
    "listing",
    "release",
    "renew",
    "skip",
    "transfer",
    "visible",
]

COUNT_CAP: Final = 1000
_SKIP_HOURS: Final = 8
_TRANSFER_MINUTES: Final = 240
_LEASE_MINUTES: Final = 15


@dataclass(frozen=True, slots=True)
class Page:
    """Some rounds and the cursor of what follows; None at the end."""

    rows: list[Any]
    next_cursor: str | None


def fetch(session: Session, actor: Actor, round_id: int) -> Any:
    """The round, if it lies in the actor's scope. Raises Refused("not_found")."""
    row = session.scalars(
        visible(actor).where(ReviewRound.id == round_id).execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise Refused("not_found")
    return row


def claim_next(session: Session, actor: Actor, kinds: Iterable[str] | None = None) -> Any:
    """Leases the most urgent eligible round, or returns None. Two people never get the same one."""
    with one(session) as keep:
        wanted = tuple(sorted({kind_of(key).key for key in kinds})) if kinds else ()
        found = session.scalars(_taking_first(actor, wanted)).one_or_none()
        if found is not None:
            keep(found)
        return found


@lru_cache(maxsize=512)
def _taking_first(actor: Actor, kinds: tuple[str, ...]) -> Select[Any]:
    """The statement behind it, made once for each reviewer and choice of kinds."""
    first = (
        select(ReviewRound.id)
        .where(
            sight.in_scope(actor),
            ReviewRound.state.in_(CLAIMABLE),
            sight.unheld(),
            sight.unbiased(actor),
            sight.unseated(actor),
            sight.unskipped(actor),
            *([ReviewRound.kind.in_(kinds)] if kinds else []),
        )
        .order_by(ReviewRound.tier, ReviewRound.due_at, ReviewRound.id)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
        .correlate(None)
        .scalar_subquery()
    )
    return _take(actor, ReviewRound.id == first)


def claim(session: Session, actor: Actor, round_id: int) -> Any:
    """Leases this round; opening it again under an own lease only renews it.

    Raises Refused: not_found, wrong_state, own_matter, seated, taken (with holder and until).
    """
    with one(session) as keep:
        found = session.scalars(_taking(actor), {"round": round_id}).one_or_none()
        if found is None:
            raise _why_not(session, actor, round_id)
        keep(found)
        return found


@lru_cache(maxsize=256)
def _taking(actor: Actor) -> Select[Any]:
    """The statement behind it, made once for each reviewer."""
    return _take(actor, and_(
        ReviewRound.id == bindparam("round", type_=BigInteger),
        sight.in_scope(actor),
        ReviewRound.state.in_(CLAIMABLE),
        sight.unheld(actor),
        sight.unbiased(actor),
        sight.unseated(actor),
    ))  # fmt: skip


def _take(actor: Actor, which: ColumnElement[bool]) -> Select[Any]:
    """Leases the round and, where it changes hands, writes the claim into the ledger: one statement for both.

    The moment of the statement marks a claim that has just begun; an own lease that still runs keeps its fence and
    its beginning, and one that was handed over begins when its new holder opens it.
    """
    now, mine = func.statement_timestamp(), sight.held_by(actor)
    leased = (
        update(ReviewRound)
        .where(which)
        .values(
            holder_id=actor.account_id,
            lease_until=_lease_end(),
            epoch=ReviewRound.epoch + case((mine, 0), else_=1),
            claimed_at=case((mine, func.coalesce(ReviewRound.claimed_at, now)), else_=now),
        )
        .returning(ReviewRound)
        .cte("leased")
    )
    row = aliased(ReviewRound, leased)
    begun = ledger.also(leased, "claim", actor, leased.c.claimed_at == now, ("state", "version", "epoch"))
    return select(row).add_cte(begun).execution_options(populate_existing=True)


def _lease_end() -> Any:
    """Now and the minutes of the policy nearest to the round's division."""
    region = ReviewRound.region_code
    here = or_(
        ReviewPolicy.region_code.is_(None),
        ReviewPolicy.region_code.in_(
            [region, func.substr(region, 1, 4).op("||")("00"), func.substr(region, 1, 2).op("||")("0000")]
        ),
    )
    minutes = (
        select(ReviewPolicy.lease_minutes)
        .where(ReviewPolicy.kind == ReviewRound.kind, here)
        .order_by(ReviewPolicy.region_code.desc().nulls_last())
        .limit(1)
        .correlate(ReviewRound)
        .scalar_subquery()
    )
    return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, func.coalesce(minutes, _LEASE_MINUTES))


def _why_not(session: Session, actor: Actor, round_id: int) -> Refused:
    row = fetch(session, actor, round_id)
    if row.state not in CLAIMABLE:
        return Refused("wrong_state", state=row.state)
    if sight.concerns(actor, row):
        return Refused("own_matter")
    if sight.seated(session, actor, row):
        return Refused("seated")
    if row.holder_id is not None and row.holder_id != actor.account_id:
        return Refused("taken", holder=str(row.holder), until=row.lease_until.isoformat())
    return Refused("own_matter")


def renew(session: Session, actor: Actor, round_id: int, epoch: int | None = None) -> Any:
    """Keeps an unexpired lease alive while the page is open. Raises Refused: not_found, wrong_state, lease_lost."""
    with one(session):
        fenced = [ReviewRound.epoch == epoch] if epoch is not None else []
        mine = and_(ReviewRound.id == round_id, sight.held_by(actor), ReviewRound.state.in_(CLAIMABLE), *fenced)
        found = session.scalars(
            update(ReviewRound)
            .where(mine)
            .values(lease_until=_lease_end())
            .returning(ReviewRound)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).one_or_none()
        if found is None:
            raise lost(session, actor, round_id)
        return found


def lost(session: Session, actor: Actor, round_id: int) -> Refused:
    """Why an act that needs the lease is impossible."""
    row = fetch(session, actor, round_id)
    if row.state not in CLAIMABLE:
        return Refused("wrong_state", state=row.state)
    return Refused("lease_lost")


def release(session: Session, actor: Actor, round_id: int) -> None:
    """Gives an own lease back; without one nothing happens. Raises Refused("not_found")."""
    with one(session):
        _release(session, actor, round_id)


def _release(session: Session, actor: Actor, round_id: int) -> Any:
    row = sight.locked(session, actor, round_id)
    if row is None:
        raise Refused("not_found")
    if row.holder_id == actor.account_id and row.state in CLAIMABLE:
        row.holder_id, row.lease_until, row.claimed_at = None, None, None
        session.flush()
        rounds.record(session, "release", actor, row, {"epoch": row.epoch})
    return row


def skip(session: Session, actor: Actor, round_id: int) -> None:
    """Puts a round aside for this person only, for eight hours; others see it at once (invariant 12)."""
    with one(session):
        _release(session, actor, round_id)
        until = func.clock_timestamp() + timedelta(hours=_SKIP_HOURS)
        stmt = insert(ReviewSkip).values(round_id=round_id, reviewer_id=actor.account_id, until=until)
        stmt = stmt.on_conflict_do_update(
            index_elements=["round_id", "reviewer_id"], set_={"until": stmt.excluded.until}
        )
        session.execute(stmt)


def transfer(session: Session, actor: Actor, round_id: int, to_account_id: int, reason: str) -> Any:
    """Hands the lease to a colleague, with a reason on record (转办); the lead may do so with anybody's.

    Raises Refused: not_found, wrong_state, lease_lost, reason_missing, not_eligible (the colleague may not decide it).
    """
    with one(session):
        if not reason.strip():
            raise Refused("reason_missing", field="reason")
        row = sight.locked(session, actor, round_id)
        if row is None or row.state not in CLAIMABLE:
            raise lost(session, actor, round_id)
        held = session.scalar(select(ReviewRound.id).where(ReviewRound.id == round_id, sight.held_by(actor)))
        if held is None and actor.role is not Role.LEAD:
            raise Refused("lease_lost")
        if not _eligible(session, row, to_account_id) or sight.holds_seat(session, to_account_id, row.id):
            raise Refused("not_eligible", field="to")
        row.holder_id, row.epoch, row.claimed_at = to_account_id, row.epoch + 1, None
        row.lease_until = func.clock_timestamp() + timedelta(minutes=_TRANSFER_MINUTES)
        session.flush()
        kind = KINDS[row.kind]
        facts = {"kind": kind.key, "title": row.title, "receipt_no": row.receipt_no, "reason_text": reason.strip()}
        notice = Notice("round_transferred", "system", facts, "/desk/", f"{row.id}:{row.epoch}", row.id)
        enqueue(session, notice, [to_account_id])
        rounds.record(session, "transfer", actor, row, {"to": to_account_id, "reason": reason.strip()})
        return row


def _eligible(session: Session, row: Any, account_id: int) -> bool:
    """Whether some hat of the account may decide the round and none has an interest in it."""
    hats = session.scalars(select(Hat).where(Hat.account_id == account_id, Hat.active)).all()
    reviewer = Actor(
        account_id=account_id,
        role=Role.REVIEWER,
        affiliated_units=frozenset(hat.unit_id for hat in hats if hat.unit_id),
        affiliated_schools=frozenset(hat.school_id for hat in hats if hat.school_id and hat.role != Role.SCHOOL),
    )
    return not sight.concerns(reviewer, row) and any(_reaches(hat, row) for hat in hats)


def _reaches(hat: Any, row: Any) -> bool:
    if hat.role not in KINDS[row.kind].decider_roles:
        return False
    grant = KINDS[row.kind].grant
    if grant in GRANTED.get(Role(hat.role), ()) and grant not in (hat.grants or ()):
        return False
    if hat.role == Role.OPERATOR:
        return True
    return hat.school_id == row.school_id if hat.role == Role.SCHOOL else covers(hat.region_code or "", row.region_code)


def listing(
    session: Session,
    actor: Actor,
    *,
    state: str | None = None,
    kind: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """A page of rounds by keyset: open ones as the queue serves them, all others newest first.

    `state`: one of the states, or "open". Raises Refused("bad_value") naming state, kind or cursor.
    """
    stmt = visible(actor)
    if kind:
        stmt = stmt.where(ReviewRound.kind == kind_of(kind).key)
    if state and state != "open" and state not in ROUND_STATES:
        raise Refused("bad_value", field="state")
    if state:
        stmt = stmt.where(ReviewRound.state.in_(OPEN_STATES if state == "open" else (state,)))
    limit = min(max(limit, 1), 100)
    by_urgency = state == "open" or state in OPEN_STATES
    if by_urgency:
        key = tuple_(ReviewRound.tier, ReviewRound.due_at, ReviewRound.id)
        if cursor:
            tier, due, last = _read_cursor(cursor, 3)
            stmt = stmt.where(key > tuple_(literal(int(tier)), literal(_moment(due)), literal(int(last))))
        stmt = stmt.order_by(ReviewRound.tier, ReviewRound.due_at, ReviewRound.id)
    else:
        if cursor:
            stmt = stmt.where(ReviewRound.id < int(_read_cursor(cursor, 1)[0]))
        stmt = stmt.order_by(ReviewRound.id.desc())
    rows = list(session.scalars(stmt.limit(limit + 1)))
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, _cursor(rows[-1], by_urgency) if more else None)


def _cursor(row: Any, by_urgency: bool) -> str:
    parts = [row.tier, row.due_at.isoformat(), row.id] if by_urgency else [row.id]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, length: int) -> list[Any]:
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        raise Refused("bad_value", field="cursor") from None
    numbers = parts[:1] + parts[2:] if isinstance(parts, list) else []
    if (
        not isinstance(parts, list)
        or len(parts) != length
        or not all(type(n) is int and abs(n) < 2**62 for n in numbers)
    ):
        raise Refused("bad_value", field="cursor")
    return parts


def _moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Refused("bad_value", field="cursor") from None
    if moment.utcoffset() is None:
        raise Refused("bad_value", field="cursor")
    return moment


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many rounds wait, per kind; a number above COUNT_CAP means "more than that". One statement."""
    if not sight.decidable(actor):
        return {}
    return {row.kind: row.n for row in session.execute(_counted(actor, COUNT_CAP))}


@lru_cache(maxsize=128)
def _counted(actor: Actor, cap: int) -> Select[Any]:
    """For each kind by itself, so that counting stops at the cap; the statement is made once for each reviewer."""
    keys = literal(sight.decidable(actor), ARRAY(String))
    kinds = func.unnest(keys).table_valued(column("kind", String)).render_derived(name="kinds")
    waiting = and_(sight.in_scope(actor), ReviewRound.state.in_(CLAIMABLE), ReviewRound.kind == kinds.c.kind)
    some = select(literal(1).label("one")).where(waiting).correlate(kinds).limit(cap + 1).subquery()
    counted = select(func.count()).select_from(some).correlate(kinds).scalar_subquery()
    return select(kinds.c.kind, counted.label("n"))
