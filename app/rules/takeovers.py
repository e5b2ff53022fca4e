"""Taking a unit over whose owner has left or is lost (GD-18, GD-22, GD-28): the lifecycle and the four materials."""

from __future__ import annotations

from typing import Final

from app.rules.lifecycle import Lifecycle, move

TAKEOVER = Lifecycle(
    "draft",
    [
        move("submit", "draft returned rejected", "pending", "sender", opens_round=True),
        move("withdraw", "pending", "draft", "sender"),
        move("approve", "pending", "approved", "decider"),
        move("return", "pending", "returned", "decider", needs_reason=True),
        move("reject", "pending", "rejected", "decider", needs_reason=True),
        move("delete", "draft returned rejected", "deleted", "sender"),
    ],
    editable="draft returned rejected",
)
# The four photos of the manual (GD-22): document, person with it, stamped licence, stamped letter of authority.
SLOTS: Final = ("handler_id", "holder_photo", "licence", "letter")
SEEN_DAYS: Final = 30  # an owner who logged in within so many days is not lost
