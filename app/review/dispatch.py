"""SMS and mail: queued in the transaction of what they tell, sent by a job with growing delay, dead letters kept.

Sent at least once; the gateway is given the same key at every try. What has left keeps no secret.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from flask_babel import force_locale, get_locale
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.gateways.messengers import Letter, Messenger, Undelivered
from app.models.dispatch import Dispatch
from app.review.dispatch_words import ASKED_FOR, HOME, SECRETS, URGENT, WORDS, blanks
from app.review.policy import number
from app.rules import faults, quiet
from app.rules.dates import ZONE

log = logging.getLogger("app.dispatch")

MOST_TRIES: Final = 8  # the last one about an hour after the first
FIRST_WAIT: Final = timedelta(seconds=30)
KEPT: Final = timedelta(days=90)
KEPT_UNNAMED: Final = timedelta(days=2)  # what belongs to no account cannot be found when one is closed
LONGEST_TARGET: Final = 254  # of a mail address (RFC 5321)
BLANK: Final = "••••••"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# One address each: nothing that a mail server or a provider could read as a second one, a name or a header.
_TARGETS: Final = {
    "sms": re.compile(r"\+?[0-9]{5,20}"),
    "mail": re.compile(r"[^\s\x00-\x20\x7f-\x9f,;:<>()\[\]\\\"@]+@[^\s\x00-\x20\x7f-\x9f,;:<>()\[\]\\\"@]+"),
}


def send(
    session: Session,
    channel: Literal["sms", "mail"],
    to: str,
    template: str,
    facts: Mapping[str, str],
    account_id: int | None = None,
    *,
    dedupe: str | None = None,
    minutes: int | None = None,
) -> None:
    """Queues one message; the caller commits. The words are made now: of what was asked for in the language of the request,
    of what tells somebody of the deeds of others in the language of the house.

    `dedupe`: a second message under the same key is not queued. `minutes`: later it is worth nothing and is not sent.
    Raises ValueError for what is not the one address of somebody, KeyError for a template that is not known.
    """
    if not is_target(channel, to):
        raise ValueError("not a target")
    now, facts = datetime.now(ZONE), {name: _CONTROL.sub(" ", str(fact)) for name, fact in facts.items()}
    with nullcontext() if template in ASKED_FOR else force_locale(HOME):
        words = _words(template, facts)
    values = {
        "channel": channel,
        "target": to,
        "account_id": account_id,
        "template": template,
        **words,
        "next_try": _ready(session, template, now),
        "not_after": now + timedelta(minutes=minutes) if minutes else None,
        "dedupe_key": dedupe,
    }
    session.execute(insert(Dispatch).values(values).on_conflict_do_nothing(index_elements=["dedupe_key"]))


def _calm(session: Session, at: datetime) -> datetime:
    """That moment, or the end of the quiet hours it lies in."""
    return quiet.not_before(at, number(session, "quiet_from", ""), number(session, "quiet_until", ""))


def _ready(session: Session, template: str, at: datetime) -> datetime:
    """When what would leave at that moment may leave: what can wait does so until the quiet hours are over."""
    return at if template in URGENT else _calm(session, at)


def is_target(channel: str, to: str) -> bool:
    """Whether that is one telephone number, or one mail address, and nothing besides."""
    return _TARGETS[channel].fullmatch(to) is not None and len(to) <= LONGEST_TARGET


def _words(template: str, facts: Mapping[str, str]) -> dict[str, str]:
    """What is kept of the words, in the language of the moment."""
    return {
        "subject": str(WORDS[template][0]),
        "text": _said(template, facts),
        "params": _params(template, facts),
        "blanked": _said(template, {name: BLANK if name in SECRETS else fact for name, fact in facts.items()}),
    }


def _said(template: str, facts: Mapping[str, str]) -> str:
    return str(WORDS[template][1]) % dict(facts)


def _params(template: str, facts: Mapping[str, str]) -> str:
    """What fills the blanks of a provider's template, with the language whose words they stand in; and those of the house."""
    filled = [facts[name] for name in blanks(template)]
    with force_locale(HOME):
        home = [facts[name] for name in blanks(template)]
    kept = {"language": str(get_locale() or HOME), "params": filled, "home": home}
    return json.dumps(kept, ensure_ascii=False)


def deliver(
    session: Session,
    messengers: Mapping[str, Messenger],
    *,
    keep_secrets: bool = False,
    limit: int = 100,
    now: datetime | None = None,
) -> int:
    """Sends what is due, one by one, and commits each; how many left. Several deliverers share the work.

    `keep_secrets`: codes stay readable on the outbox screen (demonstration on the own machine only).
    """
    _put_off(session, now)
    return sum(_next(session, messengers, keep_secrets, now) is True for _turn in range(_due(session, limit, now)))


