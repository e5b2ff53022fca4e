"""One person on the rosters of schools: once in each, and studying at one of them; typed and imported alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.base import vault
from app.models.schools import Student
from app.rules.refused import Refused


def bearers(session: Session, student: Any) -> list[Any]:
    """Other rows with this document number, whichever index key they were written under."""
    marks = vault().blinds(student.id_number, "id_number")
    with session.no_autoflush:
        found = session.scalars(select(Student).where(Student.id_hash.in_(marks), Student.id != (student.id or 0)))
        return list(found)


def refuse_twice(others: Iterable[Any], school_id: int, number: str, today: date, *, studies: bool) -> None:
    """Raises Refused: student_twice, and student_elsewhere for two schools at one time. `studies`: at this one."""
    for other in others:
        if other.school_id == school_id and other.student_no != number:
            raise Refused("student_twice", "id_number", number=other.student_no)
        if other.school_id != school_id and studies and studying(other, today):
            raise Refused("student_elsewhere", "id_number")


def studying(row: Any, today: date) -> bool:
    """On the roster, and not past the year of graduation."""
    return bool(row.enrolled and row.graduation_year >= today.year)
