"""My QR code 我的二维码 (TJ-65): who somebody is, sealed, for a minute, to be read once by the staff."""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.gateways.vault import VaultError
from app.models.accounts import Person
from app.models.base import vault
from app.models.merging import PersonalCodeUse
from app.review import ledger
from app.rules.actor import Actor
from app.rules.dates import ZONE
from app.rules.refused import Refused

SECONDS: Final = 60
PREFIX: Final = "GONGJIU:"
_PLACE: Final = "personal_code"
_LONGEST: Final = 400
_KEPT: Final = timedelta(days=1)


def make(account_id: int) -> str:
    """The text of a new code. It can be read by nobody but us, and says nothing of whose it is."""
    until = int(time.time()) + SECONDS
    return PREFIX + vault().seal(f"{account_id}.{until}.{secrets.token_hex(8)}", _PLACE)


def read(session: Session, actor: Actor, text: str) -> Any:
    """The person of a code, which is used up by that; on record; commits. Raises Refused: code_unreadable, code_expired, code_read."""
    account_id, until = _opened(text.strip())
    if until < time.time():
        raise Refused("code_expired")
    mark = vault().blind(text.strip(), _PLACE)
    old = delete(PersonalCodeUse).where(PersonalCodeUse.read_at < func.now() - _KEPT)
    session.execute(old.execution_options(synchronize_session=False))
    stmt = insert(PersonalCodeUse).values(mark=mark, account_id=account_id, read_by_id=actor.account_id)
    fresh = session.execute(stmt.on_conflict_do_nothing().returning(PersonalCodeUse.mark)).first()
    if fresh is None:
        first = session.scalar(select(PersonalCodeUse.read_at).where(PersonalCodeUse.mark == mark))
        raise Refused("code_read", at=f"{first.astimezone(ZONE):%H:%M}" if first is not None else "")
    person = session.get(Person, account_id)
    if person is None or not person.account.active:
        raise Refused("code_unreadable")
    ledger.append(session, "code_read", actor, actor.region_code, subject_id=account_id)
    session.commit()
    return person


def _opened(text: str) -> tuple[int, int]:
    if not text.startswith(PREFIX) or len(text) > _LONGEST:
        raise Refused("code_unreadable")
    try:
        account_id, until, _random = vault().open(text.removeprefix(PREFIX), _PLACE).split(".")
        return int(account_id), int(until)
    except (VaultError, ValueError):
        raise Refused("code_unreadable") from None