def _put_off(session: Session, now: datetime | None) -> None:
    """What became due in the quiet hours, or was held up until then, waits for their end; that is no try."""
    at = now or datetime.now(ZONE)
    until = _calm(session, at)
    if until > at:
        waiting = select(Dispatch.id).where(_is_due(now), Dispatch.template.not_in(URGENT))
        waiting = waiting.with_for_update(skip_locked=True)
        stmt = update(Dispatch).where(Dispatch.id.in_(waiting)).values(next_try=until)
        session.execute(stmt.execution_options(synchronize_session=False))
        session.commit()


def _is_due(now: datetime | None) -> Any:
    return Dispatch.state.in_(("queued", "failed")) & (Dispatch.next_try <= (now or func.clock_timestamp()))


def _due(session: Session, limit: int, now: datetime | None) -> int:
    some = select(Dispatch.id).where(_is_due(now)).limit(limit).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _next(session: Session, messengers: Mapping[str, Messenger], keep: bool, now: datetime | None) -> bool | None:
    """Sends the next one that nobody else is at. None: there is none."""
    stmt = select(Dispatch).where(_is_due(now)).order_by(Dispatch.next_try, Dispatch.id).limit(1)
    row = session.scalars(stmt.with_for_update(skip_locked=True).execution_options(populate_existing=True)).first()
    if row is None:
        session.rollback()
        return None
    messenger, at = messengers[row.channel], now or datetime.now(ZONE)
    ready = _ready(session, row.template, at)
    if ready > at:  # the quiet hours began while others were sent
        row.next_try = ready
        session.commit()
        return False
    row.tries, row.via = row.tries + 1, messenger.name
    try:
        _hand_over(messenger, row, at)
    except Undelivered as fault:
        final = fault.final or row.tries >= MOST_TRIES
        row.state, row.error = "dead" if final else "failed", fault.why
        row.next_try = _ready(session, row.template, at + FIRST_WAIT * 2 ** (row.tries - 1))
    else:
        row.state, row.error, row.sent_on = "sent", "", func.clock_timestamp()
    sent = row.state == "sent"
    if not keep and row.state in ("sent", "dead") and row.text != row.blanked:
        row.text = row.params = None
    session.commit()
    return sent


def _letter(row: Dispatch) -> Letter:
    filled = json.loads(row.params or '{"language": "", "params": []}')
    said = row.text or row.blanked or ""
    return Letter(
        f"{row.channel}-{row.id}",
        row.target or "",
        row.subject,
        said,
        row.template,
        filled["language"],
        tuple(filled["params"]),
        tuple(filled["home"]) if "home" in filled else None,
    )


def _hand_over(messenger: Messenger, row: Dispatch, at: datetime) -> None:
    """Raises Undelivered, whatever else goes wrong: one letter that cannot be sent holds up no other.

    What no gateway is meant to raise is an error of the program: the log has its kind and its place, never its words.
    """
    if row.not_after is not None and row.not_after <= at:
        raise Undelivered("too late", final=True)
    try:
        messenger.send(_letter(row))
    except Undelivered:
        raise
    except Exception as error:
        log.error("%s: a letter could not be handed over: %s", messenger.name, faults.told(error))
        raise Undelivered(type(error).__name__) from error


def again(session: Session, row: Dispatch) -> bool:
    """Puts a dead letter into the queue once more; False where its secret is gone or its time is over."""
    now = datetime.now(ZONE)
    over = row.not_after is not None and row.not_after <= now
    if row.state != "dead" or over or row.text is None:
        return False
    row.state, row.tries, row.next_try = "queued", 0, _ready(session, row.template, now)
    return True


def forget(session: Session) -> int:
    """Deletes what left, or was given up, long ago. No commit."""
    nobodys = Dispatch.account_id.is_(None) & (Dispatch.created_on < func.now() - KEPT_UNNAMED)
    over = or_(Dispatch.created_on < func.now() - KEPT, nobodys)
    old = delete(Dispatch).where(over, Dispatch.state.in_(("sent", "dead")))
    return int(session.execute(old.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def blank_expired(session: Session) -> int:
    """Takes the secrets out of whatever is past its time, sent or not. No commit."""
    over = or_(Dispatch.not_after < func.now(), Dispatch.created_on < func.now() - timedelta(days=1))
    kept = Dispatch.text.is_not(None), Dispatch.state.in_(("sent", "dead"))
    stmt = update(Dispatch).where(*kept, over).values(text=None, params=None)
    return int(session.execute(stmt.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
