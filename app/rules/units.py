"""Lifecycles of a unit's registration and of a change to an approved unit (GD-24..31, HL-12..15)."""

from app.rules.lifecycle import ASKED_ONCE, VERDICTS, Lifecycle, move

REGISTRATION = Lifecycle(
    "draft",
    [
        move("submit", "draft returned rejected imported", "pending", "sender", opens_round=True),
        move("withdraw", "pending", "draft", "sender"),
        *VERDICTS,
        move("freeze", "approved imported", "frozen", "keeper", needs_reason=True),
        move("thaw", "frozen", "approved", "keeper", needs_reason=True),
    ],
    public="approved",
    editable="draft returned rejected imported",
)

CHANGE = Lifecycle("draft", ASKED_ONCE, editable="draft returned rejected")

# What may never be changed once registered (table (b) row 1): enforced here, in the form and by a trigger.
IMMUTABLE = frozenset({"uscc"})
