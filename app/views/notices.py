"""Words of the notices, made when read, in the reader's language (TJ-66..68). No template has room for a password."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.views import dictionary

# template -> (subject, text). Facts are put in by name; a fact that is missing is left out, never an error.
WORDS: Final[dict[str, tuple[Any, Any]]] = {
    "round_approved": (
        _l("Approved: %(title)s"),
        _l("%(kind)s “%(title)s” (no. %(receipt_no)s) has been approved."),
    ),
    "round_returned": (
        _l("To be mended: %(title)s"),
        _l("%(kind)s “%(title)s” (no. %(receipt_no)s) was returned. Please mend what is listed and submit again."),
    ),
    "round_rejected": (
        _l("Not approved: %(title)s"),
        _l("%(kind)s “%(title)s” (no. %(receipt_no)s) was not approved."),
    ),
    "round_asked": (
        _l("A question about: %(title)s"),
        _l(
            "The reviewer has a question about %(kind)s “%(title)s” (no. %(receipt_no)s). The clock stops until you answer."
        ),
    ),
    "round_transferred": (
        _l("Passed on to you: %(title)s"),
        _l("%(kind)s “%(title)s” (no. %(receipt_no)s) was passed on to you."),
    ),
    "submission_received": (
        _l("Received: %(title)s"),
        _l("%(kind)s “%(title)s” was received as no. %(receipt_no)s and waits for review."),
    ),
    "posting_expired": (_l("Expired: %(title)s"), _l("The posting “%(title)s” was taken down after its last day.")),
    "gig_expired": (_l("Expired: %(title)s"), _l("The gig post “%(title)s” has ended after its last day.")),
    "gig_prepared": (
        _l("This was prepared for you: %(title)s"),
        _l(
            "The bureau has prepared %(kind)s “%(title)s” in your name. Read it, accept the agreement and submit it, or delete it."
        ),
    ),
    "residency_revoked": (_l("Residency revoked: %(title)s"), _l("The school has revoked the residency “%(title)s”.")),
    "removed": (_l("Taken down by the bureau: %(title)s"), _l("“%(title)s” was taken down by the bureau.")),
    "frozen": (_l("Unit frozen: %(title)s"), _l("The unit “%(title)s” was frozen by the bureau.")),
    "thawed": (_l("Unit active again: %(title)s"), _l("The unit “%(title)s” is active again.")),
    "task_done": (_l("Ready: %(title)s"), _l("“%(title)s” is done. What came of it stands under My tasks.")),
    "task_failed": (_l("Failed: %(title)s"), _l("“%(title)s” could not be completed. Why stands under My tasks.")),
    "mentioned": (
        _l("%(by)s mentions you: %(title)s"),
        _l("%(by)s mentions you in a comment on %(kind)s “%(title)s”."),
    ),
}


class _Facts(dict[str, Any]):
    """Facts of a notice; one that is missing reads as a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


def _facts(facts: dict[str, Any]) -> _Facts:
    found = _Facts(facts)
    if facts.get("kind"):
        found["kind"] = dictionary.word("review_kind", facts["kind"])
    return found


def subject(template: str, facts: dict[str, Any]) -> str:
    """The line shown in the inbox."""
    return str(WORDS[template][0]) % _facts(facts)


def text(template: str, facts: dict[str, Any]) -> str:
    """The whole message, with the reasons if there are any."""
    parts = [str(WORDS[template][1]) % _facts(facts)]
    english = str(get_locale()) == "en"
    for reason in facts.get("reasons") or []:
        words = reason.get("text_en" if english else "text_zh") or reason.get("text") or reason.get("name_zh") or ""
        parts.append(f"{reason.get('code', '')} {words}".strip())
    if template == "mentioned":
        parts.append(str(facts.get("comment", "")))
    elif facts.get("reason_text"):
        parts.append(_("Explanation: %(words)s", words=facts["reason_text"]))
    return "\n".join(parts)
