"""What waits at the desk, by kind and by how much time is left; and the most urgent of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import DateTime, String, and_, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session, joinedload

from app.models.review import ReviewRound, ReviewSeat
from app.review import sight
from app.review.kinds import KINDS
from app.review.statistics import midnight
from app.rules.actor import Actor, region_bounds
from app.rules.calendar import SHANGHAI, IsWork, local_day
from app.views import cells, desk_clock, desk_queue, filters
from app.views.charts import Bar, Cell, Chart, Legend, Part, Row, Table, drawn
from app.views.home.parts import News, Tile, Todo, Visit, figure
from app.views.queries import CAP, capped

URGENT = 8  # items listed on the start page
_AHEAD = 60  # days within which the next working day is looked for
MARKS = ("c2", "c1", "c3", "c4")  # time in hand, one working day, today, overdue


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of one kind waits, by the time left."""

    total: int = 0
    late: int = 0
    today: int = 0
    soon: int = 0

    @property
    def later(self) -> int:
        return self.total - self.late - self.today - self.soon

    @property
    def parts(self) -> tuple[int, int, int, int]:
        """In the order of MARKS."""
        return self.later, self.soon, self.today, self.late

    def __add__(self, other: Waiting) -> Waiting:
        return Waiting(
            self.total + other.total, self.late + other.late, self.today + other.today, self.soon + other.soon
        )


@dataclass(slots=True)
class Backlog:
    """The queue in figures. `aside` is on hold or with the sender for an answer, `new` came since the last visit."""

    kinds: dict[str, Waiting] = field(default_factory=dict)
    oldest: dt.datetime | None = None
    aside: int = 0
    new: int = 0
    extra: dict[str, int] = field(default_factory=dict)

    @property
    def all(self) -> Waiting:
        return sum(self.kinds.values(), Waiting())


def place(actor: Actor, region: str) -> Any:
    """Rounds the actor decides in, narrowed to a division inside the own one."""
    found = sight.in_scope(actor)
    return and_(found, ReviewRound.region_code.between(*region_bounds(region))) if region else found


def next_day(today: dt.date, is_work: IsWork) -> dt.date:
    """The first working day after today."""
    return next(
        (day for n in range(1, _AHEAD) if is_work(day := today + dt.timedelta(days=n))), today + dt.timedelta(days=1)
    )


def _returned() -> Any:
    """The round ended in a return and waits for the sender's next one: nothing of it is the desk's at present."""
    seat = select(literal(1)).where(
        ReviewSeat.round_id == ReviewRound.id, ReviewSeat.verdict == "return", ReviewSeat.undone_at.is_(None)
    )
    return seat.exists()


def _count(name: str, stmt: Any, cap: int | None = CAP) -> Any:
    """A single figure as a row of the answer."""
    empty = [literal(0)] * 3
    return select(
        literal(name).label("part"),
        literal("").label("key"),
        capped(stmt, cap),
        *empty,
        cast(null(), DateTime(timezone=True)),
    )


def backlog(
    session: Session,
    clock: Clock,
    condition: Any,
    *,
    aside: Any = None,
    since: dt.datetime | None = None,
    scope: Any = None,
    extra: dict[str, Any] | None = None,
) -> Backlog:
    """Counts what lies in `condition`, what arrived since the last visit in `scope`, and `extra`; one statement."""
    now, tomorrow, after_next = clock.now, midnight(clock.tomorrow), midnight(clock.later)
    due, n = ReviewRound.due_at, func.count()
    kinds = select(
        literal("kind").label("part"), cast(ReviewRound.kind, String).label("key"), n.label("total"),
        n.filter(due < now).label("late"), n.filter(due >= now, due < tomorrow).label("today"),
        n.filter(due >= tomorrow, due < after_next).label("soon"), func.min(ReviewRound.submitted_at).label("oldest"),
    ).where(condition).group_by(ReviewRound.kind)  # fmt: skip
    parts = [kinds]
    if aside is not None:
        parts.append(
            _count(
                "aside",
                select(ReviewRound.id).where(aside, ReviewRound.state.in_(("need_info", "held")), ~_returned()),
                None,
            )
        )
    if since is not None and scope is not None:
        began = since.replace(second=0, microsecond=0)
        parts.append(_count("new", select(ReviewRound.id).where(scope, ReviewRound.submitted_at >= began)))
    parts += [_count(name, stmt) for name, stmt in (extra or {}).items()]
    return _read(session.execute(union_all(*parts)))


def _read(rows: Any) -> Backlog:
    found = Backlog()
    for part, key, total, late, today, soon, oldest in rows:
        if part == "kind":
            found.kinds[key] = Waiting(total, late, today, soon)
            found.oldest = min(filter(None, (found.oldest, oldest)))
        elif part in ("aside", "new"):
            setattr(found, part, total)
        else:
            found.extra[part] = total
    return found


def urgent(session: Session, condition: Any) -> list[ReviewRound]:
    """The items due first, with who holds them. They are found in the index of the queue, without reading any other row."""
    order = (ReviewRound.due_at, ReviewRound.id)
    first = select(ReviewRound.id).where(condition).order_by(*order).limit(URGENT)
    stmt = select(ReviewRound).where(ReviewRound.id.in_(first)).order_by(*order)
    return list(session.scalars(stmt.options(joinedload(ReviewRound.holder))))


