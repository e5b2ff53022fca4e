"""What waits too long goes upwards, and is never decided by the clock (review.md 7): the job of every ten minutes.

A seat that can no longer be taken is counted anew, a second seat that nobody of the division can take is asked of the
division above, and what is due soon or overdue is told to the lead, on record, once each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from app.models.review import ReviewRound, ReviewSeat
from app.review import ledger, officers, rounds, sight
from app.review.outbox import Notice, enqueue
from app.review.transaction import database_now, one
from app.rules.actor import CLOCK

SOON: Final = timedelta(hours=4)  # the time left from which the desk shows an item in red
ASKED, NEAR, LATE = 1, 2, 3  # how far a round has gone up
_LEVELS: Final = {NEAR: "near", LATE: "late"}
_AT_ONCE: Final = 500
# The trigger on rounds lets the number of seats change only under this mark.
_MARK: Final = text("SELECT set_config('gongjiu.seats', :on, true)")


def run(session: Session) -> int:
    """All three steps; how many rounds they concerned."""
    return recount(session) + ask_above(session) + escalate(session)


def recount(session: Session) -> int:
    """Rounds whose people have changed: nobody is left for the second seat, or somebody has come for one that had nobody."""
    waiting = or_(ReviewRound.state == "second", ReviewRound.alone)
    return _walk(session, _recounted, waiting, sight.unheld())


def _recounted(session: Session, row: Any) -> bool:
    taken = session.scalars(
        select(ReviewSeat).where(ReviewSeat.round_id == row.id, ReviewSeat.undone_at.is_(None))
    ).all()
    able = len({officer.account_id for officer in officers.free(session, row)})
    needed = max(1, min(row.seats_wanted, len(taken) + able))
    if needed == row.seats_needed:
        return False
    facts: dict[str, Any] = {"seats": needed, "seats_set": row.seats_wanted}
    if row.state == "second" and len(taken) >= needed:
        # Whoever has agreed decides after all, and says why alone: the seat is theirs to take once more.
        for seat in taken:
            seat.undone_at = func.clock_timestamp()
        row.state, facts["undone"] = "queued", [seat.id for seat in taken]
    session.execute(_MARK, {"on": "on"})
    row.seats_needed, row.alone, row.version = needed, needed < row.seats_wanted, row.version + 1
    session.flush()
    session.execute(_MARK, {"on": ""})
    rounds.record(session, "recount", CLOCK, row, facts)
    return True


def ask_above(session: Session) -> int:
    """A round with one seat taken, and nobody in its own division for the other: the bureau above is asked for it."""
    return _walk(session, _asked_above, ReviewRound.state == "second", ReviewRound.escalated < ASKED)


def _asked_above(session: Session, row: Any) -> bool:
    people = officers.above(session, row)
    if not people:
        return False
    row.escalated = ASKED
    session.flush()
    facts = {"kind": row.kind, "title": row.title, "receipt_no": row.receipt_no}
    notice = Notice("second_wanted", "system", facts, f"/desk/{row.id}", f"{row.id}:{row.version}", row.id)
    enqueue(session, notice, people)
    rounds.record(session, "escalate", CLOCK, row, {"why": "second"})
    return True


def escalate(session: Session) -> int:
    """Rounds due within four hours, and overdue ones: the leads hear of them; overdue those of the next division up too."""
    with one(session):
        now = database_now(session)
        late = (ReviewRound.due_at <= now) & (ReviewRound.escalated < LATE)
        near = (ReviewRound.due_at <= now + SOON) & (ReviewRound.escalated < NEAR)
        rows = _open(session, or_(late, near), order=(ReviewRound.due_at, ReviewRound.id))
        told: dict[int, Counter[str]] = {}
        known: dict[tuple[Any, ...], set[int]] = {}
        for row in rows:
            row.escalated = LATE if row.due_at <= now else NEAR
            for account_id in _told(session, row, known):
                told.setdefault(account_id, Counter()).update(_marks(row))
        session.flush()
        events = [rounds.event_of("escalate", CLOCK, r, {"why": _LEVELS[r.escalated], "due": r.due_at}) for r in rows]
        if events:
            ledger.write(session, events)
        _tell(session, told, now)
    return len(rows)


def _marks(row: Any) -> Iterable[str]:
    return (_LEVELS[row.escalated], *(("second",) if row.state == "second" else ()))


def _told(session: Session, row: Any, known: dict[tuple[Any, ...], set[int]]) -> set[int]:
    """Leads are looked up once for each place and kind; whoever can take a second seat hears of it besides."""
    key = (row.kind, row.region_code, row.school_id, row.unit_id, row.submitted_by_id, row.escalated)
    if row.state == "second":
        free = {officer.account_id for officer in officers.free(session, row)}
        return free | officers.leads(session, row, row.escalated - ASKED)
    if key not in known:
        known[key] = officers.leads(session, row, row.escalated - ASKED)
    return known[key]


def _tell(session: Session, told: dict[int, Counter[str]], now: datetime) -> None:
    """One message a person and run, however many rounds it is about."""
    for account_id, marks in sorted(told.items()):
        facts = {name: marks[name] for name in ("near", "late", "second")}
        enqueue(
            session, Notice("rounds_waiting", "system", facts, "/desk/", f"waiting:{now.isoformat()}"), [account_id]
        )


def _walk(session: Session, work: Callable[[Session, Any], bool], *conditions: Any) -> int:
    """Every such round, page by page, a transaction each: what stays as it is must not hide what comes after it."""
    done, last = 0, 0
    while True:
        with one(session):
            rows = _open(session, ReviewRound.id > last, *conditions, order=(ReviewRound.id,))
            last = rows[-1].id if rows else last
            done += sum(work(session, row) for row in rows)
        if len(rows) < _AT_ONCE:
            return done


def _open(session: Session, *conditions: Any, order: tuple[Any, ...]) -> list[Any]:
    """Rounds that wait for somebody, in this order; what another process has in hand is left out."""
    stmt = (
        select(ReviewRound)
        .where(ReviewRound.state.in_(sight.CLAIMABLE), *conditions)
        .order_by(*order)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True, of=ReviewRound)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(stmt))
