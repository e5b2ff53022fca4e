"""What the clock does for organisations: hands over units that were taken over, removes papers whose time is over."""

from __future__ import annotations

from flask import current_app
from sqlalchemy.orm import Session

from app.review import entry_papers, loose_files, takeovers, unit_ends, unit_pictures
from app.review.policy import number
from app.rules.units import DRAFT_DAYS


def settle(session: Session) -> int:
    """Units whose takeover was approved, once the verdict can no longer be taken back."""
    return takeovers.settle(session, current_app.config["UNDO_SECONDS"])


def purge(session: Session) -> int:
    """Identity pictures of agencies' entries, units and takeovers leave as those of persons do; so do papers and units never sent in."""
    storage, days = current_app.extensions["storage"], number(session, "identity_days", "")
    gone = entry_papers.purge(session, storage, days) + takeovers.purge(session, storage, days)
    gone += unit_pictures.purge(session, storage, days) + unit_ends.clear(session, storage, DRAFT_DAYS)
    return gone + loose_files.purge(session, storage, days)