def todo(row: ReviewRound, now: dt.datetime, is_work: IsWork, *, holder: bool) -> Todo:
    """One of them as a line; a lead is told who has it."""
    who = (
        cells.name_of(row.holder)
        if holder and row.holder is not None and row.lease_until and row.lease_until > now
        else ""
    )
    facts = [str(KINDS[row.kind].label), row.acting_for if row.acting_for != row.title else "", row.receipt_no]
    facts.append(_("with %(name)s", name=who) if who else "")
    sub = " · ".join(part for part in facts if part)
    url = url_for("DeskView.item", round_id=row.id)
    return Todo("checklist", desk_queue.heading(row), url, _("Review"), sub, desk_clock.left(row, now, is_work))


@dataclass(frozen=True, slots=True)
class Clock:
    """The instants between overdue, due today, one working day left and later. Lists ask by minute, so counts do too."""

    now: dt.datetime
    next_day: dt.date

    @classmethod
    def at(cls, now: dt.datetime, is_work: IsWork) -> Clock:
        return cls(now.replace(second=0, microsecond=0), next_day(local_day(now), is_work))

    @property
    def tomorrow(self) -> dt.date:
        return local_day(self.now) + dt.timedelta(days=1)

    @property
    def later(self) -> dt.date:
        """The first day after the next working day."""
        return self.next_day + dt.timedelta(days=1)

    def filters(self) -> tuple[dict[str, str], ...]:
        """Bounds of the due instant, in the order of MARKS."""
        now, today = minute(self.now), local_day(self.now).isoformat()
        return (
            {"due_at_from": self.later.isoformat()},
            {"due_at_from": self.tomorrow.isoformat(), "due_at_to": self.next_day.isoformat()},
            {"due_at_from": now, "due_at_to": today},
            {"due_at_to": now},
        )


def minute(at: dt.datetime) -> str:
    """An instant as a filter of a list takes it."""
    return at.astimezone(SHANGHAI).strftime(filters.MINUTE)


def rounds(**asked: str) -> str:
    """The list of review records with these conditions."""
    return url_for("ReviewRoundView.list", **{f"f_{name}": value for name, value in asked.items() if value})


def tiles(found: Backlog, clock: Clock, region: str = "") -> list[Tile]:
    """What waits, what of it is overdue and what is due today; each leads to the records it counts."""
    every, here = found.all, {"state": "waiting", "region": region}
    aside = ngettext("%(num)d on hold or asked", "%(num)d on hold or asked", found.aside) if found.aside else ""
    oldest = _("oldest from %(day)s", day=f"{found.oldest.astimezone(SHANGHAI):%m-%d}") if found.oldest else ""
    _later, _soon, today, late = clock.filters()
    return [
        Tile(_("Waiting"), f"{every.total:,}", rounds(**here), aside or oldest),
        Tile(
            _("Overdue"), f"{every.late:,}", rounds(**here, **late) + "&sort=due_at",
            oldest if every.late else _("in time"), tone="bad" if every.late else "", sub_tone="bad" if every.late else "ok",
        ),
        Tile(
            _("Due today"), f"{every.today:,}", rounds(**here, **today), _("tomorrow's working day: %(n)s", n=every.soon),
        ),
    ]  # fmt: skip


def chart(found: Backlog, clock: Clock, region: str = "") -> Chart:
    """The queue as lying bars; each figure leads to its records."""
    words = [_("More time"), _("1 working day left"), _("Due today"), _("Overdue")]
    bars, rows = [], []
    for kind, waiting in sorted(found.kinds.items(), key=lambda item: -item[1].total):
        here = {"state": "waiting", "region": region, "kind": kind}
        label, url = str(KINDS[kind].label), rounds(**here)
        parts = [
            Part(n, mark, f"{label}: {word} {n}") for n, mark, word in zip(waiting.parts, MARKS, words, strict=True)
        ]
        bars.append(Bar(label, parts, f"{waiting.total:,}", url))
        asked = [rounds(**here, **bounds) for bounds in clock.filters()]
        figures = [Cell(f"{n:,}", to if n else "") for n, to in zip(waiting.parts, asked, strict=True)]
        rows.append(Row(label, [*figures, Cell(f"{waiting.total:,}", url)], url))
    return Chart(
        "backlog", _("Waiting, by time left"), Table([_("Kind"), *words, _("In all")], rows), bars=drawn(bars),
        legend=[Legend(word, mark) for word, mark in zip(words, MARKS, strict=True)],
        empty=_("Nothing waits."), url=rounds(state="waiting", region=region),
    )  # fmt: skip


def news(found: Backlog, visit: Visit, region: str = "") -> list[News]:
    """What came in since the last visit."""
    if visit.since is None or not found.new:
        return []
    url = rounds(submitted_at_from=minute(visit.since), region=region)
    return [News(_("%(n)s came in for review", n=figure(found.new)), url)]
