"""Who could decide a round: how many must agree is never more than there are (review.md 3, four eyes)."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from app.models.accounts import Hat
from app.review.kinds.base import Kind, Subject
from app.review.policy import upwards
from app.rules.actor import BUREAU, Role


def seats(session: Session, kind: Kind, subject: Subject, region: str, wanted: int, sender_id: int | None) -> int:
    """As many as the policy wants; fewer where fewer people than that could decide, at least one.

    A bureau of one could otherwise never decide anything. What was wanted stands on the ledger beside it.
    """
    if wanted <= 1:
        return 1
    return max(1, min(wanted, session.scalar(_counted(kind, subject, region, sender_id)) or 0))


def _counted(kind: Kind, subject: Subject, region: str, sender_id: int | None) -> Any:
    unit = kind.unit_id(subject)
    partial = select(Hat.account_id).where(Hat.active, Hat.unit_id == unit)
    free = [Hat.account_id.is_distinct_from(sender_id), *([Hat.account_id.not_in(partial)] if unit else [])]
    return (
        select(func.count(Hat.account_id.distinct()))
        .join(User, User.id == Hat.account_id)
        .where(Hat.active, User.active, _reaching(kind, region, kind.school_id(subject)), *free)
    )


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
