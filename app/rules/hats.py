"""Which place each role belongs to, and what a unit's owner may leave to a handler (design section 1, GD-33)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from app.rules.actor import ADMINS, PEOPLE, UNIT_SIDE, Role

# The functions a unit's owner grants to a handler, one by one (GD-33).
FUNCTIONS: Final = ("postings", "gigs", "media", "residency", "handlers")
# The functions of somebody who acts for a school: deciding on residency, the roster of students, the school's own staff.
SCHOOL_FUNCTIONS: Final = ("residency", "roster", "staff")
RESIDENCY, ROSTER, STAFF = SCHOOL_FUNCTIONS
GRANTED: Final[dict[Role, tuple[str, ...]]] = {Role.HANDLER: FUNCTIONS, Role.SCHOOL: SCHOOL_FUNCTIONS}
NEEDS: Final[dict[Role, str]] = {
    Role.OWNER: "unit",
    Role.HANDLER: "unit",
    Role.SCHOOL: "school",
    Role.AGENCY: "agency",
    Role.REVIEWER: "region",
    Role.LEAD: "region",
}
ORGANISATIONS: Final = ("unit", "school", "agency")
# Whoever is none of these works for the bureau, the platform or a school: stricter passwords, shorter idleness.
OUTSIDE: Final = PEOPLE | UNIT_SIDE | {Role.AGENCY}


def is_staff(roles: Collection[Role]) -> bool:
    """Whether any of the roles belongs to staff (standards.md 2.4)."""
    return any(role not in OUTSIDE for role in roles)


def place_fault(role: Role, given: Collection[str]) -> tuple[str, str] | None:
    """What is wrong with the places (unit, school, agency, region) named for a role: (code, field), or None."""
    needed = NEEDS.get(role)
    if needed and needed not in given:
        return "place_missing", needed
    foreign = next((name for name in ORGANISATIONS if name in given and name != needed), None)
    return ("place_foreign", foreign) if foreign else None


def administrators_clash(role: Role, others: Collection[Role]) -> bool:
    """三员分立: nobody holds two of the three administrators' roles."""
    return role in ADMINS and any(other in ADMINS and other != role for other in others)
