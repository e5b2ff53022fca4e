"""How a person wants a list: columns in order, density, saved views as tabs. One statement for a page.

What is stored is held against what the view offers this reader now: a column or a filter that is hidden for the role,
a tab that is gone, a row out of scope never come back through a stored view, whoever stored it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, bindparam, literal, or_, select

from app.extensions import db
from app.gateways.prepared import LASTING
from app.models.accounts import Person
from app.models.lists import DENSITIES, ListLayout, SavedView
from app.review.policy import upwards
from app.rules.actor import UNIT_SIDE, Actor
from app.views import filters, listing, scope
from app.views.identity import may
from app.views.listing import Asked

MOST = 20  # own saved views of one list
TABS = 8  # saved views that stand as tabs with their number; the rest are in the tabs' menu
READ = 2 * MOST


@dataclass(slots=True)
class Tab:
    """A saved view as this reader may use it."""

    id: int
    name: str
    own: bool
    shared: bool
    by: str
    query: dict[str, str]
    columns: list[str]
    density: str
    url: str
    mine_to_end: bool = False  # shared by a colleague of the same place: may be taken back


@dataclass(slots=True)
class Chosen:
    """One list as this reader wants it. `own_columns`: other ones than usual were chosen."""

    columns: list[str]
    density: str = ""
    tabs: list[Tab] = field(default_factory=list)
    current: Tab | None = None
    opens_with: Tab | None = None
    own_columns: bool = False
    changed: bool = False  # the conditions asked for are not those of the saved view in use

    @property
    def shown(self) -> list[Tab]:
        """The saved views that are tabs: the first ones, and the one in use."""
        first = self.tabs[:TABS]
        return first if self.current is None or self.current in first else [*first[:-1], self.current]

    @property
    def said(self) -> tuple[Any, ...]:
        """All that the menus of a list show of the saved views."""
        tabs = tuple((t.id, t.name, t.own, t.shared, t.by, t.url, t.mine_to_end, bool(t.columns)) for t in self.tabs)
        in_use = (one.id if one else 0 for one in (self.current, self.opens_with))
        return tabs, *in_use, self.changed, self.own_columns


def screen_of(view: Any) -> str:
    """Under which name choices for a view are kept."""
    return type(view).__name__


def audience_of(actor: Actor) -> str:
    """Whom this person shares with: the bureau's people of the own division and below, the own house, or the role."""
    if actor.is_bureau and actor.region_code:
        return f"region:{actor.region_code}"
    if actor.role in UNIT_SIDE:
        return f"unit:{actor.unit_id}"
    if actor.school_id:
        return f"school:{actor.school_id}"
    return f"agency:{actor.agency_id}" if actor.agency_id else f"role:{actor.role.value}"


def audiences(actor: Actor) -> list[str]:
    """What reaches this person: the own audience, for the bureau also those of the divisions above."""
    if actor.is_bureau and actor.region_code:
        return [f"region:{code}" for code in upwards(actor.region_code)]
    return [audience_of(actor)]


def _own(account: Any, role: Any) -> ColumnElement[bool]:
    return and_(SavedView.account_id == account, SavedView.role == role)


def _usable(account: Any, role: Any, reached: Any) -> ColumnElement[bool]:
    return or_(_own(account, role), SavedView.audience.in_(reached))


def own(actor: Actor) -> ColumnElement[bool]:
    """This person's own saved views in the role in use."""
    return _own(actor.account_id, actor.role.value)


def usable(actor: Actor) -> ColumnElement[bool]:
    """Own saved views, and those that are shared with this person."""
    return _usable(actor.account_id, actor.role.value, audiences(actor))


@cache
def _of_list() -> Select[Any]:
    """The statement behind every list, made once: layout and saved views of `screen` for `account` in `role`."""
    account, role, screen = (bindparam(name) for name in ("account", "role", "screen"))
    reached = bindparam("reached", expanding=True)
    layout = and_(ListLayout.account_id == account, ListLayout.role == role, ListLayout.screen == screen)
    return (
        select(ListLayout, SavedView, Person.real_name)
        .select_from(select(literal(1).label("one")).subquery())
        .outerjoin(ListLayout, layout)
        .outerjoin(SavedView, and_(SavedView.screen == screen, _usable(account, role, reached)))
        .outerjoin(Person, Person.account_id == SavedView.account_id)
        .order_by(_own(account, role).desc(), SavedView.position, SavedView.id)
        .limit(READ)
        .execution_options(**LASTING)
    )


