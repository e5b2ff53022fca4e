"""What the divisions have set about the checks, and which of it counts where and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import stamps
from app.models.reference import Region
from app.models.review import CheckSwitch
from app.review.policy import upwards
from app.rules.checks.switching import Switch

Rules = dict[str, dict[str, list[Switch]]]  # rule -> division ("" for everywhere) -> switches, the latest day first


def _read(session: Session) -> Rules:
    columns = (CheckSwitch.rule, CheckSwitch.region_code, CheckSwitch.effect, CheckSwitch.valid_from, Region.full_name)
    stmt = select(*columns).outerjoin(Region, Region.code == CheckSwitch.region_code)
    found: Rules = {}
    for rule, region, effect, since, name in session.execute(stmt.order_by(CheckSwitch.valid_from.desc())):
        found.setdefault(rule, {}).setdefault(region or "", []).append(Switch(effect, name or "", since))
    return found


_kept = stamps.Kept(_read)


def in_force(session: Session, region_code: str, day: date) -> Mapping[str, Switch]:
    """Rule -> the switch that counts in the division on the day; kept in memory until a setting changes."""
    rules = _kept.of(session)
    places = (*upwards(region_code), "") if region_code else ("",)
    counting = {}
    for rule, divisions in rules.items():
        come = (one for place in places for one in divisions.get(place, ()) if one.since <= day)
        if (first := next(come, None)) is not None:
            counting[rule] = first
    return counting
