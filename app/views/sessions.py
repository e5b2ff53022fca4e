"""Logins under way: begun, found again, renewed and ended; and the lockout before one begins.

The cookie holds a random number, the database its hash (app/models/sessions.py). Finding the session and its account is
one statement, made once for a request.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from functools import cache
from typing import Any, Final, NamedTuple

from flask import current_app, g, request, session
from flask_appbuilder.security.sqla.models import User
from flask_login import login_user
from sqlalchemy import ColumnElement, Select, bindparam, delete, func, select, update
from sqlalchemy.orm import lazyload

from app.extensions import db
from app.gateways.prepared import LASTING
from app.models.accounts import COUNTED_LOGINS, Hat, LoginEvent
from app.models.sessions import LoginSession
from app.rules.actor import Role
from app.rules.devices import device_of
from app.rules.hats import is_staff
from app.rules.masks import mask_phone
from app.rules.refused import Refused
from app.views import levels, lockout, wardrobe

WAITS = dt.timedelta(minutes=10)  # for the second factor
NOTE_EVERY = dt.timedelta(seconds=60)  # between two notes of "still here": not every page writes
_COLUMNS = (
    LoginSession.id, LoginSession.account_id, LoginSession.hat_id, LoginSession.staff,
    LoginSession.waiting, LoginSession.proved_at, LoginSession.seen_at, LoginSession.ends_at, func.now(),
)  # fmt: skip
# What a page asks by itself is no sign that anybody is there: addresses that only pages ask, and the header of others.
POLLS = frozenset({"MessageView.unread", "MyCodeView.picture", "ImportView.progress"})
POLL_HEADER: Final = "X-Poll"
TOKEN = "_user_id"  # noqa: S105 - where Flask-Login looks for whom to load; ours is no account but a random number


class Login(NamedTuple):
    """The session of this request, as `g.login`."""

    id: int
    account_id: int
    hat_id: int | None
    staff: bool
    waiting: bool  # the password was right, the second factor is still to come
    proved_at: dt.datetime
    seen_at: dt.datetime
    ends_at: dt.datetime
    now: dt.datetime


def shown_name(username: str) -> str:
    """The user name as the log keeps it: a phone number only masked."""
    name = username.strip()[:128]
    return mask_phone(name) if name.isdigit() and len(name) == 11 else name


def address() -> str:
    """The caller's address."""
    return (request.remote_addr or "")[:45]


def refuse_if_locked(username: str) -> None:
    """Raises Refused("too_many") after too many failures of the account or from the address."""
    left = lockout.minutes(username, shown_name(username), address())
    if left:
        note(username, "locked", lockout.account_named(username))
        raise Refused("too_many", minutes=left)


def refuse_address(username: str) -> None:
    """Raises Refused("too_many") after too many failures from the address, whoever is asked for."""
    left = lockout.minutes_there(address())
    if left:
        note(username, "locked")
        raise Refused("too_many", minutes=left)


def note(username: str, outcome: str, account_id: int | None = None) -> None:
    """Writes one line of the login log."""
    line = LoginEvent(user_name=shown_name(username), address=address(), outcome=outcome, account_id=account_id)
    db.session.add(line)
    if account_id is None and outcome in COUNTED_LOGINS:
        lockout.missed(username)
    db.session.commit()


