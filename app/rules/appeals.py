"""Lifecycle of an appeal for an account by documents (GD-17..22, HL-06..09), its materials and its limits."""

from __future__ import annotations

from typing import Final

from app.rules.lifecycle import VERDICTS, Lifecycle, move

APPEAL = Lifecycle(
    "draft",
    [
        move("submit", "draft returned withdrawn", "pending", "sender", opens_round=True),
        move("withdraw", "pending returned", "withdrawn", "sender"),
        *VERDICTS,
        # An approval called back: by the bureau, as long as nobody has taken the account over; by the clock, where it cannot
        # be carried out any more.
        move("revoke", "approved", "revoked", "keeper clock", needs_reason=True),
    ],
    editable="draft returned withdrawn",
)

PERSON, UNIT = "person", "unit"
PARTIES: Final = (PERSON, UNIT)
WISHES: Final = ("account", "password")
# Table (b) row 30: one form with these places; which of them must be filled is a matter of the division.
SLOTS: Final = ("id_front", "id_hand", "seal_licence", "seal_letter", "statement")
OF_UNITS: Final = frozenset({"seal_licence", "seal_letter"})

DRAFT_DAYS: Final = 1  # materials that were never sent in
KEPT_DAYS: Final = 30  # materials after the decision (table (b) row 36), unless the parameter says otherwise
LINK_MINUTES: Final = 30  # table (b) row 6
RENEWED_DAYS: Final = 7  # how long after the decision the proven phone may ask for another link
MOST_LINKS: Final = 3  # of one appeal
PHONE_APPEALS: Final = 5  # of one telephone in 30 days
ADDRESS_APPEALS: Final = 20  # from one address in a day: a service hall sits behind one
PHONE_UPLOADS: Final = 40  # pictures sent with one telephone in a day


def required(party: str, *, photos: bool, statement: bool) -> tuple[str, ...]:
    """The places that must be filled. `photos`: identity and, for units, stamped papers; else the stamped statement."""
    wanted = {"statement"} if statement or not photos else set()
    if photos:
        wanted |= {"id_front", "id_hand"}
        wanted |= OF_UNITS if party == UNIT else set()
    if party == PERSON:
        wanted |= {"id_front"}
    return tuple(slot for slot in SLOTS if slot in wanted)


def offered(party: str) -> tuple[str, ...]:
    """The places a form shows at all."""
    return tuple(slot for slot in SLOTS if party == UNIT or slot not in OF_UNITS)
