"""A telephone proven by code before anybody is logged in: kept sealed in the session for half an hour, for one purpose.

Sending in and leaving end it: the next person at this browser finds nothing.
"""

from __future__ import annotations

import time
from typing import Any, Final

from flask import session

from app.models.base import vault
from app.rules.masks import mask_phone

PLACE: Final = "session.appeal"
KEY: Final = "appeal"
LASTS: Final = 1800  # seconds


def remember(phone: str, *, proven: bool) -> None:
    """The telephone that a code went to, or that a code came back from."""
    session[KEY] = {"phone": vault().seal(phone, PLACE), "proven": proven, "at": int(time.time())}


def kept() -> dict[str, Any]:
    """What is known of this browser's appeal; empty after half an hour."""
    found = session.get(KEY)
    if not isinstance(found, dict) or time.time() - int(found.get("at", 0)) > LASTS:
        session.pop(KEY, None)
        return {}
    return found


def asked() -> str:
    """The telephone that a code was sent to."""
    found = kept()
    return vault().open(found["phone"], PLACE) if found.get("phone") else ""


def proven() -> str:
    """The telephone, once its code came back; "" before."""
    return asked() if kept().get("proven") else ""


def note(**values: Any) -> None:
    """Keeps something small beside: ids of uploads, the receipt."""
    found = kept()
    if found:
        session[KEY] = {**found, **values}


def sent(receipt: str) -> None:
    """The telephone is proven no longer; the page with the receipt still says where messages go, without its middle."""
    session[KEY] = {"receipt": receipt, "to": mask_phone(asked()), "at": int(time.time())}


def forget() -> None:
    """Nothing is kept any more."""
    session.pop(KEY, None)
