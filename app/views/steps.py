"""A phone that a form has settled on, kept sealed in the cookie between two steps, and the codes that go to it."""

from __future__ import annotations

import json
from time import time as clock
from typing import Final

from flask import session

from app.gateways.vault import VaultError
from app.models.base import vault

LASTS: Final = 1800  # seconds


def keep(place: str, *facts: str) -> None:
    """Remembers what a step has settled."""
    session[place] = vault().seal(json.dumps([int(clock()), *facts]), place)


def kept(place: str, lasts: int = LASTS) -> list[str] | None:
    """What was remembered, for half an hour unless said otherwise."""
    try:
        at, *facts = json.loads(vault().open(str(session.get(place, "")), place))
    except (VaultError, ValueError):
        return None
    return facts if clock() - at < lasts else None


def forget(place: str) -> None:
    """Remembers it no longer."""
    session.pop(place, None)
