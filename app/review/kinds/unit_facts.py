"""What the checks of the U family are told: of the sender's own contacts, and for the desk alone of other units and bans."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.models.units import Blacklisted, Unit
from app.review.kinds import bans as banned
from app.review.kinds.base import Values
from app.review.kinds.standing import DUPLICATES_SHOWN
from app.review.persons import BY_PHONE


def proven(person: Any, phone: str, mail: str) -> Values:
    """Whether phone and mail address are the sender's own, which a code has proven (U09); nothing of what is not given."""
    if person is None:
        return {}
    found: Values = {}
    if phone:
        own = person.phone if person.identity_level >= BY_PHONE else None
        found["phone_proven"] = own is not None and _digits(phone) == _digits(own)
    if mail:
        found["email_proven"] = mail.lower() == (person.mail or "").lower()
    return found


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)


def same_name(session: Session, unit_id: int, name: Any) -> list[Values]:
    """Other units of the name, as far as anybody but their owner has seen them (U07)."""
    found = session.execute(
        select(Unit.id, Unit.name.label("title"), Unit.name.label("unit_name"))
        .where(Unit.name == name, Unit.id != unit_id, Unit.status.not_in(("draft", "rejected", "deleted")))
        .limit(DUPLICATES_SHOWN)
    )
    return [row._asdict() for row in found]


def counts(session: Session, unit_id: int, account_id: int | None, phones: Sequence[str]) -> Values:
    """How many other units have the contact phone, and how many the sender has registered (U09)."""
    others = and_(Unit.id != unit_id, Unit.status != "deleted")
    row = session.execute(
        select(
            select(func.count()).where(Unit.phone_hash.in_(phones), others).scalar_subquery().label("phone_units"),
            select(func.count())
            .where(Unit.created_by_id == account_id, others)
            .scalar_subquery()
            .label("handler_units"),
        )
    ).one()
    return {
        "phone_units": row.phone_units if phones else 0,
        "handler_units": row.handler_units if account_id else 0,
    }


def bans(session: Session, uscc: str, phones: Sequence[str], id_number: str) -> list[Values]:
    """Active rows of the internal blacklist; values are compared by blind index only (U14)."""
    asked = ("uscc", banned.marks("uscc", uscc)), ("phone", phones), ("id_number", banned.marks("id_number", id_number))
    if not any(marks for _, marks in asked):
        return []
    rows = session.execute(select(Blacklisted.subject, Blacklisted.shown, Blacklisted.reason).where(banned.hit(*asked)))
    return [row._asdict() for row in rows]
