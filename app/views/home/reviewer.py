"""The reviewer's start page: the own queue, the own verdicts, the own returns that came back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models.review import OPEN_STATES, ReviewRound, ReviewSeat
from app.review.sight import CLAIMABLE
from app.review.statistics import midnight
from app.rules.actor import Actor
from app.rules.calendar import local_day
from app.views import cells, desk_clock, desk_queue
from app.views.charts import Cell, Chart, Legend, Point, Row, Series, Table, columns
from app.views.home import backlog as queue
from app.views.home.parts import Home, Listing, Tile, Visit, figure
from app.views.home.periods import Span, span

BACK = 8  # own returns that came back, listed
BACK_DAYS = 90


def reviewer(actor: Actor, visit: Visit, args: Any) -> Home:
    """The own queue, the own verdicts, the own returns that came back."""
    session, now, asked = db.session, visit.now, span(args)
    is_work = desk_clock.work_days(session, now)
    clock, here, mine = queue.Clock.at(now, is_work), queue.place(actor, ""), desk_queue.waiting(actor)
    found = queue.backlog(
        session, clock, here & ReviewRound.state.in_(CLAIMABLE), since=visit.since, scope=here, extra={"mine": mine}
    )
    own = _own_verdicts(actor, min(asked.first, _monday(now)))
    back = _came_back(actor, now)
    home = Home(span=asked)
    home.tiles = [_mine_tile(found), *queue.tiles(found, clock)[1:], *_own_tiles(own, now, back)]
    home.todos = [queue.todo(row, now, is_work, holder=False) for row in queue.urgent(session, mine.whereclause)]
    home.todo_title, home.todo_url = _("Due first"), url_for("DeskView.list")
    home.nothing = _("Nothing waits for a decision.")
    home.news = queue.news(found, visit)
    home.charts = [queue.chart(found, clock), _own_chart(own, asked)]
    home.listings = [_back_listing(back)] if back else []
    return home


def _mine_tile(found: queue.Backlog) -> Tile:
    every = _("%(n)s in the division", n=f"{found.all.total:,}")
    return Tile(_("I can claim now"), figure(found.extra["mine"]), url_for("DeskView.list"), every)


def _monday(now: dt.datetime) -> dt.date:
    day = local_day(now)
    return day - dt.timedelta(days=day.weekday())


def _own_verdicts(actor: Actor, first: dt.date) -> dict[dt.date, Counter[str]]:
    """Own verdicts that stand, by day and word."""
    day = cast(func.timezone("Asia/Shanghai", ReviewSeat.decided_at), Date)
    stmt = select(day, ReviewSeat.verdict, func.count()).where(
        ReviewSeat.reviewer_id == actor.account_id,
        ReviewSeat.decided_at >= midnight(first),
        ReviewSeat.undone_at.is_(None),
    )
    found: dict[dt.date, Counter[str]] = {}
    for at, verdict, n in db.session.execute(stmt.group_by(day, ReviewSeat.verdict)):
        found.setdefault(at, Counter())[verdict] = n
    return found


def _came_back(actor: Actor, now: dt.datetime) -> list[ReviewRound]:
    """Open rounds that follow a round this person returned; the newest first."""
    before = aliased(ReviewRound)
    stmt = (
        select(ReviewRound)
        .join(before, (before.case_id == ReviewRound.case_id) & (before.id < ReviewRound.id))
        .join(ReviewSeat, ReviewSeat.round_id == before.id)
        .where(
            ReviewSeat.reviewer_id == actor.account_id, ReviewSeat.decided_at >= now - dt.timedelta(days=BACK_DAYS),
            ReviewSeat.verdict == "return", ReviewSeat.undone_at.is_(None),
            ReviewRound.state.in_(OPEN_STATES), ReviewRound.state.in_(CLAIMABLE), queue.place(actor, ""),
        )
        .order_by(ReviewRound.id.desc())
        .limit(BACK)
    )  # fmt: skip
    return list(db.session.scalars(stmt).unique())


def _own_tiles(own: dict[dt.date, Counter[str]], now: dt.datetime, back: list[ReviewRound]) -> list[Tile]:
    today, monday = local_day(now), _monday(now)
    done = own.get(today, Counter())
    week = sum((n for day, n in own.items() if day >= monday), Counter())
    returned = ngettext("%(num)d returned", "%(num)d returned", done["return"])
    return [
        Tile(_("Decided today"), figure(done.total()), "#own", returned),
        Tile(_("Decided this week"), figure(week.total()), "#own", ngettext("%(num)d returned", "%(num)d returned", week["return"])),
        Tile(
            _("Back after my return"), f"{len(back)}{'+' if len(back) == BACK else ''}", "#back" if back else url_for("DeskView.list"),
            _("mended and sent in again"),
        ),
    ]  # fmt: skip


def _own_chart(own: dict[dt.date, Counter[str]], asked: Span) -> Chart:
    words = {"approve": (_("Approved"), "c2"), "return": (_("Returned"), "c3"), "reject": (_("Rejected"), "c4")}
    slots = asked.slots()
    values = {verdict: asked.summed(lambda day, v=verdict: own.get(day, Counter())[v]) for verdict in words}
    sums = [int(sum(row)) for row in zip(*values.values(), strict=True)]
    points = [
        Point(slot.label, ngettext("%(when)s: %(num)d decided", "%(when)s: %(num)d decided", n, when=slot.name))
        for slot, n in zip(slots, sums, strict=True)
    ]
    rows = [
        Row(slot.name, [Cell(f"{n:,}"), *(Cell(f"{int(values[verdict][place]):,}") for verdict in words)])
        for place, (slot, n) in enumerate(zip(slots, sums, strict=True))
    ]
    series = [Series(word, values[verdict], mark) for verdict, (word, mark) in words.items()]
    title = ngettext(
        "%(num)d verdict of yours in %(n)s days", "%(num)d verdicts of yours in %(n)s days", sum(sums), n=asked.days
    )
    head = [_("Week") if asked.weekly else _("Day"), _("Decided"), *(word for word, _mark in words.values())]
    return Chart(
        "own", _("My verdicts"), Table(head, rows), columns("own", title, points, series),
        legend=[Legend(word, mark) for word, mark in words.values()], note=_("by week") if asked.weekly else _("by day"),
    )  # fmt: skip


def _back_listing(back: list[ReviewRound]) -> Listing:
    rows = [
        Row(
            desk_queue.heading(row),
            [Cell(str(queue.KINDS[row.kind].label)), Cell(cells.brief(row.submitted_at)), Cell(row.receipt_no)],
            url_for("DeskView.item", round_id=row.id),
        )
        for row in back
    ]
    return Listing(
        "back", _("Back after my return"), Table([_("Item"), _("Kind"), _("Sent in"), _("Receipt no.")], rows)
    )
