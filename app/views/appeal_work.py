"""What the clock does for appeals: carries out what was decided, removes the papers of long ago."""

from __future__ import annotations

from flask import current_app
from sqlalchemy.orm import Session

from app.review import appeals
from app.review.policy import number
from app.views import site


def settle(session: Session) -> int:
    """What follows from decided appeals, once a verdict can no longer be taken back; and approvals nobody made use of."""
    gone, address = appeals.lapse(session), site.address()
    if not address:  # their links would lead nowhere: they wait
        return gone
    return gone + appeals.settle(session, address, current_app.config["UNDO_SECONDS"])


def purge(session: Session) -> int:
    """Papers of appeals leave 30 days after the decision."""
    return appeals.purge(session, current_app.extensions["storage"], number(session, "appeal_days", ""))
