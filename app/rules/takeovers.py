"""Taking a unit over whose owner has left or is lost (GD-18, GD-22, GD-28): the lifecycle and the four materials."""

from __future__ import annotations

from typing import Final

from app.rules.lifecycle import ASKED_ONCE, Lifecycle

TAKEOVER = Lifecycle("draft", ASKED_ONCE, editable="draft returned rejected")
# The four photos of the manual (GD-22): document, person with it, stamped licence, stamped letter of authority.
SLOTS: Final = ("handler_id", "holder_photo", "licence", "letter")
SEEN_DAYS: Final = 30  # an owner who logged in within so many days is not lost
