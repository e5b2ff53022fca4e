"""When a scheduled job runs: as shipped, or at the time of day or in the steps an administrator gives it.

A schedule is what APScheduler takes: {"seconds": 5}, {"minutes": 1}, {"minute": "*/10"}, {"hour": 3, "minute": 10}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from app.rules.refused import Refused

EVERY: Final = (1, 2, 5, 10, 15, 20, 30, 60)  # minutes; each divides the hour
STUCK: Final = timedelta(minutes=30)  # a run without an end for so long has died
FIXED, STEPS, DAILY = "fixed", "steps", "daily"
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_STEPPED: Final = re.compile(r"(?:(\d+)-59|\*)/(\d+)")


def kind(when: Mapping[str, Any]) -> str:
    """What may be changed: nothing, the step, or the time of day."""
    if "seconds" in when:
        return FIXED
    return DAILY if "hour" in when else STEPS


def clean(when: Mapping[str, Any], text: str) -> str:
    """The time to store; empty is as shipped. Raises Refused naming own_time."""
    text = text.strip()
    if not text:
        return ""
    if kind(when) == DAILY and not _CLOCK.fullmatch(text):
        raise Refused("clock_form", field="own_time")
    if kind(when) == STEPS and text not in {str(step) for step in EVERY}:
        raise Refused("not_a_choice", field="own_time")
    if kind(when) == FIXED:
        raise Refused("not_allowed", field="own_time")
    return text


def in_force(when: Mapping[str, Any], own: str) -> dict[str, Any]:
    """The schedule with an administrator's own time; one that no longer fits counts as none."""
    clock = _CLOCK.fullmatch(own)
    if kind(when) == DAILY and clock:
        return {"hour": int(clock[1]), "minute": int(clock[2])}
    if kind(when) == STEPS and own in {str(step) for step in EVERY}:
        return {"minute": f"*/{own}" if own != "60" else "0"}
    return dict(when)


def trigger(when: Mapping[str, Any]) -> str:
    """APScheduler's name for a schedule."""
    return "interval" if "seconds" in when or "minutes" in when else "cron"


def step(when: Mapping[str, Any]) -> int:
    """Minutes between two runs of a stepped schedule."""
    if "minutes" in when:
        return int(when["minutes"])
    found = _STEPPED.fullmatch(str(when["minute"]))
    return int(found[2]) if found else 60


def next_run(when: Mapping[str, Any], now: datetime) -> datetime | None:
    """The next full minute a schedule names; None where it follows no clock."""
    if trigger(when) == "interval":
        return None
    minute = now.replace(second=0, microsecond=0)
    if "hour" in when:
        there = minute.replace(hour=int(when["hour"]), minute=int(when["minute"]))
        return there if there > now else there + timedelta(days=1)
    stepped = _STEPPED.fullmatch(str(when["minute"]))
    first, every = (int(stepped[1] or 0), int(stepped[2])) if stepped else (int(when["minute"]), 60)
    later = (minute + timedelta(minutes=n) for n in range(1, 61))
    return next(one for one in later if one.minute >= first and (one.minute - first) % every == 0)
