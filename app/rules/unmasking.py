"""A sealed value shown in full: for a reason, a few times an hour, on the ledger."""

from __future__ import annotations

from typing import Final

PER_HOUR: Final = 30  # values one account may have shown to it, whatever hat it wears
LEAST: Final = 4  # characters of the words beside the reason
MOST: Final = 200
MASKED: Final = "_masked"


def unmaskable(shown: str) -> str:
    """The sealed column behind a column that shows only its mask."""
    return shown.removesuffix(MASKED)
