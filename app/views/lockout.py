"""The lockout before a login: failures of the account and of the address, counted from the login log."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Row, func, or_, select

from app.extensions import db
from app.models.accounts import CLEARING_LOGINS, COUNTED_LOGINS, LoginEvent, Person
from app.models.base import vault
from app.review import codes
from app.rules.codes import phone_fault
from app.rules.limits import net
from app.rules.lockout import LONGEST, lock_of_account, lock_of_address, minutes_left

ACCOUNT_FAILURES = 5
CAPTCHA_FROM = 2  # failures of an account after which the next try asks for a captcha
CAPTCHA_ADDRESS = 10  # failures close together from an address after which every try there does
ADDRESS_FAILURES = 30  # a service hall or a school sits behind one address
WINDOW: Final = dt.timedelta(minutes=15)


def account_named(name: str) -> int | None:
    """The account behind what was typed: by phone, user name or e-mail, whatever the case. The login goes on with this one.

    The database alone folds the case: Python makes something else of letters like U+0130, and who is found would not be
    who is counted.
    """
    key = name.strip()
    if not phone_fault(key):
        owner = select(Person.account_id).where(Person.phone_hash.in_(vault().blinds(key, "phone")))
        known = db.session.scalar(owner)
        if known is not None:
            return known
    same, mail = func.lower(User.username) == func.lower(key), func.lower(User.email) == func.lower(key)
    nearest = (same.desc(), (User.email == key).desc(), User.id)
    return db.session.scalar(select(User.id).where(or_(same, mail)).order_by(*nearest).limit(1))


def minutes(name: str, shown: str, address: str) -> int:
    """How long somebody has to wait who types this name at this address; 0: not at all."""
    first = dt.timedelta(minutes=current_app.config["LOCK_MINUTES"])
    mine = _failures(name, shown)
    lock = lock_of_account(mine.n, ACCOUNT_FAILURES, first)
    return max(minutes_left(mine.last, lock, mine.now), minutes_there(address))


def minutes_there(address: str) -> int:
    """How long everybody at this address has to wait; it says nothing of any account."""
    theirs = _of_address(address)
    first = dt.timedelta(minutes=current_app.config["LOCK_MINUTES"])
    return minutes_left(theirs.last, lock_of_address(theirs.lately, theirs.n, ADDRESS_FAILURES, first), theirs.now)


def asks_captcha(name: str, shown: str, address: str) -> bool:
    """Whether the next try takes a captcha; for a name that nobody has the same as for others."""
    if name and _failures(name, shown).n >= CAPTCHA_FROM:
        return True
    return bool(_of_address(address).lately >= CAPTCHA_ADDRESS)


def missed(name: str) -> None:
    """Counts a failure for a phone number that is nobody's. The log shows it masked, and a mask stands for many numbers."""
    if not phone_fault(name.strip()):
        codes.miss(db.session, name)


def _failures(name: str, shown: str) -> Row[Any]:
    account_id = account_named(name)
    if account_id is None and not phone_fault(name.strip()):
        return codes.misses(db.session, name, LONGEST)
    return _of_account(account_id, shown)


def _of_account(account_id: int | None, shown: str) -> Row[Any]:
    """Failures in a row: since the last login or lifted lockout, at most a day back."""
    same = func.lower(LoginEvent.user_name) == func.lower(shown)
    whose = same if account_id is None else same | (LoginEvent.account_id == account_id)
    if account_id is not None and "*" in shown:  # a masked phone is not one person's alone
        whose = LoginEvent.account_id == account_id
    cleared = select(func.max(LoginEvent.id)).where(whose, LoginEvent.outcome.in_(CLEARING_LOGINS)).scalar_subquery()
    stmt = select(func.count().label("n"), func.max(LoginEvent.at).label("last"), func.now().label("now"))
    wrong = LoginEvent.outcome.in_(COUNTED_LOGINS) & (LoginEvent.at > func.now() - LONGEST)
    return db.session.execute(stmt.where(whose, wrong, LoginEvent.id > func.coalesce(cleared, 0))).one()


def _of_address(address: str) -> Row[Any]:
    """Failures from an address (of IPv6: its /64) in a day, and those close before the last one. A login of somebody there forgives nothing."""
    wrong = (LoginEvent.net == net(address)) & LoginEvent.outcome.in_(COUNTED_LOGINS)
    at = select(LoginEvent.at).where(wrong, LoginEvent.at > func.now() - LONGEST).cte("failures")
    last = select(func.max(at.c.at)).scalar_subquery()
    close = func.count().filter(at.c.at > last - WINDOW).label("lately")
    return db.session.execute(
        select(func.count().label("n"), close, last.label("last"), func.now().label("now")).select_from(at)
    ).one()
