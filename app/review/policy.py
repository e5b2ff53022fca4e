"""How a kind is reviewed in a division, and the regional switches: the nearest row upwards wins (table (b) row 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models import stamps
from app.models.reference import Parameter
from app.models.review import ReviewPolicy
from app.rules import settings
from app.rules.actor import region_prefix

if TYPE_CHECKING:
    from app.review.kinds.base import Kind


@dataclass(frozen=True, slots=True)
class Policy:
    """Whether a verdict is needed, within how many working days, how urgent (lower first), how long a lease lasts, who must agree."""

    needs_review: bool = True
    working_days: int = 2
    tier: int = 5
    lease_minutes: int = 15
    seats_needed: int = 1
    seats_grave: int = 2

    def reviews(self, kind: Kind) -> bool:
        """Whether somebody decides: only content may go unseen, whatever a division has set (table (b) row 4, GD-27)."""
        return self.needs_review or not kind.may_go_unseen

    def seats(self, *, grave: bool) -> int:
        """How many must agree; of something grave nobody lets pass alone what others would not (standards.md 3)."""
        return max(self.seats_needed, self.seats_grave) if grave else self.seats_needed


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
    return Policy(row.needs_review, row.working_days, row.tier, row.lease_minutes, row.seats_needed, row.seats_grave)


def number(session: Session, key: str, region_code: str) -> int:
    """A parameter that is a number, in the division."""
    return settings.number(key, switch(session, key, region_code, settings.SETTINGS[key].default))


def entries(session: Session, key: str, region_code: str) -> tuple[str, ...]:
    """A parameter that is a list, in the division: its own, else the nearest one's above it."""
    return settings.entries(switch(session, key, region_code, ""))


def _read(session: Session) -> dict[str, dict[str, str]]:
    """key -> division ("" for everywhere) -> value."""
    found: dict[str, dict[str, str]] = {}
    for key, region, value in session.execute(select(Parameter.key, Parameter.region_code, Parameter.value)):
        found.setdefault(key, {})[region or ""] = value
    return found


_kept = stamps.Kept(_read)


def switch(session: Session, key: str, region_code: str, default: str) -> str:
    """The value of a parameter in the division; kept in memory until a setting changes."""
    values = _kept.of(session).get(key, {})
    return next((values[code] for code in (*upwards(region_code), "") if code in values), default)


def service_phone(session: Session) -> str:
    """The number that messages name for questions."""
    return switch(session, "service_phone", "", "12333")
