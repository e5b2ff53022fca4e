"""Notices as people read them: made when read, in the reader's language, from the words in force (notice_words.py)."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from app.views import dictionary, notice_words


def _facts(facts: dict[str, Any]) -> dict[str, Any]:
    return facts | ({"kind": dictionary.word("review_kind", facts["kind"])} if facts.get("kind") else {})


def subject(template: str, facts: dict[str, Any]) -> str:
    """The line shown in the inbox."""
    return notice_words.say(template, "subject", _facts(facts))


def text(template: str, facts: dict[str, Any]) -> str:
    """The whole message, with the reasons if there are any."""
    return with_reasons(notice_words.say(template, "text", _facts(facts)), template, facts)


def with_reasons(said: str, template: str, facts: dict[str, Any]) -> str:
    """What was said, and below it the reasons and the reviewer's own words."""
    parts = [said]
    english = str(get_locale()) == "en"
    for reason in facts.get("reasons") or []:
        words = reason.get("text_en" if english else "text_zh") or reason.get("text") or reason.get("name_zh") or ""
        parts.append(f"{reason.get('code', '')} {words}".strip())
    if template == "mentioned":
        parts.append(str(facts.get("comment") or _("The comment was taken back.")))
    elif facts.get("reason_text"):
        parts.append(_("Explanation: %(words)s", words=facts["reason_text"]))
    return "\n".join(parts)
