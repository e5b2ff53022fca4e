"""Telephone numbers and e-mail addresses (U09)."""

from __future__ import annotations

import re
from typing import Final

from app.rules.late import late

email_validator = late("email_validator")
phonenumbers = late("phonenumbers")

_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
# Area codes of three digits (010, 02x) go with eight, those of four with seven or eight; then an extension.
_LANDLINE: Final = re.compile(r"(?:0(?:10|2[0-9])-?[2-9][0-9]{7}|0[3-9][0-9]{2}-?[2-9][0-9]{6,7})(?:[-转][0-9]{1,6})?")
_SERVICE: Final = re.compile(r"[48]00-?[0-9]{3}-?[0-9]{4}|[48]00-?[0-9]{4}-?[0-9]{3}")


def phone_fault(text: str) -> str | None:
    """None for a mainland mobile number: 11 digits, 1 then 3 to 9; otherwise "mobile"."""
    return None if _MOBILE.fullmatch(text) else "mobile"


def landline_fault(text: str) -> str | None:
    """None for a land line with area code (0755-26543210-8) or a 400/800 number; otherwise "landline"."""
    return None if _LANDLINE.fullmatch(text) or _SERVICE.fullmatch(text) else "landline"


def overseas_phone_fault(text: str) -> str | None:
    """None for a valid number from outside the mainland, with + and country code; otherwise "overseas".

    A mainland number in this form is refused: one person must not have two spellings of one number.
    """
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return "overseas"
    mainland = number.country_code == 86
    return None if phonenumbers.is_valid_number(number) and not mainland else "overseas"


def contact_fault(text: str) -> str | None:
    """None for anything that can be dialled from the mainland, mobile or land line; otherwise "phone"."""
    return None if phone_fault(text) is None or landline_fault(text) is None else "phone"


def email_fault(text: str) -> str | None:
    """None for an address mail can be sent to (syntax only, ASCII local part); otherwise "email"."""
    try:
        email_validator.validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except email_validator.EmailNotValidError:
        return "email"
    return None
