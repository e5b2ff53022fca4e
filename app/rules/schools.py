"""Lifecycle of a unit's residency at a school (HL-54..57; table (b) row 8), and what a roster of students may say."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from app.rules.codes import birth_date, contact_fault, document_fault
from app.rules.lifecycle import Lifecycle, move
from app.rules.refused import Refused

# What somebody studies for; what a posting asks for may also be "any".
STUDIES: Final = ("junior", "senior", "secondary", "college", "bachelor", "master", "doctor")

RESIDENCY = Lifecycle(
    "draft",
    [
        move("submit", "draft returned rejected withdrawn revoked", "pending", "sender", opens_round=True),
        move("withdraw", "pending", "withdrawn", "sender"),
        move("approve", "pending", "active", "decider"),
        move("return", "pending", "returned", "decider", needs_reason=True),
        move("reject", "pending", "rejected", "decider", needs_reason=True),
        move("revoke", "active", "revoked", "keeper", needs_reason=True),
    ],
    public="active",
    editable="draft returned rejected withdrawn revoked",
)

YOUNGEST = 12  # years of age in the year of graduation
GRADUATION_YEARS = range(1950, 2101)
# Document kinds as the dictionary names them -> as their numbers are checked.
_NUMBERED = {
    "resident_id": "resident_id",
    "residence_hmt": "resident_id",
    "pass_hkmo": "hkmacao_permit",
    "pass_tw": "taiwan_permit",
    "permanent_residence": "foreign_residence",
    "passport": "passport",
}


def numbered(document_kind: str, number: str, today: date) -> str:
    """How the document's number is checked, once it is good. Raises Refused with the field."""
    kind = _NUMBERED.get(document_kind)
    if kind is None:
        raise Refused("not_a_choice", "document_kind")
    fault = document_fault(kind, number, today)
    if fault:
        raise Refused(f"document_{fault}", "id_number")
    return kind


def student_fault(values: Mapping[str, Any], today: date) -> None:
    """What is wrong with a row of a roster, typed or imported alike. Raises Refused with the field."""
    kind = numbered(str(values.get("document_kind")), str(values.get("id_number") or ""), today)
    if values.get("graduation_year") not in GRADUATION_YEARS:
        low, high = GRADUATION_YEARS.start, GRADUATION_YEARS.stop - 1
        raise Refused("import_out_of_range", "graduation_year", low=low, high=high)
    if values.get("phone") and contact_fault(str(values["phone"])):
        raise Refused("mobile_form", "phone")
    born = birth_date(str(values["id_number"])) if kind == "resident_id" else None
    if born is not None and int(values["graduation_year"]) - born.year < YOUNGEST:
        raise Refused("too_young_to_graduate", "graduation_year", age=YOUNGEST)
