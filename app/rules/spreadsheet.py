"""Text that a spreadsheet must not take for a formula (OWASP: CSV injection)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

# The full-width signs count as well: some input methods and locales take them for the narrow ones.
_RISKY: Final = frozenset("=+-@\t\r\n＝＋－＠")


def harmless(texts: Iterable[str]) -> list[str]:
    """The texts of one column; one that a spreadsheet would compute gets an apostrophe in front.

    For texts only: a number that is a number, be it negative, never passes here.
    """
    return [f"'{text}" if text[:1] in _RISKY else text for text in texts]
