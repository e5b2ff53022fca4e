"""Codes of units: social credit code (GB 32100-2015, amendment 1), organisation code (GB 11714-1997)."""

from __future__ import annotations

import re
from typing import Final

from app.rules.codes.blanks import has_blank

_USCC_CHARS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I O Z S V
_USCC_VALUE: Final = {c: n for n, c in enumerate(_USCC_CHARS)}
_USCC_WEIGHTS: Final = tuple(pow(3, n, 31) for n in range(17))

_ORG_CHARS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_VALUE: Final = {c: n for n, c in enumerate(_ORG_CHARS)}
_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)

# First two characters (registering authority, class of body) -> nature of the unit (U04).
# Any other lawful pair (foreign missions, temples, notaries, military bodies, Y1 ...) is "other".
_KIND_BY_PREFIX: Final = {
    "11": "government",
    "12": "institution",
    "31": "law_firm",
    "51": "association",
    "52": "private_nonenterprise",
    "53": "foundation",
    "81": "union",
    "91": "enterprise",
    "92": "individual",
    "93": "cooperative",
    "N1": "collective",
    "N2": "collective",
    "N3": "collective",
}
_OTHER_PREFIX: Final = re.compile(r"1[39]|2[19]|3[2-59]|4[19]|59|6[129]|7[129]|89|A[19]|N9|Y1")

UNIT_KINDS: Final = (*dict.fromkeys(_KIND_BY_PREFIX.values()), "other")


def uscc_check_char(first17: str) -> str:
    """The 18th character: 31 less the weighted sum modulo 31 (GB 32100 annex, weights are powers of 3).

    Raises KeyError for a character outside the alphabet; ask `uscc_fault` first.
    """
    total = sum(_USCC_VALUE[c] * w for c, w in zip(first17, _USCC_WEIGHTS, strict=True))
    return _USCC_CHARS[-total % 31]


def uscc_fault(code: str) -> str | None:
    """What is wrong with a unit code (U01): "blank", "length", "alphabet", "check_char", or None.

    Small letters and full-width digits are faults of the alphabet: the caller may offer the corrected form.
    """
    if has_blank(code):
        return "blank"
    if len(code) != 18:
        return "length"
    if any(c not in _USCC_VALUE for c in code) or not _digits(code[2:8]):
        return "alphabet"
    if code[-1] != uscc_check_char(code[:17]):
        return "check_char"
    return None


def uscc_kind(code: str) -> str | None:
    """The nature of the unit by its first two characters (U04), None for a pair not in the standard."""
    pair = code[:2]
    return _KIND_BY_PREFIX.get(pair) or ("other" if _OTHER_PREFIX.fullmatch(pair) else None)


def uscc_region(code: str) -> str:
    """Characters 3 to 8: division (GB/T 2260) of the registering office.

    Units move, so it need not be the one of the address (U06).
    """
    return code[2:8]


def organisation_check_char(first8: str) -> str:
    """The 9th character of an organisation code: 11 less the weighted sum modulo 11; X for 10, 0 for 11."""
    total = sum(_ORG_VALUE[c] * w for c, w in zip(first8, _ORG_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def organisation_fault(code9: str) -> str | None:
    """What is wrong with an organisation code (9th to 17th of a unit code, U05); answers as `uscc_fault`.

    A legacy "12345678-9" is to be given without its hyphen.
    """
    if has_blank(code9):
        return "blank"
    if len(code9) != 9:
        return "length"
    if any(c not in _ORG_VALUE for c in code9):
        return "alphabet"
    if code9[-1] != organisation_check_char(code9[:8]):
        return "check_char"
    return None


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
