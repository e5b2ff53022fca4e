"""The school's start page: requests for residency, who is resident, and how it went month by month."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Date, String, cast, func, select

from app.extensions import db
from app.models.review import ReviewRound
from app.models.schools import Residency
from app.review.sight import CLAIMABLE
from app.review.statistics import midnight
from app.rules.actor import Actor
from app.rules.dates import today
from app.views import desk_clock, desk_queue, labels, scope
from app.views.charts import Cell, Chart, Legend, Point, Row, Series, Table, columns
from app.views.home import backlog as queue
from app.views.home.parts import Home, Tile, Visit, figure
from app.views.home.screens import screen
from app.views.identity import may

MONTHS = 12
# What became of the requests of a month: word of the group -> its statuses, and the mark.
GROUPS = (("active", "c2"), ("pending", "c1"), ("returned", "c3"), ("", "c4"))


def school(actor: Actor, visit: Visit, _args: Any) -> Home:
    """What waits for the school, and its units; without the function of residency, what the person does work with."""
    if not may("can_list", "DeskView"):
        return _beside(actor)
    session, now = db.session, visit.now
    is_work = desk_clock.work_days(session, now)
    clock, here, mine = queue.Clock.at(now, is_work), queue.place(actor, ""), desk_queue.waiting(actor).whereclause
    residency, postings = scope.rows(screen("ResidencyView"), actor), scope.rows(screen("PostingView"), actor)
    found = queue.backlog(
        session, clock, here & ReviewRound.state.in_(CLAIMABLE), since=visit.since, scope=here,
        extra={"resident": residency.where(Residency.status == "active"), "postings": postings},
    )  # fmt: skip
    months = _months(residency)
    home = Home(tiles=[*queue.tiles(found, clock), *_tiles(found, months)])
    home.todos = [queue.todo(row, now, is_work, holder=False) for row in queue.urgent(session, mine)]
    home.todo_title, home.todo_url = _("Due first"), url_for("DeskView.list")
    home.nothing = _("No unit waits for an answer.")
    home.news = queue.news(found, visit)
    home.charts = [_chart(months)]
    return home


def _beside(actor: Actor) -> Home:
    """Somebody who does not decide on residency: the roster if that is the function, and the school's postings."""
    names = ("StudentView", "PostingView", "UnitView")
    screens = [screen(name) for name in names if may("can_list", name)]
    counts = [select(func.count()).select_from(scope.rows(one, actor).subquery()).scalar_subquery() for one in screens]
    numbers = db.session.execute(select(*counts)).one()
    words = {"StudentView": _("Students"), "PostingView": _("Postings for my school"), "UnitView": _("Resident units")}
    tiles = [
        Tile(words[type(one).__name__], figure(number), url_for(f"{one.endpoint}.list"))
        for one, number in zip(screens, numbers, strict=True)
    ]
    home = Home(tiles=tiles, todo_title=_("To do"))
    home.nothing = _("Requests for residency are decided by colleagues who were granted that function.")
    return home


def _first_month(day: dt.date) -> dt.date:
    """The first of the month eleven months ago."""
    number = day.year * 12 + day.month - MONTHS
    return dt.date(number // 12, number % 12 + 1, 1)


def _months(residency: Any) -> dict[dt.date, Counter[str]]:
    """Requests by the month in which they were last sent in, and what they are now."""
    first = _first_month(today())
    month = cast(func.date_trunc("month", func.timezone("Asia/Shanghai", Residency.submitted_at)), Date)
    stmt = residency.where(Residency.submitted_at >= midnight(first))
    stmt = stmt.with_only_columns(month, cast(Residency.status, String), func.count()).group_by(month, Residency.status)
    found: dict[dt.date, Counter[str]] = {}
    day = first
    for _n in range(MONTHS):
        found[day] = Counter()
        day = (day + dt.timedelta(days=32)).replace(day=1)
    for at, status, n in db.session.execute(stmt):
        found[at][status] = n
    return found


def _tiles(found: queue.Backlog, months: dict[dt.date, Counter[str]]) -> list[Tile]:
    asked = [counts.total() for counts in months.values()]
    resident = url_for("ResidencyView.list", tab="active")
    return [
        Tile(_("Resident units"), figure(found.extra["resident"]), resident, _("can name us in their postings")),
        Tile(_("Postings for my school"), figure(found.extra["postings"]), url_for("PostingView.list"), _("live now")),
        Tile(
            _("Requests this month"), figure(asked[-1]), _month_url(list(months)[-1]), _("last month: %(n)s", n=asked[-2])
        ),
    ]  # fmt: skip


def _month_url(month: dt.date, **more: str) -> str:
    last = (month + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    days = {"f_submitted_at_from": month.isoformat(), "f_submitted_at_to": last.isoformat()}
    return url_for("ResidencyView.list", **days, **more)


def _chart(months: dict[dt.date, Counter[str]]) -> Chart:
    words = [labels.status(status)[1] if status else _("Rejected, withdrawn or revoked") for status, _mark in GROUPS]
    named = [status for status, _mark in GROUPS if status]
    values = {status: [counts[status] for counts in months.values()] for status in named}
    values[""] = [counts.total() - sum(counts[status] for status in named) for counts in months.values()]
    points, rows = [], []
    for place, (month, counts) in enumerate(months.items()):
        url = _month_url(month)
        points.append(
            Point(f"{month:%y-%m}", _("%(month)s: %(n)s requests", month=f"{month:%Y-%m}", n=counts.total()), url)
        )
        figures = [(values[status][place], _month_url(month, tab=status) if status else "") for status, _mark in GROUPS]
        cells = [Cell(f"{counts.total():,}", url), *(Cell(f"{n:,}", to if n else "") for n, to in figures)]
        rows.append(Row(f"{month:%Y-%m}", cells))
    series = [Series(word, values[status], mark) for word, (status, mark) in zip(words, GROUPS, strict=True)]
    total = sum(counts.total() for counts in months.values())
    title = _("%(n)s requests for residency in twelve months", n=f"{total:,}")
    return Chart(
        "residency", _("Requests for residency by month"), Table([_("Month"), _("In all"), *words], rows),
        columns("residency", title, points, series), note=_("by what they are now"),
        legend=[Legend(word, mark) for word, (_status, mark) in zip(words, GROUPS, strict=True)],
    )  # fmt: skip
