"""Lifecycle and limits of a gig post, 招工 and 找活 alike (TJ-17..50)."""

from app.rules.lifecycle import Lifecycle, move

GIG = Lifecycle(
    "draft",
    [
        move("submit", "draft returned rejected off expired", "pending", "sender", opens_round=True),
        move("withdraw", "pending", "draft", "sender"),
        move("approve", "pending", "live", "decider"),
        move("return", "pending", "returned", "decider", needs_reason=True),
        move("reject", "pending", "rejected", "decider", needs_reason=True),
        move("pause", "live", "paused", "sender", batch=True),
        move("resume", "paused", "live", "sender", batch=True),
        move("close", "live paused", "off", "sender", batch=True),
        move("remove", "live paused", "off", "keeper", needs_reason=True, batch=True),
        move("expire", "live paused", "expired", "clock"),
        move("delete", "draft returned rejected", "deleted", "sender", batch=True),
    ],
    public="live",
    editable="draft returned rejected off expired",
    revisable="live paused",
)

AGREEMENT_VERSION = "2026-11"
DESCRIPTION_LIMIT = 500
VALID_DAYS_LIMIT = 90
