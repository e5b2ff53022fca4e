"""Start pages of those who send in: units, agencies, seekers and students. What to mend, what ends, what is decided."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import String, case, cast, func, literal, select, union_all

from app.extensions import db
from app.models.agencies import AgencyUnit
from app.models.positions import Posting
from app.models.units import Unit
from app.review.kinds import KINDS
from app.rules.actor import Actor, Role
from app.rules.dates import today
from app.views import labels, scope
from app.views.charts import Bar, Cell, Chart, Legend, Part, Row, Table, drawn
from app.views.home import first_steps, todos
from app.views.home.parts import Action, Home, News, Tile, Visit, figure
from app.views.home.screens import of_menu, screen

LEFT = ((3, "c4"), (7, "c3"), (30, "c1"), (None, "c2"))  # last day within so many days, and the mark
CLIENTS = 10
FIRST = {"posting": 0, "gig_offer": 1, "gig_wanted": 1, "unit_change": 2}  # order of the buttons
# Done once, or hardly ever: no figure for them before there is something to count.
SELDOM = frozenset(
    {"account_appeal", "agency_entry", "employer_certification", "identity_proof", "unit_change", "unit_takeover"}
)
_TOLD = (
    "returned",
    "rejected",
    "removed",
    "frozen",
)  # of what was decided since the last visit: not what one hoped for


@dataclass(slots=True)
class Figures:
    """Everything counted for one page."""

    states: dict[str, Counter[str]] = field(default_factory=dict)  # screen -> status -> how many
    left: Counter[str] = field(default_factory=Counter)
    clients: dict[str, tuple[str, int, int]] = field(default_factory=dict)  # unit -> name, live, under review
    links: Counter[str] = field(default_factory=Counter)
    told: dict[str, Counter[str]] = field(default_factory=dict)


def sender(actor: Actor, visit: Visit, _args: Any) -> Home:
    """The page; the screens of the role's menu decide what stands on it."""
    views = of_menu(actor)
    found = _figures(actor, visit, views)
    home = Home(actions=_actions(views), todo_title=_("To do"))
    home.nothing = _("Nothing has to be done at the moment.")
    sendable = [view for view in views if view.may("can_submit")]
    home.todos = [*first_steps.of(actor), *todos.of_sender(actor, visit.now, sendable)]
    home.tiles = [*_tiles(views, found), *_more_tiles(actor, found)]
    home.news = list(_news(views, found))
    home.charts = [_states_chart(views, found)]
    posts = next((type(v).__name__ for v in views if v.kind == "posting"), "")
    if posts:
        home.charts.append(_left_chart(posts, found))
    if actor.role is Role.AGENCY:
        home.charts.append(_clients_chart(found))
    return home


# -- counting -----------------------------------------------------------------------------------------------------------


def _row(part: str, key: Any, more: Any, n: Any, m: Any = None) -> list[Any]:
    second = literal(0) if m is None else m
    return [
        literal(part).label("part"), cast(key, String).label("key"), cast(more, String).label("more"),
        n.label("n"), second.label("m"),
    ]  # fmt: skip


def _over(stmt: Any, *columns: Any) -> Any:
    return stmt.with_only_columns(*columns, maintain_column_froms=True).order_by(None)


def _questions(actor: Actor, visit: Visit, views: list[Any]) -> Iterator[Any]:
    n = func.count()
    for view in views:
        name, model, every = type(view).__name__, view.model, scope.rows(view, actor)
        yield _over(every, *_row("state", literal(name), model.status, n)).group_by(model.status)
        if visit.since is not None:
            told = every.where(model.decided_at > visit.since, model.status.not_in(("draft", "pending")))
            yield _over(told, *_row("told", literal(name), model.status, n)).group_by(model.status)
        if view.kind == "posting":
            live = every.where(Posting.status == "live", Posting.valid_until.is_not(None))
            left = _bucket(Posting.valid_until)
            yield _over(live, *_row("left", left, literal(""), n)).group_by(left)
            if actor.role is Role.AGENCY:
                yield _clients(every)
    if actor.role is Role.AGENCY:
        mine = select(AgencyUnit).where(AgencyUnit.agency_id == actor.agency_id)
        yield _over(mine, *_row("link", AgencyUnit.state, literal(""), n)).group_by(AgencyUnit.state)


