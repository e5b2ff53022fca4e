"""Lifecycle of a job posting (GD-38..49, SG-08..20, HL-16..24; disagreements settled by table (b) rows 2, 3, 4)."""

from app.rules.lifecycle import Lifecycle, move

POSTING = Lifecycle(
    "draft",
    [
        move("submit", "draft returned rejected off expired", "pending", "sender", batch=True, opens_round=True),
        move("withdraw", "pending", "draft", "sender"),
        move("approve", "pending", "live", "decider"),
        move("return", "pending", "returned", "decider", needs_reason=True),
        move("reject", "pending", "rejected", "decider", needs_reason=True),
        move("publish", "draft returned off expired", "live", "sender", batch=True),
        move("take_down", "live", "off", "sender", batch=True),
        move("remove", "live", "off", "keeper", needs_reason=True, batch=True),
        move("set_validity", "live", "live", "sender", batch=True),
        move("expire", "live", "expired", "clock"),
        move("cease", "live", "off", "clock"),  # of an agency that may post no longer
        move("delete", "draft returned rejected", "deleted", "sender", batch=True),
    ],
    public="live",
    editable="draft returned rejected off expired",
    revisable="live",
)

VALID_DAYS_LIMIT = 180
VALID_DAYS_USUAL = 90
PAY_STEPS = (3000, 5000, 8000, 12000, 20000)  # yuan a month between which people look (SG-63)
BOARD_GIVEN = {"meals": ("meals", "both"), "lodging": ("lodging", "both")}  # what is wanted is given by these (SG-64)
