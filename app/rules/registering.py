"""What a person who registers must give, and what is wrong with it (TJ-06..11, GD-10, GD-12, GD-14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.rules.actor import Role
from app.rules.codes import DOCUMENT_KINDS, age_on, birth_date, document_fault
from app.rules.passwords import password_fault
from app.rules.refused import Refused

# What somebody registers as. Whoever registers a unit is a person first, who then registers it (GD-08, GD-09).
ROLES: Final = {"seeker": Role.SEEKER, "student": Role.STUDENT, "owner": Role.SEEKER}
YOUNGEST: Final = 16  # labour law, article 15
USER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9._-]{2,31}")
_NAME: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]+(?:·[\u3400-\u9fff]+)*|[A-Za-z][A-Za-z .'-]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed."""

    name: str
    document_kind: str
    id_number: str
    username: str
    password: str
    again: str
    agreed: bool


def faults(entry: Entry, today: date) -> list[Refused]:
    """Everything that is wrong with the form, field by field; nothing of it depends on what is stored."""
    found = [_name(entry.name), _document(entry, today), _user_name(entry.username), _password(entry)]
    found += [Refused("agree_first", field="agreed") if not entry.agreed else None]
    return [one for one in found if one is not None]


def born_on(kind: str, number: str) -> date | None:
    """The day of birth, where the number tells it."""
    return birth_date(number) if kind in ("resident_id", "foreign_residence") and len(number) == 18 else None


def _name(name: str) -> Refused | None:
    if not name:
        return Refused("missing", field="name")
    return None if 2 <= len(name) <= 60 and _NAME.fullmatch(name) else Refused("name_form", field="name")


def _document(entry: Entry, today: date) -> Refused | None:
    if entry.document_kind not in DOCUMENT_KINDS:
        return Refused("not_a_choice", field="document_kind")
    if not entry.id_number:
        return Refused("missing", field="id_number")
    if document_fault(entry.document_kind, entry.id_number, today):
        code = "resident_id_form" if entry.document_kind == "resident_id" else "document_form"
        return Refused(code, field="id_number")
    born = born_on(entry.document_kind, entry.id_number)
    young = born is not None and age_on(born, today) < YOUNGEST
    return Refused("too_young", field="id_number", age=YOUNGEST) if young else None


def _user_name(name: str) -> Refused | None:
    return Refused("user_name_form", field="username") if name and not USER_NAME.fullmatch(name) else None


def _password(entry: Entry) -> Refused | None:
    code = password_fault(entry.password, entry.username)
    if code:
        return Refused(code, field="password")
    return Refused("password_differs", field="again") if entry.password != entry.again else None
