"""三员: the last administrator of each kind stays, whoever would switch the role or the account off (standards.md 2.4).

The database refuses it as well (`app/migrations/last_administrator.sql`), under the same lock.
"""

from __future__ import annotations

from typing import Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.models.accounts import Hat
from app.rules.actor import ADMINS
from app.rules.refused import Refused

# Two changes at once would each count the other's account; the second waits and counts again.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(7203343)")
_ALL: Final = tuple(sorted(role.value for role in ADMINS))


def last_of(session: Session, account_id: int) -> list[str]:
    """The administrators' roles that nobody but this account holds in force. Holds the lock until the transaction ends."""
    session.execute(_LOCK)
    in_force = select(Hat.role, Hat.account_id).join(User, User.id == Hat.account_id)
    rows = session.execute(in_force.where(Hat.active, User.active, Hat.role.in_(_ALL))).all()
    others = {role for role, holder in rows if holder != account_id}
    return sorted({role for role, holder in rows if holder == account_id} - others)


def keep(session: Session, account_id: int, role: str = "") -> None:
    """Before a role, or with no role named the account, goes out of force. Raises Refused("last_administrator")."""
    with session.no_autoflush:
        last = last_of(session, account_id)
    if role in last if role else last:
        raise Refused("last_administrator")
