"""Who could decide a round: how many must agree is never more than there are (review.md 3, four eyes)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from app.models.accounts import Hat
from app.models.review import ReviewSeat
from app.review.kinds import KINDS
from app.review.kinds.base import Kind, Subject
from app.review.policy import upwards
from app.rules.actor import BUREAU, Role

_NO_PLACE: Final = ""


class Officer(NamedTuple):
    """An account that may decide, and where: a division, or nothing for a school's or the operator's people."""

    account_id: int
    place: str
    role: str


def seats(session: Session, kind: Kind, subject: Subject, region: str, wanted: int, sender_id: int | None) -> int:
    """As many as are wanted; fewer where fewer people than that could decide, at least one.

    Officers of the divisions above count: the round waits for them before it is decided by one. A bureau without any of
    them could otherwise never decide anything; such a round is marked, and wants a ground (docs/decisions/0014).
    """
    if wanted <= 1:
        return 1
    able = _able(kind, region, kind.school_id(subject), kind.unit_id(subject), sender_id)
    return max(1, min(wanted, session.scalar(able.with_only_columns(func.count(Hat.account_id.distinct()))) or 0))


def free(session: Session, row: Any) -> list[Officer]:
    """Who could take the next seat of a round: those of its own division first, then those above."""
    taken = select(ReviewSeat.reviewer_id).where(ReviewSeat.round_id == row.id, ReviewSeat.undone_at.is_(None))
    stmt = _able(KINDS[row.kind], row.region_code, row.school_id, row.unit_id, row.submitted_by_id)
    place = func.coalesce(Hat.region_code, _NO_PLACE)
    stmt = stmt.with_only_columns(Hat.account_id, place, Hat.role).where(Hat.account_id.not_in(taken))
    return [Officer(*found) for found in session.execute(stmt.order_by(place.desc(), Hat.account_id))]


def leads(session: Session, row: Any, levels: int) -> set[int]:
    """The leads of the nearest divisions upwards that have one, as many divisions as asked.

    What a school or the operator decides has no lead: all who decide it. Where no division on the way up has one: the
    nearest who could decide it themselves.
    """
    everybody = free(session, row)
    if not KINDS[row.kind].decider_roles & BUREAU:
        return {one.account_id for one in everybody}
    found = [one for one in everybody if one.role == Role.LEAD.value]
    return {one.account_id for one in _nearest(found or everybody, row, levels)}


def above(session: Session, row: Any) -> set[int]:
    """Whom to ask where nobody of the round's own division or school is free for its next seat: the nearest above."""
    everybody = free(session, row)
    if any(one.place in (row.region_code, _NO_PLACE) for one in everybody):
        return set()
    return {one.account_id for one in _nearest(everybody, row, 1)}


def _nearest(officers: Sequence[Officer], row: Any, levels: int) -> list[Officer]:
    held = {one.place for one in officers}
    places = [code for code in upwards(row.region_code) if code in held][:levels]
    return [one for one in officers if one.place in places]


def _able(kind: Kind, region: str, school_id: int | None, unit_id: int | None, sender_id: int | None) -> Select[Any]:
    """Accounts in use under a role that decides the kind here, the sender's side left out."""
    stmt = (
        select(Hat.account_id)
        .join(User, User.id == Hat.account_id)
        .where(Hat.active, User.active, _reaching(kind, region, school_id), Hat.account_id.is_distinct_from(sender_id))
    )
    partial = select(Hat.account_id).where(Hat.active, Hat.unit_id == unit_id)
    return stmt.where(Hat.account_id.not_in(partial)) if unit_id else stmt


def _reaching(kind: Kind, region: str, school_id: int | None) -> ColumnElement[bool]:
    """Roles in force that decide this kind and reach the division or the school."""
    bureau = [role.value for role in kind.decider_roles & BUREAU]
    ways = [and_(Hat.role.in_(bureau), Hat.region_code.in_(upwards(region)))] if bureau else []
    if Role.OPERATOR in kind.decider_roles:
        ways.append(Hat.role == Role.OPERATOR.value)
    if Role.SCHOOL in kind.decider_roles and school_id is not None:
        granted = Hat.grants.contains([kind.grant]) if kind.grant else Hat.active
        ways.append(and_(Hat.role == Role.SCHOOL.value, Hat.school_id == school_id, granted))
    return or_(false(), *ways)
