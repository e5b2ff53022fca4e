"""Entry of agencies and certification of employers: their lifecycles, and which materials each needs (ZX-06, ZX-26..30)."""

from __future__ import annotations

from typing import Final

from app.rules.lifecycle import DECIDER, SENDER, VERDICTS, Lifecycle, Move, move

PUBLIC, COMMERCIAL = "public", "commercial"
# "open": may work; "incomplete": approved, its data not yet completed; "closed": shut by the operator.
STATES: Final = ("open", "incomplete", "closed")
SHUT: Final = ("incomplete", "closed")  # posts for nobody
# What an agency completes after its approval, before it may use the functions (ZX-29).
COMPLETED: Final = ("address", "phone", "service_hours", "intro")
# The sections of its public page (ZX-31).
TEXTS: Final = ("intro", "team", "leaders", "services")
# Kind of agency -> materials without which nothing is decided (ZX-28, ZX-30).
MATERIALS: Final[dict[str, tuple[str, ...]]] = {
    PUBLIC: ("approval", "letter", "handler_id"),
    COMMERCIAL: ("holder_photo", "licence", "letter", "hr_licence"),
}
ENTRY_SLOTS: Final = ("approval", "letter", "handler_id", "holder_photo", "licence", "hr_licence")
BEFORE_SENDING: Final = ("asked", "recommended")  # with the bureau, or back from it: nothing is sent in yet
IDENTITY_SLOTS: Final = ("handler_id", "holder_photo")  # leave some days after the verdict
PROOF_SLOTS: Final = ("employment_proof", "letter")
REMINDED: Final = (60, 30, 7, 0)  # days before a licence or a verification ends
PROOF_DAYS: Final = 90  # so old a proof of employment is one no longer (standards.md 3.7)
CERTIFIED_MONTHS: Final = 12
CERTIFIED_REMINDED: Final = (30, 7)  # days before a certification ends
RENEWED_DAYS: Final = 60  # approved within so many days of the end, the next one follows on the present one

# Association of a unit with an agency. "sender" is the unit, "decider" the agency, "keeper" the operator.
ASSOCIATION_STATES: Final = ("applied", "linked", "refused", "withdrawn", "ended")
ASSOCIATION: Final[dict[str, Move]] = {
    one.name: one
    for one in (
        move("ask_again", "refused withdrawn ended", "applied", SENDER),
        move("withdraw", "applied", "withdrawn", SENDER),
        move("agree", "applied", "linked", DECIDER),
        move("refuse", "applied", "refused", DECIDER, needs_reason=True),
        move("dissolve", "linked", "ended", "sender decider keeper", needs_reason=True),
    )
}

ENTRY = Lifecycle(
    "draft",
    [
        move("ask", "draft returned rejected", "asked", "sender"),
        move("recommend", "asked", "recommended", "keeper", needs_reason=True),
        move("not_recommend", "asked", "returned", "keeper", needs_reason=True),
        move("submit", "draft returned rejected recommended", "pending", "sender", opens_round=True),
        move("withdraw", "asked recommended pending", "draft", "sender"),
        *VERDICTS,
        move("delete", "draft returned rejected", "deleted", "sender"),
    ],
    public="approved",
    editable="draft returned rejected",
)

CERTIFICATION = Lifecycle(
    "draft",
    [
        move("submit", "draft returned rejected expired revoked", "pending", "sender", opens_round=True),
        move("withdraw", "pending", "draft", "sender"),
        *VERDICTS,
        move("revoke", "approved", "revoked", "keeper", needs_reason=True),
        move("expire", "approved", "expired", "clock"),
        move("delete", "draft returned rejected", "deleted", "sender"),
    ],
    public="approved",
    editable="draft returned rejected expired revoked",
)
