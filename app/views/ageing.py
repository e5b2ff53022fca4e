"""What grows old: passwords of the staff, and staff accounts that nobody uses (standards.md 2.4)."""

from __future__ import annotations

import datetime as dt
from typing import Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from app.extensions import db
from app.models.accounts import Hat, PasswordHistory, Person
from app.review import administrators, ledger
from app.review.policy import number
from app.rules.actor import CLOCK, Role
from app.rules.hats import OUTSIDE
from app.rules.refused import Refused

STAFF: Final = tuple(role.value for role in Role if role not in OUTSIDE and role is not Role.CLOCK)


def _ago(days: int) -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(days=days)


def used_before(account_id: int, password: str) -> bool:
    """Whether it is one of the last five passwords of the account."""
    kept = select(PasswordHistory.hash).where(PasswordHistory.account_id == account_id)
    return any(check_password_hash(one, password) for one in db.session.scalars(kept))


def ask_for_change(account_id: int) -> None:
    """Marks a password of the staff that is too old: after the login nothing but its change is open."""
    changed = select(func.max(PasswordHistory.until)).where(PasswordHistory.account_id == User.id).scalar_subquery()
    since = func.coalesce(changed, func.timezone("UTC", User.created_on))
    staff = exists().where(Hat.account_id == User.id, Hat.active, Hat.role.in_(STAFF))
    old = select(User.id).where(User.id == account_id, staff, since < _ago(number(db.session, "password_days", "")))
    stmt = update(Person).where(Person.account_id.in_(old), ~Person.demo, ~Person.must_change).values(must_change=True)
    db.session.execute(stmt.execution_options(synchronize_session=False))
    db.session.commit()


def demand_current(account_id: int) -> None:
    """For programs, which no page leads to the change. Raises Refused("password_must_change")."""
    ask_for_change(account_id)
    if db.session.scalar(select(Person.must_change).where(Person.account_id == account_id)):
        raise Refused("password_must_change")


def switch_off_unused(session: Session) -> int:
    """Staff accounts without a login or a change for too long are switched off, on the ledger; never the last administrator of a kind.

    A change counts too: whoever was just switched on again has time to log in.
    """
    before = _ago(number(session, "unused_days", ""))
    seen = func.timezone("UTC", func.greatest(User.last_login, User.created_on, User.changed_on))
    worn = exists().where(Hat.account_id == User.id, Hat.active, Hat.role.in_(STAFF))
    demo = exists().where(Person.account_id == User.id, Person.demo)
    unused = select(User).where(User.active, worn, ~demo, seen < before).order_by(User.id).with_for_update(of=User)
    done = 0
    for user in session.scalars(unused).all():
        if administrators.last_of(session, user.id):
            continue
        user.active = False
        ledger.append(session, "deactivate", CLOCK, "", subject_id=user.id, facts={"unused": True})
        session.flush()
        done += 1
    session.commit()
    return done
