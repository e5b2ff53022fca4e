"""A telephone proven by code before anybody is logged in: kept sealed in the session for an hour, for one purpose."""

from __future__ import annotations

import time
from typing import Any, Final

from flask import session

from app.models.base import vault

PLACE: Final = "session.appeal"
KEY: Final = "appeal"
LASTS: Final = 3600  # seconds


def remember(phone: str, *, proven: bool) -> None:
    """The telephone that a code went to, or that a code came back from."""
    session[KEY] = {"phone": vault().seal(phone, PLACE), "proven": proven, "at": int(time.time())}


def kept() -> dict[str, Any]:
    """What is known of this browser's appeal; empty after an hour."""
    found = session.get(KEY)
    if not isinstance(found, dict) or time.time() - int(found.get("at", 0)) > LASTS:
        session.pop(KEY, None)
        return {}
    return found


def asked() -> str:
    """The telephone that a code was sent to."""
    found = kept()
    return vault().open(found["phone"], PLACE) if found else ""


def proven() -> str:
    """The telephone, once its code came back; "" before."""
    return asked() if kept().get("proven") else ""


def note(**values: Any) -> None:
    """Keeps something small beside: ids of uploads, the receipt."""
    found = kept()
    if found:
        session[KEY] = {**found, **values}


def forget() -> None:
    """Nothing is kept any more."""
    session.pop(KEY, None)
