"""Blanks and invisible characters: they travel with pasted codes and make two equal-looking values differ."""

from __future__ import annotations

import unicodedata


def has_blank(text: str) -> bool:
    """Whether there is white space or a format character (zero-width space, byte order mark) anywhere."""
    return any(c.isspace() or unicodedata.category(c) == "Cf" for c in text)
