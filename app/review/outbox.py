"""The outbox: notices are written in the transaction of what they tell and leave later, at least once (review.md 5).

Delivery makes the in-app message in the same transaction as the mark "sent": seen from inside, exactly once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Interval, Text, bindparam, case, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.models.messages import Message, Outbox
from app.review import forwarding
from app.review.canonical import plain

# Every template a notice may name; the words are made when the message is read.
TEMPLATES: Final = (
    "round_approved",
    "round_returned",
    "round_rejected",
    "round_asked",
    "round_transferred",
    "second_wanted",
    "rounds_waiting",
    "submission_received",
    "posting_expired",
    "posting_ceased",
    "gig_expired",
    "gig_prepared",
    "residency_revoked",
    "account_recovered",
    "account_merged",
    "name_proven",
    "removed",
    "frozen",
    "thawed",
    "binding_invited",
    "binding_withdrawn",
    "binding_expired",
    "binding_accepted",
    "binding_refused",
    "binding_grants",
    "binding_ended",
    "binding_left",
    "association_asked",
    "association_withdrawn",
    "association_agreed",
    "association_refused",
    "association_ended",
    "cooperation_posted",
    "cooperation_answered",
    "school_unbound",
    "school_grants",
    "takeover_asked",
    "takeover_lost",
    "takeover_done",
    "takeover_failed",
    "agency_recommended",
    "agency_not_recommended",
    "certification_revoked",
    "appeal_revoked",
    "certification_expired",
    "certification_ends",
    "licence_ends",
    "verification_due",
    "task_done",
    "task_failed",
    "mentioned",
    "registered",
    "resume_sent",
    "factor_set",
    "factor_removed",
    "factor_removed_key",
    "api_key_made",
)


MOST_TRIES: Final = 8  # the last one about four hours after the first; then it stands among the dead letters


_INSERT: Final = (
    insert(Outbox.__table__)
    .values(state="waiting", not_before=func.clock_timestamp() + bindparam("later", type_=Interval))
    .on_conflict_do_nothing(index_elements=["dedupe_key"])
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to some accounts. `facts` come from one round or row only (invariant 14)."""

    template: str
    message_kind: str
    facts: Mapping[str, Any]
    link: str
    dedupe: str
    round_id: int | None = None


def enqueue(session: Session, notice: Notice, accounts: Iterable[int | None], *, delay_seconds: int = 0) -> None:
    """Writes the notice for each account once; a repeated dedupe key is the same notice and changes nothing."""
    enqueue_all(session, [(notice, accounts)], delay_seconds=delay_seconds)


def enqueue_all(
    session: Session, notices: Iterable[tuple[Notice, Iterable[int | None]]], *, delay_seconds: int = 0
) -> None:
    """Several notices, each to its accounts."""
    rows = [row for notice, accounts in notices for row in _rows(notice, accounts)]
    if rows:
        later = timedelta(seconds=delay_seconds)
        session.execute(_INSERT, [{**row, "later": later} for row in rows])


def _rows(notice: Notice, accounts: Iterable[int | None]) -> list[dict[str, Any]]:
    return [
        {
            "dedupe_key": f"{notice.dedupe}:{notice.template}:{account}",
            "account_id": account,
            "round_id": notice.round_id,
            "message_kind": notice.message_kind,
            "template": notice.template,
            "facts": plain(notice.facts),
            "link": notice.link,
        }
        for account in sorted({account for account in accounts if account})
    ]


def known(session: Session, notice: Notice) -> set[int]:
    """The accounts for which the notice was written already."""
    same = Outbox.dedupe_key.startswith(f"{notice.dedupe}:{notice.template}:", autoescape=True)
    return set(session.scalars(select(Outbox.account_id).where(same)))


def recall(session: Session, dedupe: str) -> bool:
    """Cancels the notices of one decision; False where one has already left. The rows stay locked until the commit."""
    mine = Outbox.dedupe_key.startswith(f"{dedupe}:", autoescape=True)
    states = session.scalars(select(Outbox.state).where(mine).with_for_update()).all()
    if "sent" in states:
        return False
    session.execute(update(Outbox).where(mine, Outbox.state == "waiting").values(state="cancelled"))
    return True


def unsay(session: Session, dedupe: str, fact: str) -> None:
    """What a notice quoted was taken back: one that still waits is cancelled, one that has left loses the words."""
    mine = Outbox.dedupe_key.startswith(f"{dedupe}:", autoescape=True)
    left = session.scalars(select(Outbox.id).where(mine, Outbox.state == "sent").with_for_update()).all()
    calm = {"synchronize_session": False}
    session.execute(
        update(Outbox).where(mine, Outbox.state == "waiting").values(state="cancelled").execution_options(**calm)
    )
    session.execute(update(Outbox).where(mine).values(facts=_without(Outbox.facts, fact)).execution_options(**calm))
    told = update(Message).where(Message.outbox_id.in_(left))
    session.execute(told.values(facts=_without(Message.facts, fact)).execution_options(**calm))


def _without(facts: Any, name: str) -> Any:
    return facts.op("-")(cast(name, Text))


def deliver(session: Session, limit: int = 100, now: datetime | None = None) -> int:
    """Turns due notices into messages and commits; several deliverers share the work. `now` is for tests only."""
    due = (
        select(Outbox)
        .where(Outbox.state == "waiting", Outbox.not_before <= (now or func.clock_timestamp()))
        .order_by(Outbox.not_before, Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    ready = session.scalars(due).all()
    left = _leave(session, ready) if ready else 0
    session.commit()
    return left


def _leave(session: Session, ready: Sequence[Any]) -> int:
    """All at once; where the database refuses that, one by one, so that a bad notice holds up no other."""
    try:
        with session.begin_nested():
            _send(session, ready)
        return len(ready)
    except DBAPIError:
        return sum(_alone(session, row) for row in ready)


def _alone(session: Session, row: Any) -> bool:
    try:
        with session.begin_nested():
            _send(session, [row])
    except DBAPIError as fault:
        wait = func.power(2, Outbox.tries) * timedelta(minutes=1)  # minutes, doubled at every try
        session.execute(
            update(Outbox)
            .where(Outbox.id == row.id)
            .values(
                tries=Outbox.tries + 1,
                error=type(fault.orig).__name__,
                not_before=func.clock_timestamp() + wait,
                state=case((Outbox.tries + 1 >= MOST_TRIES, "dead"), else_="waiting"),
            )
            .execution_options(synchronize_session=False)
        )
        return False
    return True


def _send(session: Session, rows: Sequence[Any]) -> None:
    values = [_message(row) for row in rows]
    session.execute(insert(Message).values(values).on_conflict_do_nothing(index_elements=["outbox_id"]))
    forwarding.forward(session, rows)
    session.execute(
        update(Outbox)
        .where(Outbox.id.in_([row.id for row in rows]))
        .values(state="sent", sent_on=func.clock_timestamp(), tries=Outbox.tries + 1)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def _message(row: Any) -> dict[str, Any]:
    return {
        "outbox_id": row.id,
        "account_id": row.account_id,
        "message_kind": row.message_kind,
        "template": row.template,
        "facts": row.facts,
        "link": row.link,
    }
