"""A repeated request gets the answer it got the first time (review.md 5, invariant 13).

The key is written together with what it answers. Who comes second finds the round decided and then looks here, or runs
into the key itself; either way nothing is applied twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models.review import IdempotencyKey
from app.review.canonical import digest
from app.rules.actor import Actor
from app.rules.refused import Refused

_KEY_LIMIT: Final = 120


class Replayed(Exception):
    """The request was answered before; `answer` is what was said then."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__("replayed")
        self.answer = answer


def check_key(key: str | None) -> None:
    """Raises Refused("bad_value") for a key that cannot be kept."""
    if key is not None and not (0 < len(key) <= _KEY_LIMIT and key.isprintable()):
        raise Refused("bad_value", field="idempotency_key")


def known_answer(session: Session, actor: Actor, key: str | None, request: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer stored for this key. Raises Refused("idempotency_conflict") where it belongs to another request."""
    if key is None:
        return None
    row = session.execute(
        select(IdempotencyKey.request_digest, IdempotencyKey.answer).where(
            IdempotencyKey.account_id == actor.account_id, IdempotencyKey.key == key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_digest != digest(request):
        raise Refused("idempotency_conflict")
    return dict(row.answer)


def claim(session: Session, actor: Actor, key: str, request: Mapping[str, Any]) -> dict[str, Any] | None:
    """Takes the key for work that is about to be done; None: do it and `fulfil`. Else the answer of whoever did it.

    Waits for somebody who does the same right now. What fails gives its key back with everything else.
    """
    stmt = (
        insert(IdempotencyKey)
        .values(account_id=actor.account_id, key=key, request_digest=digest(request), answer={})
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
    if session.execute(stmt).scalar_one_or_none() is not None:
        return None
    return known_answer(session, actor, key, request)


def fulfil(session: Session, actor: Actor, key: str, answer: Mapping[str, Any]) -> None:
    """Writes the answer under a key that was taken in this transaction."""
    session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.account_id == actor.account_id, IdempotencyKey.key == key)
        .values(answer=dict(answer))
    )


def keep(
    session: Session, actor: Actor, key: str | None, request: Mapping[str, Any], answer: Mapping[str, Any]
) -> None:
    """Stores the answer. Raises Replayed if the same request got there first, waiting for it if need be."""
    if key is None:
        return
    stmt = (
        insert(IdempotencyKey)
        .values(account_id=actor.account_id, key=key, request_digest=digest(request), answer=dict(answer))
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
    if session.execute(stmt).scalar_one_or_none() is None:
        raise Replayed(known_answer(session, actor, key, request) or dict(answer))
