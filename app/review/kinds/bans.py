"""The list of the banned, asked by blind index only and under every index key (U14)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from app.models.accounts import Person
from app.models.base import vault
from app.models.units import Blacklisted


def listed(*asked: tuple[str, str | None]) -> ColumnElement[bool]:
    """Whether a ban in force is on any of these: pairs of what is banned (uscc, id_number, phone) and the value."""
    marks = [(what, vault().blinds(value.strip().upper(), what)) for what, value in asked if value]
    hit = or_(False, *((Blacklisted.subject == what) & Blacklisted.value_hash.in_(found) for what, found in marks))
    return exists().where(Blacklisted.active, hit)


def on_person(session: Session, account_id: int | None, *more: tuple[str, str | None]) -> bool:
    """Whether the person behind the account is banned, by document or phone, or any of `more` is."""
    person: Any = session.get(Person, account_id) if account_id else None
    own = (("id_number", person.id_number), ("phone", person.phone)) if person is not None else ()
    return bool(session.scalar(select(listed(*own, *more))))
