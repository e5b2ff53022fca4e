"""Who acts: a person under one hat, or the clock. Every scope follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The hats of design section 1. The value is the identifier used in the database, the API and FAB_ROLES."""

    REVIEWER = "reviewer"
    LEAD = "lead"
    SCHOOL = "school_admin"
    OWNER = "unit_owner"
    HANDLER = "unit_handler"
    AGENCY = "agency"
    SEEKER = "seeker"
    STUDENT = "student"
    OPERATOR = "operator"
    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"
    AUDITOR = "auditor"
    CLOCK = "clock"


BUREAU = frozenset({Role.REVIEWER, Role.LEAD})
UNIT_SIDE = frozenset({Role.OWNER, Role.HANDLER})
PEOPLE = frozenset({Role.SEEKER, Role.STUDENT})
ADMINS = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Actor:
    """One account under the hat in use. `grants` are the functions the unit's owner gave a handler (GD-33)."""

    account_id: int
    role: Role
    name: str = ""
    hat_id: int = 0
    region_code: str = ""
    unit_id: int | None = None
    school_id: int | None = None
    agency_id: int | None = None
    grants: frozenset[str] = field(default_factory=frozenset)
    # Everything this account belongs to under any of its hats: nobody decides on their own unit or school.
    affiliated_units: frozenset[int] = field(default_factory=frozenset)
    affiliated_schools: frozenset[int] = field(default_factory=frozenset)
    owned_units: frozenset[int] = field(default_factory=frozenset)  # under any hat

    @property
    def place(self) -> str:
        """Where the hat stands, for what is put on record: unit:12, school:3, agency:4, or the division."""
        for name, key in (("unit", self.unit_id), ("school", self.school_id), ("agency", self.agency_id)):
            if key is not None:
                return f"{name}:{key}"
        return self.region_code

    @property
    def is_bureau(self) -> bool:
        """Reviewer or lead of a human-resources bureau."""
        return self.role in BUREAU


CLOCK = Actor(account_id=0, role=Role.CLOCK, name="clock")


def region_prefix(code: str) -> str:
    """The significant digits of a division code: 310000 covers 31, 440200 covers 4402, 310120 itself (GB/T 2260)."""
    if len(code) != 6 or not code.isdigit():
        return code
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def region_bounds(code: str) -> tuple[str, str]:
    """Lowest and highest code inside a division, both included; made for an index range scan."""
    prefix = region_prefix(code)
    return prefix.ljust(6, "0"), prefix.ljust(6, "9")


def covers(region: str, code: str) -> bool:
    """`code` is `region` or lies below it."""
    return bool(region) and code.startswith(region_prefix(region))


def regions_covering(code: str) -> list[str]:
    """The division and those it lies in: province, city, county."""
    return list(dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code))) if len(code) == 6 else [code]
