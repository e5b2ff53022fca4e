"""What the clock does for proofs of identity: removes the pictures of long ago."""

from __future__ import annotations

from flask import current_app
from sqlalchemy.orm import Session

from app.review import identity
from app.review.policy import number


def purge(session: Session) -> int:
    """Pictures of identity documents leave 30 days after the decision."""
    return identity.purge(session, current_app.extensions["storage"], number(session, "identity_days", ""))
