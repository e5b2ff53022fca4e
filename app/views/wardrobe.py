"""What every page needs of an account: its hats in force, the person's name, unread messages, the stamps of what is kept.

A page reads it in the statement that finds its session (app/views/sessions.py), programs and background work alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, literal, select

from app.extensions import db
from app.gateways.prepared import LASTING
from app.models import custom, stamps
from app.models.accounts import Hat, Person
from app.models.agencies import Agency
from app.models.messages import Message
from app.models.reference import Region
from app.models.schools import School
from app.models.units import Unit
from app.rules.actor import Role
from app.rules.hats import is_staff

UNREAD_CAP: Final = 99


@dataclass(frozen=True, slots=True)
class Wearable:
    """One hat of the account, with the words of the header: the role and the place it reaches."""

    id: int
    role: Role
    place: str
    region_code: str
    unit_id: int | None
    school_id: int | None
    agency_id: int | None
    grants: frozenset[str]
    home: str = ""  # the division of the hat, or of its unit, school or agency


class Wardrobe(NamedTuple):
    """What one statement tells of an account: hats in force (the default first), the person's name, unread messages."""

    hats: list[Wearable]
    name: str
    unread: int
    must_change: bool  # the password was set by somebody else
    stamp: Any = None  # which state the definitions of custom fields are in
    settings: Any = None  # the stamp of the settings

    @property
    def staff(self) -> bool:
        """Whether any hat belongs to staff: then the stricter rules count, whatever hat is worn now."""
        return is_staff([hat.role for hat in self.hats])


def columns(account: ColumnElement[int], source: Any = None) -> tuple[ColumnElement[Any], ...]:
    """What is read of the account, one row for each hat. `source`: the table of the statement that names the account."""
    waiting = select(literal(1)).where(Message.account_id == account, Message.read_at.is_(None)).limit(UNREAD_CAP + 1)
    waiting = waiting.correlate(source) if source is not None else waiting
    unread = select(func.count()).select_from(waiting.subquery()).scalar_subquery()
    return (
        Hat.id, Hat.role, Hat.region_code, Hat.unit_id, Hat.school_id, Hat.agency_id, Hat.grants,
        func.coalesce(Unit.name, School.name, Agency.name, Region.full_name, ""), Person.real_name, Person.must_change,
        unread, func.coalesce(Hat.region_code, Unit.region_code, School.region_code, Agency.region_code, ""),
        custom.stamp_now(), stamps.now(),
    )  # fmt: skip


def joined(stmt: Select[Any], account: ColumnElement[int]) -> Select[Any]:
    """The statement with the tables of `columns`; the default hat comes first, an account without hats is one row."""
    return (
        stmt.outerjoin(Hat, and_(Hat.account_id == account, Hat.active))
        .outerjoin(Unit, Unit.id == Hat.unit_id)
        .outerjoin(School, School.id == Hat.school_id)
        .outerjoin(Agency, Agency.id == Hat.agency_id)
        .outerjoin(Region, Region.code == Hat.region_code)
        .outerjoin(Person, Person.account_id == account)
        .order_by(Hat.is_default.desc(), Hat.id)
    )


def made(rows: Iterable[Any]) -> Wardrobe:
    """The wardrobe that rows of `columns` tell of."""
    hats, name, unread, must_change, stamp, settings = [], "", 0, False, None, None
    for row in rows:
        key, role, region, unit, school, agency, grants, place, real_name, forced, waiting, home, stamp, settings = row
        if key is not None:
            hats.append(Wearable(key, Role(role), place, region or "", unit, school, agency, frozenset(grants), home))
        name, unread, must_change = real_name or "", waiting, bool(forced)
    return Wardrobe(hats, name, unread, must_change, stamp, settings)


@cache
def _alone() -> Select[Any]:
    """The statement for an account by itself, made once."""
    account = bindparam("account", type_=Integer)
    stmt = joined(select(*columns(account)).select_from(User), account).where(User.id == account)
    return stmt.execution_options(**LASTING)


def wardrobe(account_id: int) -> Wardrobe:
    """The account's hats in force and what else every page needs of it."""
    return made(db.session.execute(_alone(), {"account": account_id}))
