"""Who a key speaks for, what it may, and how often: asked at the beginning of every request that carries one."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, Final, NamedTuple

from flask import current_app, g, request
from sqlalchemy import func, select, update

from app.extensions import db
from app.gateways.pace import Answer
from app.models.api_keys import ApiKey
from app.rules import limits
from app.rules.dates import today
from app.rules.refused import Refused

HEADER: Final = "X-Api-Key"
MARK: Final = "gj_"
SHOWN: Final = 11  # characters of a key by which people tell theirs apart
WRONG: Final = 60  # keys that are none, a minute from one address (of IPv6: from its /64)
TOGETHER: Final = 1200  # requests a minute of all keys of an account
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN: Final = frozenset({"_openapi", "public"})


class Key(NamedTuple):
    """The key of this request, as `g.api_key`."""

    id: int
    account_id: int
    hat_id: int
    scopes: list[str]
    per_minute: int
    expires_on: Any
    key_state: str


def new_key() -> str:
    """256 random bits behind a mark by which a lost key can be recognised."""
    return MARK + secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def resource_of(path: str) -> str:
    """What an address of the API is about: /api/v1/<resource>/…"""
    return path.removeprefix("/api/").partition("/")[2].partition("/")[0]


def needed() -> str:
    """The scope that this request asks for."""
    return f"{resource_of(request.path)}:{'read' if request.method in READING else 'write'}"


def of_request() -> Key | None:
    """The key that came along, or None.

    Raises Refused: key_wrong (none of ours, ended, revoked), key_scope, key_pace.
    """
    given = request.headers.get(HEADER, "")
    if not given:
        return None
    columns = (
        ApiKey.id,
        ApiKey.account_id,
        ApiKey.hat_id,
        ApiKey.scopes,
        ApiKey.per_minute,
        ApiKey.expires_on,
        ApiKey.key_state,
    )
    row = db.session.execute(select(*columns).where(ApiKey.key_hash == digest(given[:200]))).one_or_none()
    if row is None or row.key_state != "active" or row.expires_on < today():
        _paced(f"wrong:{limits.net(request.remote_addr or '')}", WRONG)
        raise Refused("key_wrong")
    g.api_key = key = Key(*row)
    g.pace = _paced(f"key:{key.id}", key.per_minute)
    _paced(f"keys:{key.account_id}", TOGETHER)
    if resource_of(request.path) not in OPEN and needed() not in key.scopes:
        raise Refused("key_scope", scope=needed())
    _note_use(key.id)
    return key


def _paced(name: str, most: int) -> Answer:
    answer: Answer = current_app.extensions["pace"].hit(name, most)
    if not answer.allowed:
        raise Refused("key_pace", limit=most, seconds=answer.seconds)
    return answer


def end_over() -> int:
    """Keys whose last day is over say so; how many."""
    over = update(ApiKey).where(ApiKey.key_state == "active", ApiKey.expires_on < today())
    stmt = over.values(key_state="expired", ended_at=func.now()).execution_options(synchronize_session=False)
    done: Any = db.session.execute(stmt)
    db.session.commit()
    return int(done.rowcount)


def _note_use(key_id: int) -> None:
    """Last use, to the minute: not every request writes."""
    old = ApiKey.last_used_at.is_(None) | (ApiKey.last_used_at < func.now() - func.make_interval(0, 0, 0, 0, 0, 1))
    seen = update(ApiKey).where(ApiKey.id == key_id, old)
    address = (request.remote_addr or "")[:45]
    db.session.execute(
        seen.values(last_used_at=func.now(), last_address=address, changed_on=ApiKey.changed_on).execution_options(
            synchronize_session=False
        )
    )
    db.session.commit()
