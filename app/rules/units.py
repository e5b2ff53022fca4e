"""Lifecycles of a unit's registration and of a change to an approved unit (GD-24..31, HL-12..15)."""

from typing import Final

from app.rules.lifecycle import ASKED_ONCE, VERDICTS, Lifecycle, move

REGISTRATION = Lifecycle(
    "draft",
    [
        move("submit", "draft returned rejected imported", "pending", "sender", opens_round=True),
        move("withdraw", "pending", "draft", "sender"),
        *VERDICTS,
        move("freeze", "approved imported", "frozen", "keeper", needs_reason=True),
        move("thaw", "frozen", "approved", "keeper", needs_reason=True),
        move("delete", "draft returned rejected", "deleted", "sender clock"),
    ],
    public="approved",
    editable="draft returned rejected imported",
)

# Never approved, and not before the bureau: what the sender has begun or was sent back. It holds no credit code.
UNDECIDED: Final = ("draft", "returned", "rejected")
# A credit code is in use while a unit with it is one of these (GD-22); the database lets one row only (uq_unit_uscc).
HOLDING: Final = ("pending", "approved", "frozen", "imported")
DRAFT_DAYS: Final = 90  # a draft that was never sent in and that nobody touched for so long is cleared

# Papers that show who acts for the unit, as none of its own papers do: a card of identity, a letter that names its bearer.
PRIVATE_SLOTS: Final = frozenset({"handler_id", "letter"})
IDENTITY_SLOTS: Final = ("handler_id",)  # leave some days after the verdict

CHANGE = Lifecycle("draft", ASKED_ONCE, editable="draft returned rejected")

# What may never be changed once registered (table (b) row 1): enforced here, in the form and by a trigger.
IMMUTABLE = frozenset({"uscc"})
