"""Codes of units and persons, and how to reach them: what is wrong with one, or nothing (U01, U05, U08, U09).

Every `*_fault` answers None or a short code for which the edge has words. None of them mends its input:
a blank inside a code is reported, not removed, so that the stored value is the one the person sees.
"""

from app.rules.codes.contact import (
    contact_fault,
    email_fault,
    landline_fault,
    overseas_phone_fault,
    phone_fault,
)
from app.rules.codes.person import (
    DOCUMENT_KINDS,
    age_on,
    birth_date,
    document_fault,
    foreign_residence_fault,
    resident_check_char,
    resident_id_fault,
    sex_digit,
)
from app.rules.codes.unit import (
    UNIT_KINDS,
    organisation_check_char,
    organisation_fault,
    uscc_check_char,
    uscc_fault,
    uscc_kind,
    uscc_region,
)

__all__ = [
    "DOCUMENT_KINDS",
    "UNIT_KINDS",
    "age_on",
    "birth_date",
    "contact_fault",
    "document_fault",
    "email_fault",
    "foreign_residence_fault",
    "landline_fault",
    "organisation_check_char",
    "organisation_fault",
    "overseas_phone_fault",
    "phone_fault",
    "resident_check_char",
    "resident_id_fault",
    "sex_digit",
    "uscc_check_char",
    "uscc_fault",
    "uscc_kind",
    "uscc_region",
]
