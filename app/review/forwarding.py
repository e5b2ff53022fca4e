"""Messages by SMS or mail besides, for whoever chose that for their kind and agreed to it (PIPL 14, 15).

What leaves names the kind alone: the title of a submission is read after logging in. While one waits to leave, in the quiet
hours above all, no second one of the same kind joins it: one SMS in the morning says as much as ten.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from app.models.accounts import Person
from app.models.consents import Consent
from app.models.dispatch import CHANNELS, Dispatch
from app.models.messages import KINDS, LATER, NoticeChoice
from app.review import dispatch
from app.review.dispatch_words import KIND_WORDS


def forward(session: Session, rows: Iterable[Any]) -> None:
    """Queues what is wanted besides, in the transaction that delivers; each notice once a channel."""
    waiting = {row.id: (row.account_id, row.message_kind) for row in rows}
    if not waiting:
        return
    wanted = (
        select(NoticeChoice.account_id, NoticeChoice.message_kind, NoticeChoice.channel, Person.phone, Person.mail)
        .join(Person, Person.account_id == NoticeChoice.account_id)
        .join(Consent, Consent.account_id == NoticeChoice.account_id)
        .where(tuple_(NoticeChoice.account_id, NoticeChoice.message_kind).in_(set(waiting.values())))
        .where(Consent.withdrawn_at.is_(None), Consent.kind == NoticeChoice.channel + "_notices")
    )
    chosen: dict[tuple[int, str], list[tuple[Any, str]]] = {}
    for account_id, kind, channel, phone, mail in session.execute(wanted):
        target = phone if channel == "sms" else mail
        if target and dispatch.is_target(channel, target):  # what is none stops neither this notice nor others
            chosen.setdefault((account_id, kind), []).append((channel, target))
    told = _on_their_way(session, {account_id for account_id, _kind in chosen})
    for notice, key in waiting.items():
        for channel, target in chosen.get(key, ()):
            if (*key, channel, target) in told:
                continue
            told.add((*key, channel, target))
            facts = {"kind": str(KIND_WORDS[key[1]])}
            mark = f"notice:{key[1]}:{notice}:{channel}"
            dispatch.send(session, channel, target, "message", facts, key[0], dedupe=mark)


def _on_their_way(session: Session, accounts: set[int]) -> set[tuple[int, str, str, str]]:
    """(account, kind, channel, address) of what has not left yet."""
    if not accounts:
        return set()
    unsent = select(Dispatch.account_id, Dispatch.dedupe_key, Dispatch.channel, Dispatch.target).where(
        Dispatch.account_id.in_(accounts), Dispatch.template == "message", Dispatch.state.in_(("queued", "failed"))
    )
    return {(who, str(mark).split(":")[1], channel, to) for who, mark, channel, to in session.execute(unsent)}


def chosen_by(session: Session, account_id: int) -> set[tuple[str, str]]:
    """What somebody chose: (kind, channel)."""
    mine = select(NoticeChoice.message_kind, NoticeChoice.channel).where(NoticeChoice.account_id == account_id)
    return {(kind, channel) for kind, channel in session.execute(mine)}


def choose(session: Session, account_id: int, wanted: Iterable[tuple[str, str]]) -> set[str]:
    """Puts these choices in place of the former ones; the channels that are used now. No commit."""
    kept = {(kind, channel) for kind, channel in wanted if kind in KINDS and kind not in LATER and channel in CHANNELS}
    session.execute(delete(NoticeChoice).where(NoticeChoice.account_id == account_id))
    session.add_all(NoticeChoice(account_id=account_id, message_kind=kind, channel=channel) for kind, channel in kept)
    session.flush()
    return {channel for _kind, channel in kept}
