"""Parameters that count everywhere and stand on many pages."""

from __future__ import annotations

from app.extensions import db
from app.review.policy import switch
from app.rules.settings import SETTINGS


def value(key: str) -> str:
    """The value in force everywhere."""
    return switch(db.session, key, "", SETTINGS[key].default)
