"""How a kind is reviewed in a division, and the regional switches: the nearest row upwards wins (table (b) row 4)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models.reference import Parameter
from app.models.review import ReviewPolicy
from app.rules.actor import region_prefix


@dataclass(frozen=True, slots=True)
class Policy:
    """Whether a verdict is needed, within how many working days, how urgent (lower first), how long a lease lasts, who must agree."""

    needs_review: bool = True
    working_days: int = 2
    tier: int = 5
    lease_minutes: int = 15
    seats_needed: int = 1


DEFAULT = Policy()


def upwards(code: str) -> list[str]:
    """The division and those above it, nearest first: 310120, 310100, 310000."""
    prefix = region_prefix(code)
    return list(dict.fromkeys([code, *(prefix[:n].ljust(6, "0") for n in (4, 2) if len(prefix) >= n)]))


def policy_for(session: Session, kind_key: str, region_code: str) -> Policy:
    """The policy in force for the kind in the division."""
    here = or_(ReviewPolicy.region_code.is_(None), ReviewPolicy.region_code.in_(upwards(region_code)))
    row = session.scalars(
        select(ReviewPolicy)
        .where(ReviewPolicy.kind == kind_key, here)
        .order_by(ReviewPolicy.region_code.desc().nulls_last())
        .limit(1)
    ).one_or_none()
    if row is None:
        return DEFAULT
    return Policy(row.needs_review, row.working_days, row.tier, row.lease_minutes, row.seats_needed)


def switch(session: Session, key: str, region_code: str, default: str) -> str:
    """The value of a parameter in the division."""
    here = or_(Parameter.region_code.is_(None), Parameter.region_code.in_(upwards(region_code)))
    value = session.scalar(
        select(Parameter.value)
        .where(Parameter.key == key, here)
        .order_by(Parameter.region_code.desc().nulls_last())
        .limit(1)
    )
    return default if value is None else str(value)
