"""One-time links: a random number of 256 bits for one purpose and one account, of which only a keyed hash is kept."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.models.base import vault
from app.models.dispatch import OneTimeLink
from app.rules.refused import Refused

PURPOSE: Final = "one_time_link.token"  # of the keyed hash


def make(session: Session, purpose: str, account_id: int, minutes: int) -> str:
    """The token of a new link, in the caller's transaction; earlier ones of the purpose open nothing from then on."""
    token = secrets.token_urlsafe(32)
    earlier = update(OneTimeLink).where(
        OneTimeLink.account_id == account_id, OneTimeLink.purpose == purpose, OneTimeLink.used_at.is_(None)
    )
    session.execute(earlier.values(expires_at=func.now()).execution_options(synchronize_session=False))
    until = func.clock_timestamp() + timedelta(minutes=minutes)
    session.add(
        OneTimeLink(purpose=purpose, account_id=account_id, token_hash=vault().blind(token, PURPOSE), expires_at=until)
    )
    session.flush()
    return token


def expire(session: Session, account_id: int) -> None:
    """What the links of an account rest on has changed: they open nothing any more. No commit."""
    mine = update(OneTimeLink).where(OneTimeLink.account_id == account_id, OneTimeLink.used_at.is_(None))
    session.execute(mine.values(expires_at=func.now()).execution_options(synchronize_session=False))


def look(session: Session, purpose: str, token: str) -> int:
    """The account of a link that is still good, without using it up. Raises Refused("link_gone")."""
    account_id = session.scalar(select(OneTimeLink.account_id).where(*_good(purpose, token)))
    if account_id is None:
        raise Refused("link_gone")
    return int(account_id)


def use(session: Session, purpose: str, token: str) -> int:
    """The account of the link, which is used up with the caller's commit. Raises Refused("link_gone")."""
    stmt = update(OneTimeLink).where(*_good(purpose, token)).values(used_at=func.now())
    row = session.execute(stmt.returning(OneTimeLink.account_id).execution_options(synchronize_session=False)).first()
    if row is None:
        raise Refused("link_gone")
    return int(row.account_id)


def forget(session: Session) -> int:
    """Deletes links that are over. No commit."""
    old = delete(OneTimeLink).where(OneTimeLink.expires_at < func.now() - timedelta(days=2))
    return int(session.execute(old.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def _good(purpose: str, token: str) -> tuple[Any, ...]:
    return (
        OneTimeLink.token_hash.in_(vault().blinds(token, PURPOSE)),
        OneTimeLink.purpose == purpose,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > func.clock_timestamp(),
    )
