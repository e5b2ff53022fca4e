"""What a file is for, in words: each kind names the places of its files in one dictionary."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.review.kinds import KINDS
from app.views import dictionary


def word(kind: str, slot: str) -> str:
    """The place of a file of this kind."""
    words = KINDS[kind].slot_words
    return dictionary.word(words, slot) if words else _("Picture")


def word_of(view: Any, slot: str) -> str:
    """The same on a screen: where there is one place only, it is called as the screen calls its files."""
    if "files" in view.label_columns and len(view.file_slots) == 1:
        return str(view.label_columns["files"])
    return word(view.kind, slot)
