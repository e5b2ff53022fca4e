"""The left side and the head of the desk: kinds with counts, the queue in the order of claims, the day's work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.models.review import ReviewRound, ReviewSeat
from app.review import sight
from app.review.kinds import KINDS
from app.rules.actor import Actor
from app.rules.calendar import SHANGHAI, IsWork
from app.views.desk_clock import Sla, group_of, left
from app.views.queries import capped

SHOWN = 50  # items in the list; the rest follow as these are decided
GREEN_CAP = 200
PICTURES = frozenset({"unit_media", "personal_media"})


@dataclass(frozen=True, slots=True)
class Lamps:
    """Findings of an item as three numbers."""

    bad: int
    warn: int
    ok: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    id: int
    title: str
    kind_word: str
    receipt_no: str
    receipt_tail: str
    sla: Sla
    lamps: Lamps
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    label: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind with the number of items waiting."""

    key: str
    label: str
    count: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Today:
    """What this person decided today, and the median time of it in seconds."""

    count: int
    median: int | None


def lamps_of(checks: Iterable[Mapping[str, Any]]) -> Lamps:
    """Red, amber, green; context (INFO) is no lamp."""
    severities = [check["severity"] for check in checks]
    return Lamps(severities.count("high") + severities.count("block"), severities.count("warn"), severities.count("ok"))


def waiting(actor: Actor, kind: str = "") -> Select[Any]:
    """The rounds this person could claim now, in the order in which claims are given."""
    stmt = sight.visible(actor).where(
        ReviewRound.state.in_(sight.CLAIMABLE),
        sight.unheld(actor),
        sight.unbiased(actor),
        sight.unseated(actor),
        sight.unskipped(actor),
    )
    if kind:
        stmt = stmt.where(ReviewRound.kind == kind)
    return stmt


def ordered(stmt: Select[Any]) -> Select[Any]:
    """The order of claims."""
    return stmt.order_by(ReviewRound.tier, ReviewRound.due_at, ReviewRound.id)


def queue_rows(session: Session, actor: Actor, kind: str) -> list[ReviewRound]:
    """The first items waiting, without their evidence."""
    stmt = ordered(waiting(actor, kind)).limit(SHOWN)
    return list(session.scalars(stmt))


def greens(actor: Actor, kind: str = "") -> Select[Any]:
    """Items that may be decided together: every check green and one seat needed."""
    return waiting(actor, kind).where(ReviewRound.all_green, ReviewRound.seats_wanted == 1)


def day_and_green(session: Session, actor: Actor, kind: str, now: dt.datetime) -> tuple[Today, int]:
    """The day's verdicts of this person and the number of all-green items, in one statement."""
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    median = func.percentile_cont(0.5).within_group(ReviewSeat.seconds)
    stmt = select(func.count(), median, capped(greens(actor, kind), GREEN_CAP)).where(
        ReviewSeat.reviewer_id == actor.account_id, ReviewSeat.decided_at >= midnight, ReviewSeat.undone_at.is_(None)
    )
    count, middle, green = session.execute(stmt).one()
    return Today(count, None if middle is None else round(middle)), green


def heading(row: Any) -> str:
    """What an item is called: a picture by whose it is, everything else by its own name."""
    return row.acting_for if row.kind in PICTURES and row.acting_for else row.title


def row_of(row: ReviewRound, now: dt.datetime, is_work: IsWork, kind: str, opened: int | None) -> Row:
    """One line. Where only one kind is listed, whose it is says more than the kind."""
    url = url_for("DeskView.item", round_id=row.id, kind=kind or None)
    tail = row.receipt_no.rsplit("-", 1)[-1].lstrip("0") or row.receipt_no
    title, other = heading(row), row.title if row.kind in PICTURES else row.acting_for
    word = other if kind and other and other != title else str(KINDS[row.kind].label)
    lamps = lamps_of(row.checks)
    return Row(row.id, title, word, row.receipt_no, tail, left(row, now, is_work), lamps, url, row.id == opened)


def grouped(rows: list[Row]) -> list[Group]:
    """The lines under headings, in their order; a heading with its number of lines."""
    runs = [(label, list(run)) for label, run in groupby(rows, key=lambda row: group_of(row.sla))]
    return [
        Group(f"{label} {len(run)}{'+' if len(rows) == SHOWN and n == len(runs) - 1 else ''}", run)
        for n, (label, run) in enumerate(runs)
    ]


def shown_count(count: int, cap: int) -> str:
    """A capped count: 1,000+ beyond the cap."""
    return f"{cap:,}+" if count > cap else f"{count:,}"


def tabs(counts: Mapping[str, int], cap: int, kind: str) -> list[Tab]:
    """All kinds this person decides; a single one needs no tabs but keeps its count."""
    total = sum(counts.values())
    found = [
        Tab(
            "",
            _("All"),
            shown_count(total, cap) if all(n <= cap for n in counts.values()) else f"{cap:,}+",
            url_for("DeskView.list"),
            not kind,
        )
    ]
    for key, count in counts.items():
        if count or key == kind:
            url = url_for("DeskView.list", kind=key)
            found.append(Tab(key, str(KINDS[key].label), shown_count(count, cap), url, key == kind))
    return found