def digest(token: str) -> str:
    """What the table keeps of the number in the cookie."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(user: User, *, waiting: bool = False, proved_at: dt.datetime | None = None, worn: int | None = None) -> None:
    """Starts a new session under a new number; nothing of the one before survives.

    `waiting`: the second factor is still to come; until then the session opens nothing and lasts a few minutes.
    `proved_at`: when it goes on for one that ended, the last proof is as old as it was there.
    `worn`: the role acted in before, which stays the one acted in as long as it is in force.
    """
    mine = select(Hat.id, Hat.role).where(Hat.account_id == user.id, Hat.active)
    hats = list(db.session.execute(mine.order_by(Hat.is_default.desc(), Hat.id)))
    staff = is_staff([Role(hat.role) for hat in hats])
    hats.sort(key=lambda hat: hat.id != worn)
    if hats and Role(hats[0].role) in levels.UNIT_ROLES and levels.too_low(user.id):
        hats.sort(key=lambda hat: Role(hat.role) in levels.UNIT_ROLES)
    lasts = WAITS if waiting else _longest(staff=staff)
    token, device = secrets.token_urlsafe(32), device_of(request.headers.get("User-Agent", ""))
    row = LoginSession(
        token_hash=digest(token), account_id=user.id, hat_id=hats[0].id if hats else None, staff=staff,
        device_kind=device.kind, device=device.name, address=address(), ends_at=func.now() + lasts,
        waiting=waiting, proved_at=proved_at or func.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    session.clear()
    login_user(user, remember=False)
    session[TOKEN] = token


def _longest(*, staff: bool) -> dt.timedelta:
    return dt.timedelta(hours=current_app.config["STAFF_SESSION_HOURS" if staff else "SESSION_HOURS"])


def complete(user: User) -> None:
    """The second factor was right: from now on the session is a whole one, under a new number."""
    now = func.now()
    renew(waiting=False, proved_at=now, seen_at=now, ends_at=now + _longest(staff=g.login.staff))
    count(user.id)
    note(user.username, "ok", user.id)


def count(account_id: int) -> None:
    """Last login and number of logins, of whatever way in; a password that was only half of it counts for none."""
    told = {"last_login": func.timezone("UTC", func.now()), "login_count": func.coalesce(User.login_count, 0) + 1}
    stmt = update(User).where(User.id == account_id).values(**told, fail_login_count=0)
    db.session.execute(stmt.execution_options(synchronize_session=False))
    db.session.commit()


@cache
def _finding() -> Select[Any]:
    """The statement at the beginning of every request, made once: session, account, and what a page needs of it."""
    known = LoginSession.token_hash == bindparam("token_hash")
    stmt = select(User, *_COLUMNS, *wardrobe.columns(LoginSession.account_id, LoginSession)).select_from(LoginSession)
    stmt = stmt.join(User, User.id == LoginSession.account_id).options(lazyload(User.roles), lazyload(User.groups))
    whole = wardrobe.joined(stmt, LoginSession.account_id).where(known, LoginSession.ended_at.is_(None))
    return whole.execution_options(**LASTING)


def find(token: str) -> User | None:
    """The account whose session this is, as long as it lasts; the session becomes `g.login`."""
    rows = db.session.execute(_finding(), {"token_hash": digest(token)}).all()
    if not rows or not rows[0][0].is_active:
        return None
    own = 1 + len(_COLUMNS)
    user, login = rows[0][0], Login(*rows[0][1:own])
    over = _over(login)
    if over:
        end(LoginSession.id == login.id, over)
        return None
    g.login, g.wardrobe = login, wardrobe.made(row[own:] for row in rows)
    if login.now - login.seen_at > NOTE_EVERY and not _by_itself():
        db.session.execute(update(LoginSession).where(LoginSession.id == login.id).values(seen_at=func.now()))
        db.session.commit()
    return user


def _by_itself() -> bool:
    return request.endpoint in POLLS or POLL_HEADER in request.headers


def wardrobe_of(account_id: int) -> wardrobe.Wardrobe | None:
    """What was read of the account together with the session of this request; None for anybody else."""
    login = g.get("login")
    return g.wardrobe if login is not None and login.account_id == account_id else None


def idle_minutes(*, staff: bool) -> int:
    """How long a session may stand idle: shorter for staff, whatever hat is worn."""
    minutes, fewer = current_app.config["IDLE_MINUTES"], current_app.config["STAFF_IDLE_MINUTES"]
    return min(minutes, fewer) if staff else minutes


def _over(login: Login) -> str:
    """Why the session has run out, if it has."""
    if login.now >= login.ends_at:
        return "aged"
    idle = dt.timedelta(minutes=idle_minutes(staff=login.staff))
    return "idle" if login.now - login.seen_at > idle else ""


def in_force() -> ColumnElement[bool]:
    """Sessions that would still be let in."""
    long, short = (func.now() - dt.timedelta(minutes=idle_minutes(staff=staff)) for staff in (False, True))
    idle = (LoginSession.staff & (LoginSession.seen_at >= short)) | (
        ~LoginSession.staff & (LoginSession.seen_at >= long)
    )
    return LoginSession.ended_at.is_(None) & ~LoginSession.waiting & (LoginSession.ends_at > func.now()) & idle


def end(which: ColumnElement[bool], why: str) -> int:
    """Ends sessions; the login log tells of each (by trigger). How many."""
    stmt = update(LoginSession).where(LoginSession.ended_at.is_(None), which)
    ended = stmt.values(ended_at=func.clock_timestamp(), ended_why=why).execution_options(synchronize_session=False)
    done = db.session.execute(ended)
    db.session.commit()
    return int(done.rowcount)


def shut_out(account_id: int, why: str) -> None:
    """Ends every session of the account and makes its tokens worthless; the same as when its password changes."""
    db.session.execute(select(func.login_session_end(account_id, why)))
    db.session.commit()


def end_over() -> int:
    """Ends what has run out without anybody coming back; how many."""
    aged = end(LoginSession.ends_at <= func.now(), "aged")
    return aged + end(~in_force() & ~LoginSession.waiting, "idle")


def forget(days: int) -> int:
    """Deletes sessions that ended so many days ago: the login log tells of them as long as it is kept."""
    old = delete(LoginSession).where(LoginSession.ended_at < func.now() - dt.timedelta(days=days))
    done: Any = db.session.execute(old.execution_options(synchronize_session=False))
    db.session.commit()
    return int(done.rowcount)


def renew(**values: Any) -> None:
    """The same session under a new number, with what changes of it: an old number is worth nothing from now on."""
    token = secrets.token_urlsafe(32)
    stmt = update(LoginSession).where(LoginSession.id == g.login.id).values(token_hash=digest(token), **values)
    db.session.execute(stmt.execution_options(synchronize_session=False))
    db.session.commit()
    session[TOKEN] = token
