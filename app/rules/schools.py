"""Lifecycle of a unit's residency at a school (HL-54..57; table (b) row 8)."""

from app.rules.lifecycle import Lifecycle, move

RESIDENCY = Lifecycle(
    "draft",
    [
        move("submit", "draft returned rejected withdrawn revoked", "pending", "sender", opens_round=True),
        move("withdraw", "pending", "withdrawn", "sender"),
        move("approve", "pending", "active", "decider"),
        move("return", "pending", "returned", "decider", needs_reason=True),
        move("reject", "pending", "rejected", "decider", needs_reason=True),
        move("revoke", "active", "revoked", "keeper", needs_reason=True),
    ],
    public="active",
    editable="draft returned rejected withdrawn revoked",
)
