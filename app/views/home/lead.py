"""The lead's start page: inflow, backlog and its age, verdicts by day and by person, reasons, how late, how long."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import and_, select

from app.extensions import db
from app.models.reference import Region
from app.models.review import ReviewRound
from app.review import statistics
from app.review.sight import CLAIMABLE
from app.review.statistics import Flow, Person
from app.rules import spread
from app.rules.actor import Actor, covers, region_bounds
from app.views import desk_clock
from app.views.charts import Bar, Cell, Chart, Legend, Part, Point, Row, Series, Table, columns, drawn
from app.views.home import backlog as queue
from app.views.home.parts import Home, Tile, Visit, figure, length, share, spoken
from app.views.home.periods import Slot, Span, span

PEOPLE_DRAWN, PEOPLE_LISTED, REASONS = 12, 50, 8


def lead(actor: Actor, visit: Visit, args: Any) -> Home:
    """Inflow, backlog and its age, verdicts by day and by person, reasons, how late, how long."""
    session, now, asked = db.session, visit.now, span(args)
    wanted = str(args.get("region", ""))
    region = wanted if covers(actor.region_code, wanted) else ""
    is_work = desk_clock.work_days(session, now)
    clock = queue.Clock.at(now, is_work)
    here = queue.place(actor, region)
    open_now = here & ReviewRound.state.in_(CLAIMABLE)
    alone = select(ReviewRound.id).where(here, _alone(asked))
    found = queue.backlog(session, clock, open_now, aside=here, since=visit.since, scope=here, extra={"alone": alone})
    flow = statistics.flow(session, region or actor.region_code, asked.first, asked.last)
    home = Home(span=asked, region=region, regions=below(actor.region_code))
    home.place = dict(home.regions).get(region, "")
    home.tiles = [
        *queue.tiles(found, clock, region),
        *_flow_tiles(flow, asked),
        _alone_tile(found.extra["alone"], asked, region),
    ]
    home.todos = [queue.todo(row, now, is_work, holder=True) for row in queue.urgent(session, open_now)]
    home.todo_title, home.todo_url = _("Due first"), url_for("DeskView.list")
    home.nothing = _("Nothing waits for a decision.")
    home.news = queue.news(found, visit, region)
    home.charts = [
        queue.chart(found, clock, region),
        _flow_chart(flow, asked, region),
        _open_chart(flow, asked, found.all.total + found.aside),
        _people_chart(flow, asked),
        _reasons_chart(flow, asked),
    ]
    return home


def below(code: str) -> list[tuple[str, str]]:
    """The divisions right below one, code and name; those under a pseudo level (市辖区) count as right below."""
    if not code.endswith("00"):
        return []
    pseudo = select(Region.code).where(Region.parent_code == code, Region.pseudo)
    stmt = select(Region.code, Region.name).where(
        Region.code.between(*region_bounds(code)), ~Region.pseudo, Region.valid_to.is_(None),
        (Region.parent_code == code) | Region.parent_code.in_(pseudo),
    )  # fmt: skip
    return [(row.code, row.name) for row in db.session.execute(stmt.order_by(Region.code))]


def _flow_tiles(flow: Flow, asked: Span) -> list[Tile]:
    total, before = flow.total, flow.before
    took, took_before = spread.median(flow.waits), spread.median(flow.waits_before)
    amount, unit = length(took)
    late, late_before = share(total.late, total.decided), share(before.late, before.decided)
    return [
        Tile(
            _("Decided in %(n)s days", n=asked.days), figure(total.decided), "#flow", _("before: %(n)s", n=f"{before.decided:,}")
        ),
        Tile(_("Median, arrival to verdict"), amount, "#people", _("before: %(n)s", n=spoken(took_before)), unit),
        Tile(_("Decided late"), late, "#flow", _("before: %(n)s", n=late_before), tone="bad" if total.late else ""),
    ]  # fmt: skip


def _alone(asked: Span) -> Any:
    """What one person approved where two should have agreed, of the items that came in within the period."""
    came = ReviewRound.submitted_at
    return and_(
        ReviewRound.alone, ReviewRound.state == "approved",
        came >= statistics.midnight(asked.first), came < statistics.midnight(asked.last + dt.timedelta(days=1)),
    )  # fmt: skip


def _alone_tile(count: int, asked: Span, region: str) -> Tile:
    first, last = asked.first.isoformat(), asked.last.isoformat()
    url = queue.rounds(alone="1", state="approved", submitted_at_from=first, submitted_at_to=last, region=region)
    return Tile(_("Approved by one, where two should"), f"{count:,}", url, _("nobody else could decide"))


def _slot_url(slot: Slot, region: str) -> str:
    first, last = slot.first.isoformat(), slot.last.isoformat()
    return queue.rounds(submitted_at_from=first, submitted_at_to=last, region=region)


def _of_slot(flow: Flow, slot: Slot) -> statistics.Tally:
    found = statistics.Tally()
    for n in range((slot.last - slot.first).days + 1):
        found.add(flow.days.get(slot.first + dt.timedelta(days=n), statistics.Tally()))
    return found


def _flow_chart(flow: Flow, asked: Span, region: str) -> Chart:
    slots = asked.slots()
    tallies = [_of_slot(flow, slot) for slot in slots]
    points, rows = [], []
    for slot, tally in zip(slots, tallies, strict=True):
        url = _slot_url(slot, region)
        tip = _(
            "%(when)s: %(received)s received, %(decided)s decided",
            when=slot.name,
            received=tally.received,
            decided=tally.decided,
        )
        points.append(Point(slot.label, tip, url))
        figures = (tally.decided, tally.approved, tally.returned, tally.rejected, tally.late)
        rows.append(Row(slot.name, [Cell(f"{tally.received:,}", url), *(Cell(f"{n:,}") for n in figures)]))
    head = [
        _("Week") if asked.weekly else _("Day"),
        _("Received"),
        _("Decided"),
        _("Approved"),
        _("Returned"),
        _("Rejected"),
        _("Late"),
    ]
    title = _(
        "%(received)s received and %(decided)s decided in %(n)s days",
        received=f"{flow.total.received:,}", decided=f"{flow.total.decided:,}", n=asked.days,
    )  # fmt: skip
    drawing = columns(
        "flow", title, points,
        [Series(_("Received"), [tally.received for tally in tallies], "c2")],
        [Series(_("Decided"), [tally.decided for tally in tallies])],
    )  # fmt: skip
    return Chart(
        "flow", _("Received and decided"), Table(head, rows), drawing,
        legend=[Legend(_("Received"), "c2"), Legend(_("Decided"), "line")], note=_("by week") if asked.weekly else _("by day"),
    )  # fmt: skip


def _open_chart(flow: Flow, asked: Span, open_now: int) -> Chart:
    """What was open at the end of each day, reckoned back from now by what came and went."""
    ends, level = [], open_now
    slots = asked.slots()
    for slot in reversed(slots):
        ends.append(max(0, level))
        level -= _of_slot(flow, slot).growth
    ends.reverse()
    points = [
        Point(slot.label, _("End of %(when)s: %(n)s open", when=f"{slot.last:%m-%d}", n=f"{n:,}"))
        for slot, n in zip(slots, ends, strict=True)
    ]
    rows = [Row(f"{slot.last:%m-%d}", [Cell(f"{n:,}")]) for slot, n in zip(slots, ends, strict=True)]
    title = _("Open items went from %(a)s to %(b)s", a=f"{ends[0]:,}", b=f"{ends[-1]:,}")
    return Chart(
        "open", _("Open at the end of the day"), Table([_("Day"), _("Open")], rows),
        columns("open", title, points, [], [Series(_("Open"), ends)]), note=_("now %(n)s", n=f"{open_now:,}"),
    )  # fmt: skip


def _name(person: Person) -> str:
    family, given = person.name
    latin = (family + given).isascii()
    return f"{given} {family}".strip() if latin else family + given


def _people_chart(flow: Flow, asked: Span) -> Chart:
    people = sorted(flow.people.values(), key=lambda person: -person.tally.decided)[:PEOPLE_LISTED]
    bars, rows = [], []
    for person in people:
        tally, name, took = person.tally, _name(person), spoken(spread.median(person.efforts))
        if len(bars) < PEOPLE_DRAWN:
            bars.append(Bar(name, [Part(tally.decided, "c2")], f"{tally.decided:,}"))
        figures = (
            f"{tally.decided:,}",
            took,
            share(tally.returned, tally.decided),
            share(tally.rejected, tally.decided),
            share(tally.late, tally.decided),
        )
        rows.append(Row(name, [Cell(text) for text in figures]))
    head = [_("Reviewer"), _("Decided"), _("Median, claim to verdict"), _("Returned"), _("Rejected"), _("Late")]
    team = spoken(spread.median(flow.efforts))
    return Chart(
        "people", _("Decided by each reviewer"), Table(head, rows), bars=drawn(bars), note=_("median %(n)s an item", n=team) if people else "",
        empty=_("Nobody decided anything in these %(n)s days.", n=asked.days),
    )  # fmt: skip


def _reasons_chart(flow: Flow, asked: Span) -> Chart:
    english = str(get_locale()) == "en"
    bars, rows = [], []
    for code, reason in sorted(flow.reasons.items(), key=lambda item: (-item[1].count, item[0])):
        label = f"{code} {reason.name_en if english else reason.name_zh}".strip()
        url = url_for("ReviewReasonView.show", pk=code) if reason.name_zh else ""
        if len(bars) < REASONS:
            bars.append(Bar(label, [Part(reason.count, "c2")], f"{reason.count:,}", url))
        rows.append(Row(label, [Cell(f"{reason.count:,}")], url))
    returned = share(flow.total.returned, flow.total.decided)
    return Chart(
        "reasons", _("Why it was returned or rejected"), Table([_("Reason"), _("Times")], rows), bars=drawn(bars), thin=True,
        note=_("%(share)s of verdicts are returns", share=returned), empty=_("No reason was given in these %(n)s days.", n=asked.days),
    )  # fmt: skip
