"""Lifecycle of a picture or video of a unit or person (TJ-51..53, GD-50/51, HL-25) and its limits."""

from app.rules.lifecycle import VERDICTS, Lifecycle, move

PICTURE = Lifecycle(
    "draft",
    [
        move("submit", "draft returned", "pending", "sender", opens_round=True),
        move("withdraw", "pending", "draft", "sender"),
        *VERDICTS,
        move("remove", "approved", "removed", "keeper", needs_reason=True, batch=True),
        move("delete", "draft returned rejected approved", "deleted", "sender", batch=True),
    ],
    public="approved",
    editable="draft returned",
)

# Counts everything not rejected and not deleted (table (b) row 22).
COUNTED = ("draft", "pending", "returned", "approved")
SLOT_LIMITS = {"image": 3, "logo": 1, "avatar": 1, "video": 1}
IMAGE_BYTES = 5 * 1024 * 1024
VIDEO_BYTES = 200 * 1024 * 1024
APPEAL_BYTES = 2 * 1024 * 1024
PDF_BYTES = 10 * 1024 * 1024
PDF_MIME = "application/pdf"
# Materials that authorities issue, and units write, as PDF. A person's identity stays a picture (HL-09: jpg), as do pictures
# for the public.
PDF_SLOTS = frozenset({"licence", "approval", "hr_licence", "letter", "change_proof", "employment_proof"})