def _bucket(last_day: Any) -> Any:
    """In how many days something ends: the number of the first bound that holds it."""
    rungs = [(last_day <= today() + dt.timedelta(days=days), str(days)) for days, _mark in LEFT if days is not None]
    return case(*[(condition, literal(word)) for condition, word in rungs], else_=literal(""))


def _clients(every: Any) -> Any:
    """The units with most postings of the agency."""
    n = func.count()
    live, pending = n.filter(Posting.status == "live"), n.filter(Posting.status == "pending")
    top = _over(every.join(Unit, Unit.id == Posting.unit_id), *_row("client", Unit.id, Unit.name, live, pending))
    return select(top.group_by(Unit.id, Unit.name).order_by(n.desc(), Unit.id).limit(CLIENTS).subquery())


def _figures(actor: Actor, visit: Visit, views: list[Any]) -> Figures:
    """All of them in one statement."""
    found = Figures()
    parts = list(_questions(actor, visit, views))
    for part, key, more, n, m in db.session.execute(union_all(*parts)) if parts else ():
        if part == "state":
            found.states.setdefault(key, Counter())[more] = n
        elif part == "told":
            found.told.setdefault(key, Counter())[more] = n
        elif part == "left":
            found.left[key] = n
        elif part == "client":
            found.clients[key] = (more, n, m)
        else:
            found.links[key] = n
    return found


# -- showing ------------------------------------------------------------------------------------------------------------


def _actions(views: list[Any]) -> list[Action]:
    """The forms this role may begin with, two at most; the posting first."""
    able = [view for view in views if view.may("can_add") and view.add_columns]
    able.sort(key=lambda view: FIRST.get(view.kind, 3))
    return [
        Action(str(view.add_heading()), url_for(f"{view.endpoint}.add"), "plus", place == 0)
        for place, view in enumerate(able[:2])
    ]


def _public(view: Any) -> str:
    """The status a thing is sent in for: what is shown outside, or in force."""
    return next(iter(KINDS[view.kind].lifecycle.public), "approved")


def _sub(counts: Counter[str]) -> tuple[str, str]:
    """What is not as it should be, or what is on its way."""
    parts = []
    if counts["returned"]:
        parts.append(ngettext("%(num)d to mend", "%(num)d to mend", counts["returned"]))
    if counts["pending"]:
        parts.append(ngettext("%(num)d under review", "%(num)d under review", counts["pending"]))
    if not parts and counts["draft"]:
        parts.append(ngettext("%(num)d draft", "%(num)d drafts", counts["draft"]))
    return " · ".join(parts), "bad" if counts["returned"] else ""


def _tiles(views: list[Any], found: Figures) -> list[Tile]:
    tiles = []
    for view in views:
        counts = found.states.get(type(view).__name__, Counter())
        if view.kind in SELDOM and not counts.total():
            continue
        public, (sub, tone) = _public(view), _sub(counts)
        url = url_for(f"{view.endpoint}.list", tab=public)
        label = f"{view.list_title} · {labels.status(public)[1]}"
        tiles.append(Tile(label, figure(counts[public]), url, sub, sub_tone=tone))
    return tiles


def _more_tiles(actor: Actor, found: Figures) -> list[Tile]:
    tiles = []
    if actor.role is Role.AGENCY:
        waiting = ngettext("%(num)d asks you", "%(num)d ask you", found.links["applied"])
        tiles.append(Tile(_("Associated units"), figure(found.links.total()), url_for("AgencyUnitView.list"), waiting))
    unread = "99+" if g.unread > 99 else str(g.unread)
    url = url_for("MessageView.list", tab="unread" if g.unread else None)
    tiles.append(Tile(_("Unread messages"), unread, url))
    return tiles


