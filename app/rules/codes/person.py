"""Identity documents of persons: resident ID (GB 11643-1999), permits, passports (standards.md section 1)."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from app.rules.codes.blanks import has_blank

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARS: Final = "10X98765432"  # ISO 7064 MOD 11-2
_EIGHTEEN: Final = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN: Final = re.compile(r"[0-9]{15}")
_OLD_RESIDENCE_CARD: Final = re.compile(r"[A-Z]{3}[0-9]{12}")
_OLDEST_AGE: Final = 130

# Only the province is checked: a number keeps the county code of its time of issue, which may be abolished.
_PROVINCES: Final = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")
# Residence permits of Hong Kong, Macao and Taiwan residents bear these six digits and no others.
_PERMIT_REGIONS: Final = frozenset({"810000", "820000", "830000"})

_PATTERNS: Final = {
    "hkmacao_permit": re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?"),
    "taiwan_permit": re.compile(r"[0-9]{8}"),
    # Issuers differ: ICAO 9303 gives the number field nine characters, some states print fewer.
    "passport": re.compile(r"[A-Z0-9]{5,9}"),
}

DOCUMENT_KINDS: Final = ("resident_id", "hkmacao_permit", "taiwan_permit", "passport", "foreign_residence")


def resident_check_char(first17: str) -> str:
    """The 18th character by ISO 7064 MOD 11-2. Raises ValueError unless given 17 digits."""
    total = sum(int(c) * w for c, w in zip(first17, _WEIGHTS, strict=True))
    return _CHECK_CHARS[total % 11]


def resident_id_fault(number: str, today: date) -> str | None:
    """What is wrong with a resident ID or an HK/Macao/Taiwan residence permit number (U08, G10), or None.

    "blank", "old_number" (15 digits, without force since 2013), "length", "alphabet" (also a small x),
    "kind" (a foreigner's residence card, which has a document kind of its own), "region", "birth_date",
    "check_char".
    """
    fault = _shape_fault(number)
    if fault:
        return fault
    if number[0] == "9":
        return "kind"
    if not _PROVINCES.match(number) and number[:6] not in _PERMIT_REGIONS:
        return "region"
    return _birth_and_check_fault(number, today)


def foreign_residence_fault(number: str, today: date) -> str | None:
    """What is wrong with the number of a foreigner's permanent residence card, or None.

    The 2023 edition has 18 digits beginning with 9, built and checked like a resident ID (reading rules of
    the National Immigration Administration, 2023-09). Cards of the 2017 edition (3 letters, 12 digits) stay
    valid until they expire.
    """
    if _OLD_RESIDENCE_CARD.fullmatch(number):
        return None
    fault = _shape_fault(number)
    if fault:
        return "length" if fault == "old_number" else fault
    if number[0] != "9":
        return "kind"
    return _birth_and_check_fault(number, today)


def document_fault(kind: str, number: str, today: date) -> str | None:
    """What is wrong with a number of one of DOCUMENT_KINDS, or None. Raises KeyError for another kind."""
    if kind == "resident_id":
        return resident_id_fault(number, today)
    if kind == "foreign_residence":
        return foreign_residence_fault(number, today)
    pattern = _PATTERNS[kind]
    if has_blank(number):
        return "blank"
    return None if pattern.fullmatch(number) else "pattern"


def birth_date(number: str) -> date | None:
    """Digits 7 to 14 as a date; None where they are no date."""
    digits = number[6:14]
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def sex_digit(number: str) -> str:
    """GB/T 2261.1 code by the 17th digit: "1" male (odd), "2" female (even). Raises ValueError if none."""
    return "1" if int(number[16:17]) % 2 else "2"


def age_on(born: date, day: date) -> int:
    """Full years lived on `day`; who is born on 29 February comes of age on 1 March (民法典 art. 204)."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _shape_fault(number: str) -> str | None:
    if has_blank(number):
        return "blank"
    if _FIFTEEN.fullmatch(number):
        return "old_number"
    if len(number) != 18:
        return "length"
    return None if _EIGHTEEN.fullmatch(number) else "alphabet"


def _birth_and_check_fault(number: str, today: date) -> str | None:
    born = birth_date(number)
    if born is None or born > today or born.year < today.year - _OLDEST_AGE:
        return "birth_date"
    return None if number[-1] == resident_check_char(number[:17]) else "check_char"