def _stored(screen: str, actor: Actor) -> list[Any]:
    """(layout, saved view, who made it) of one list; at least one row, with None where there is nothing."""
    asked = {
        "account": actor.account_id, "role": actor.role.value, "screen": screen, "reached": audiences(actor),
    }  # fmt: skip
    return list(db.session.execute(_of_list(), asked))


def columns_of(view: Any, wanted: Iterable[str] | None) -> list[str]:
    """The wanted columns as far as the reader may have them; the one that leads to the record always comes first."""
    pool = view.column_pool()
    usual = view.shown_columns()
    if wanted is None:
        return usual
    kept = [name for name in dict.fromkeys(wanted) if name in pool and name not in usual[:1]]
    return [*usual[:1], *kept] if kept else usual


def query_of(view: Any, stored: Mapping[str, Any]) -> dict[str, str]:
    """Of stored conditions those that the view offers this reader, as values of a URL."""
    names = {key for name in view.filter_names() for key in filters.keys_of(view, name)}
    found = {key: value for key, value in stored.items() if key in names and isinstance(value, str) and value}
    tab, sort, words = (str(stored.get(key) or "") for key in ("tab", "sort", "q"))
    if tab in view.tabs:
        found["tab"] = tab
    if sort.removeprefix("-") in view.order_columns:
        found["sort"] = sort
    if words and filters.has_box(view):
        found["q"] = words
    return found


def conditions(view: Any, asked: Asked, args: Mapping[str, str]) -> dict[str, str]:
    """What a request asks of a list, in the form in which it is stored."""
    found = {"tab": asked.tab, "q": asked.words, "sort": str(args.get("sort", ""))}
    for one in asked.filters:
        if one.active:
            found |= dict(zip(one.keys, (one.low, one.high) if len(one.keys) > 1 else (one.value,), strict=True))
    return query_of(view, {key: value for key, value in found.items() if value})


def tab_of(view: Any, actor: Actor, row: SavedView, by: str | None = "") -> Tab:
    """A saved view as this reader may use it. `by` is who made it."""
    query = query_of(view, row.conditions or {})
    mine = row.account_id == actor.account_id and row.role == actor.role.value
    columns = columns_of(view, row.columns) if row.columns else []
    url = url_for(f"{view.endpoint}.list", **query, view=row.id)
    end = bool(row.audience) and row.audience == audience_of(actor) and may("can_share", "ListsView")
    return Tab(row.id, row.name, mine, bool(row.audience), by or "", query, columns, row.density, url, end)


def read(view: Any, actor: Actor, args: Mapping[str, str]) -> Chosen:
    """How this reader wants this list, with the saved view that the request names."""
    rows = _stored(screen_of(view), actor)
    layout = rows[0][0]
    tabs = [tab_of(view, actor, row, by) for _layout, row, by in rows if row is not None]
    wanted = str(args.get("view", ""))
    current = next((tab for tab in tabs if str(tab.id) == wanted), None)
    found = Chosen(columns_of(view, layout.columns if layout else None), layout.density if layout else "", tabs)
    found.own_columns = found.columns != view.shown_columns()
    if layout is not None and layout.opens_with_id:
        found.opens_with = next((tab for tab in tabs if tab.id == layout.opens_with_id), None)
    if current is not None:
        found.current = current
        found.columns = current.columns or found.columns
        found.density = current.density or found.density
    return found


def chosen_columns(view: Any, actor: Actor, args: Mapping[str, str] | None = None) -> list[str]:
    """The columns this reader sees in a list, in order. `args`: of the request, which may name a saved view."""
    return read(view, actor, args or {}).columns


def counted(view: Any, actor: Actor, tabs: Iterable[Tab]) -> list[Select[Any]]:
    """The rows of each saved view, to be counted. No names are looked up: the conditions only narrow what is in scope."""
    found = []
    for tab in tabs:
        asked = listing.ask(view, tab.query, actor, named=False)
        found.append(listing.narrowed(view, scope.rows(view, actor), asked))
    return found


def density(wanted: str) -> str:
    """A density there is, or "" for the one set for all lists."""
    return wanted if wanted in DENSITIES else ""
