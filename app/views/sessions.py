"""Sessions and the login log: who tried, who is locked out, and when a session ends."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import time
from typing import Any

from flask import current_app, request, session
from flask_appbuilder.security.sqla.models import User
from flask_login import login_user
from sqlalchemy import func, select

from app.extensions import db
from app.models.accounts import LoginEvent
from app.rules.masks import mask_phone
from app.rules.refused import Refused

WINDOW_MINUTES = 15
ACCOUNT_FAILURES = 5
ADDRESS_FAILURES = 30  # a service hall or a school sits behind one address
ABSOLUTE_HOURS = 12
NOTE_EVERY = 60  # seconds between two notes of "still here": the cookie is not rewritten at every page
POLLS = frozenset({"MessageView.unread"})  # what a page asks by itself is no sign that anybody is there


def shown_name(username: str) -> str:
    """The user name as the log keeps it: a phone number only masked."""
    name = username.strip()[:128]
    return mask_phone(name) if name.isdigit() and len(name) == 11 else name


def address() -> str:
    """The caller's address."""
    return (request.remote_addr or "")[:45]


def _failures(condition: Any) -> int:
    since = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=WINDOW_MINUTES)
    stmt = select(func.count()).where(LoginEvent.outcome == "wrong", LoginEvent.at > since, condition)
    return db.session.scalar(stmt) or 0


def refuse_if_locked(username: str) -> None:
    """Raises Refused("too_many") after too many failures of the account or from the address."""
    name, place = shown_name(username), address()
    if (
        _failures(LoginEvent.user_name == name) >= ACCOUNT_FAILURES
        or _failures(LoginEvent.address == place) >= ADDRESS_FAILURES
    ):
        note(username, "locked")
        raise Refused("too_many", minutes=WINDOW_MINUTES)


def note(username: str, outcome: str, account_id: int | None = None) -> None:
    """Writes one line of the login log."""
    line = LoginEvent(user_name=shown_name(username), address=address(), outcome=outcome, account_id=account_id)
    db.session.add(line)
    db.session.commit()


def fingerprint(user: User) -> str:
    """Binds a session to the password: a changed password ends every other session."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, (user.password or "").encode(), hashlib.sha256).hexdigest()[:24]


def begin(user: User) -> None:
    """Starts a new session; nothing of the one before survives."""
    session.clear()
    login_user(user, remember=False)
    session.update(mark=fingerprint(user), since=int(time.time()), seen=int(time.time()))


def ended() -> bool:
    """Whether the session ran out by idleness or age; otherwise notes now and then that it is in use."""
    now = int(time.time())
    if now - session.get("since", 0) > ABSOLUTE_HOURS * 3600:
        return True
    idle = now - session.get("seen", 0)
    minutes = current_app.config["IDLE_MINUTES"]
    if session.get("staff"):
        minutes = min(minutes, current_app.config["STAFF_IDLE_MINUTES"])
    if idle > minutes * 60:
        return True
    if idle > NOTE_EVERY and request.endpoint not in POLLS:
        session["seen"] = now
    return False
