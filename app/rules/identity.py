"""Real-name by documents: the lifecycle of a proof, its materials, and how long they are kept (GD-09, GD-12, GD-13)."""

from __future__ import annotations

from typing import Final

from app.rules.lifecycle import VERDICTS, Lifecycle, move

PROOF = Lifecycle(
    "draft",
    [
        move("submit", "draft returned withdrawn", "pending", "sender", opens_round=True),
        move("withdraw", "pending returned", "withdrawn", "sender"),
        *VERDICTS,
    ],
    editable="draft returned withdrawn",
)

FRONT, BACK, HELD = "id_front", "id_back", "holder_photo"
SLOTS: Final = (FRONT, BACK, HELD)
PASSPORT: Final = "passport"
PROVEN: Final = 2  # the level that a proven document gives
DOCUMENTS: Final = "documents"  # where a level proven at the desk comes from
SEEN: Final = "seen"  # where one comes from that an administrator gave who saw the document
DRAFT_DAYS: Final = 1  # pictures that were never sent in


def required(document_kind: str, *, held: bool) -> tuple[str, ...]:
    """The places that must be filled. A passport has one page that matters; `held`: the division wants to see the holder."""
    sides = (FRONT,) if document_kind == PASSPORT else (FRONT, BACK)
    return (*sides, HELD) if held else sides