def _news(views: list[Any], found: Figures) -> Iterator[News]:
    """What was decided meanwhile, screen by screen; what has to be mended first."""
    told = [
        (status not in _TOLD, view, status, n)
        for view in views
        for status, n in found.told.get(type(view).__name__, Counter()).items()
    ]
    for _good, view, status, n in sorted(told, key=lambda one: one[0]):
        words = _("%(what)s: %(n)s now “%(status)s”", what=view.list_title, n=n, status=labels.status(status)[1])
        yield News(words, url_for(f"{view.endpoint}.list", tab=status))


def _states_chart(views: list[Any], found: Figures) -> Chart:
    """Each kind as one bar: public, under review, to be mended, the rest."""
    words = (_("Public or in force"), _("Under review"), _("To be mended"), _("Drafts and ended"))
    marks = ("c2", "c1", "c3", "c4")
    bars, rows = [], []
    for view in views:
        counts, public = found.states.get(type(view).__name__, Counter()), _public(view)
        if not counts:
            continue
        known = (counts[public], counts["pending"], counts["returned"])
        numbers = (*known, counts.total() - sum(known))
        urls = [url_for(f"{view.endpoint}.list", tab=tab) for tab in (public, "pending", "returned")] + [""]
        label, url = str(view.list_title), url_for(f"{view.endpoint}.list")
        parts = [Part(n, mark, f"{word}: {n}") for n, mark, word in zip(numbers, marks, words, strict=True)]
        bars.append(Bar(label, parts, f"{counts.total():,}", url))
        rows.append(Row(label, [Cell(f"{n:,}", to if n else "") for n, to in zip(numbers, urls, strict=True)], url))
    legend = [Legend(word, mark) for word, mark in zip(words, marks, strict=True)]
    return Chart(
        "states", _("What was sent in, by state"), Table([_("What"), *words], rows), bars=drawn(bars), legend=legend,
        empty=_("Nothing yet."),
    )  # fmt: skip


def _left_chart(name: str, found: Figures) -> Chart:
    """Live postings by the days they have left."""
    bars, rows, since = [], [], today()
    view, begin = screen(name), ""
    for days, mark in LEFT:
        n = found.left[str(days) if days is not None else ""]
        label = _("Up to %(n)s days", n=days) if days is not None else _("Longer")
        last = since + dt.timedelta(days=days) if days is not None else None
        bounds = {"f_valid_until_from": begin, "f_valid_until_to": last.isoformat() if last else ""}
        url = url_for(f"{view.endpoint}.list", tab="live", **{name: day for name, day in bounds.items() if day})
        begin = (last + dt.timedelta(days=1)).isoformat() if last else ""
        bars.append(Bar(label, [Part(n, mark)], f"{n:,}", url))
        rows.append(Row(label, [Cell(f"{n:,}")], url))
    return Chart(
        "left", _("Live postings by days left"), Table([_("Ends in"), _("Postings")], rows),
        bars=drawn(bars) if found.left.total() else (), empty=_("No posting is live."),
    )  # fmt: skip


def _clients_chart(found: Figures) -> Chart:
    bars, rows = [], []
    for key, (name, live, pending) in found.clients.items():
        url = url_for("AgencyPostingView.list", q=name)
        bars.append(Bar(name, [Part(live, "c2"), Part(pending, "c3")], f"{live + pending:,}", url))
        rows.append(Row(name, [Cell(f"{live:,}"), Cell(f"{pending:,}")], url_for("UnitView.show", pk=key)))
    head = [_("Unit"), labels.status("live")[1], labels.status("pending")[1]]
    legend = [Legend(head[1], "c2"), Legend(head[2], "c3")]
    return Chart(
        "clients", _("Postings by unit"), Table(head, rows), bars=drawn(bars), legend=legend, thin=True,
        empty=_("No posting for a unit yet."), url=url_for("AgencyUnitView.list"),
    )  # fmt: skip
