"""The list of the banned, asked by blind index only and under every index key (U14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from app.models.accounts import Person
from app.models.base import vault
from app.models.units import Blacklisted


def marks(what: str, value: str | None) -> Sequence[str]:
    """The blind indexes of a value, none for no value."""
    return vault().blinds(value.strip().upper(), what) if value else ()


def hit(*asked: tuple[str, Sequence[str]]) -> ColumnElement[bool]:
    """A row of a ban in force on any of these: pairs of what is banned (uscc, id_number, phone) and its marks."""
    found = ((Blacklisted.subject == what) & Blacklisted.value_hash.in_(some) for what, some in asked if some)
    return and_(Blacklisted.active, or_(False, *found))


def listed(*asked: tuple[str, str | None]) -> ColumnElement[bool]:
    """Whether a ban in force is on any of these values."""
    return exists().where(hit(*((what, marks(what, value)) for what, value in asked)))


def on_person(session: Session, account_id: int | None, *more: tuple[str, str | None]) -> bool:
    """Whether the person behind the account is banned, by document or phone, or any of `more` is."""
    person: Any = session.get(Person, account_id) if account_id else None
    own = (("id_number", person.id_number), ("phone", person.phone)) if person is not None else ()
    return bool(session.scalar(select(listed(*own, *more))))
