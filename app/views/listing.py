"""The list engine: scope, filters, order, one page by keyset, capped counts. Nothing is kept between requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from flask import current_app
from sqlalchemy import ARRAY, Select, String, column, func, inspect, literal, select
from sqlalchemy.orm import joinedload, load_only, selectinload

from app.extensions import db
from app.models.files import StoredFile
from app.review.kinds import KINDS
from app.rules.custom import is_custom
from app.views import filters, scope, searching
from app.views.columns import describe, key_column, key_name
from app.views.filters import Filter
from app.views.queries import CAP, Cursors, Order, capped

SIZES = (20, 50, 100)
LONGEST_SEARCH = 60
SMALL_CAP = 99  # of a tab somebody made: beyond it "99+"
# What the name of a related row is made of; everything else of it is not loaded for a list.
_NAMING = (
    "name", "name_zh", "name_en", "full_name", "code", "title",
    "first_name", "last_name", "username", "key", "receipt_no", "real_name", "day", "role",
)  # fmt: skip


@dataclass(slots=True)
class Asked:
    """What a request wants to see, already clamped to what there is."""

    order: Order
    size: int
    tab: str = ""
    words: str = ""
    exact: bool = False
    after: tuple[Any, Any] | None = None
    before: tuple[Any, Any] | None = None
    filters: list[Filter] = field(default_factory=list)

    def visible(self, room: int) -> int:
        """How many filters stand in the first line of `room` places; a range of days or numbers needs two."""
        for count, one in enumerate(self.filters):
            room -= 2 if one.kind in ("date", "datetime", "int", "decimal") else 1
            if room < 0:
                return count
        return len(self.filters)

    @property
    def said(self) -> tuple[Any, ...]:
        """All that the filters show of what was asked."""
        return self.tab, self.words, *((one.name, one.value, one.low, one.high, one.shown) for one in self.filters)

    @property
    def filtered(self) -> bool:
        return bool(self.words or self.tab or any(f.active for f in self.filters))


@dataclass(slots=True)
class Page:
    """One page of a list. `total` is capped unless asked exactly; `tabs` are (status, count).

    `also` are the counts of further statements, `columns` what is shown of each row.
    """

    asked: Asked
    rows: list[Any]
    total: int
    capped: bool
    tabs: list[tuple[str, int]] = field(default_factory=list)
    also: list[int] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    next: str = ""
    previous: str = ""


def order_of(view: Any, wanted: str) -> Order:
    """The order asked for if the view offers it, else its own."""
    name, down = wanted.removeprefix("-"), wanted.startswith("-")
    if name not in view.order_columns:
        name, direction = view.base_order
        down = direction == "desc"
    column = getattr(view.model, name)
    key = getattr(view.model, key_name(view.model))
    info = describe(view.model, name)
    return Order(name, key if name == key.key else column, key, down, info.nullable and name != key.key)


def cursors(view: Any) -> Cursors:
    """The signer of this view's positions."""
    return Cursors(current_app.config["SECRET_KEY"], type(view).__name__)


def _size(view: Any, wanted: str) -> int:
    own = view.page_size if view.page_size in SIZES else SIZES[1]
    return int(wanted) if wanted in {str(n) for n in SIZES} else own


def ask(view: Any, args: Any, actor: Any, *, named: bool = True) -> Asked:
    """Reads a query string. Whatever makes no sense is as if it were not there: never an error, never more rows.

    `named`: see `filters.read`.
    """
    order = order_of(view, str(args.get("sort", "")))
    signer = cursors(view)
    tab = str(args.get("tab", ""))
    after, before = args.get("after", ""), args.get("before", "")
    return Asked(
        order=order,
        size=_size(view, str(args.get("size", ""))),
        tab=tab if tab in view.tabs else "",
        words=str(args.get("q", "")).replace("\x00", "").strip()[:LONGEST_SEARCH] if filters.has_box(view) else "",
        exact=args.get("exact") == "1",
        after=signer.read(order, after) if after else None,
        before=signer.read(order, before) if before and not after else None,
        filters=filters.read(view, args, actor, named=named),
    )


def narrowed(view: Any, stmt: Select[Any], asked: Asked) -> Select[Any]:
    """The rows of the tab, the filters and the search."""
    if asked.tab:
        stmt = stmt.where(view.model.status == asked.tab)
    return filters.search(filters.apply(stmt, view.model, asked.filters), view, asked.words)


def _named(model: Any) -> list[Any]:
    """The columns a related row's name needs."""
    mapper = inspect(model)
    names = [name for name in _NAMING if name in mapper.columns]
    return [getattr(model, name) for name in [*names, key_name(model)]]


def naming(model: Any) -> list[Any]:
    """Loader options for rows of which only the name is wanted."""
    return [load_only(*_named(model))]


def relations(view: Any, names: list[str]) -> list[Any]:
    """Loader options that bring each shown relation in one go, with no more than the name of its row."""
    options = []
    for info in {
        info.relation.key: info for name in names if (info := describe(view.model, name)).relation is not None
    }.values():
        relation = getattr(view.model, info.relation.key)
        load = joinedload(relation) if info.kind == "relation" else selectinload(relation)
        options.append(load if info.target is StoredFile else load.load_only(*_named(info.target)))
    return options


@lru_cache(maxsize=256)
def _loads(view: Any, *shown: str) -> list[Any]:
    """Loader options: only the needed columns, and each relation in one go. What names a row is needed anyway."""
    model, wanted, all_known = view.model, set(), True
    names = list(dict.fromkeys([*shown, *(view.title_columns or view.list_columns[:2])]))
    for name in names:
        if is_custom(name):
            wanted.add("extra")
            continue
        kind = describe(model, name).kind
        if kind == "property":
            all_known = all_known and name in view.column_needs
            wanted.update(view.column_needs.get(name, ()))
        elif kind not in ("relation", "many"):
            wanted.add(name)
    options = relations(view, names)
    if all_known:
        options.append(load_only(*(getattr(model, name) for name in sorted(wanted | _always(model, view)))))
    return options


def _always(model: Any, view: Any) -> set[str]:
    """What every row needs besides its cells: key, foreign keys, status, version, and the row's name."""
    mapper = inspect(model)
    keys = {prop.key for prop in mapper.column_attrs if prop.columns[0].foreign_keys or prop.columns[0].primary_key}
    more = {name for name in ("status", "edit_state", "version", *_NAMING) if name in mapper.column_attrs}
    return keys | more | set(view.row_needs)


def _of_tabs(view: Any, actor: Any) -> Any:
    """The counts of the tabs as one object: planned once, counted for each status."""
    unseen = KINDS[view.kind].lifecycle.initial if view.kind and actor.is_bureau else ""  # before it was sent in
    names = literal([name for name in view.tabs if name != unseen], ARRAY(String))  # VALUES would be compiled each time
    tabs = func.unnest(names).table_valued(column("name", String)).render_derived(name="tabs")
    rows = scope.rows(view, actor).where(view.model.status == tabs.c.name).correlate(tabs)
    counted = func.jsonb_object_agg(tabs.c.name, capped(rows, correlated=tabs))
    return select(counted).select_from(tabs).scalar_subquery()


@lru_cache(maxsize=128)
def _kept_tabs(view: Any, actor: Any) -> Any:
    """They follow from the actor, and are the dearest part of a page to put into words."""
    return _of_tabs(view, actor)


def _counts(page: Page, view: Any, actor: Any, total: Select[Any] | None, also: Sequence[Select[Any]]) -> None:
    """All counts of the page in one statement. `total`: the rows of the list, where their number is not known yet."""
    parts = [] if total is None else [capped(total, None if page.asked.exact else CAP)]
    parts += [(_kept_tabs if scope.by_kind(view) else _of_tabs)(view, actor)] if view.tabs else []
    parts += [capped(stmt, SMALL_CAP) for stmt in also]
    if not parts:
        return
    found = list(db.session.execute(select(*(part.label(f"n{i}") for i, part in enumerate(parts)))).one())
    if total is not None:
        page.total = found.pop(0)
    by_name = found.pop(0) if view.tabs else {}
    page.tabs = [(name, by_name.get(name, 0)) for name in view.tabs]
    page.also = found


def run(
    view: Any,
    asked: Asked,
    actor: Any,
    restrict: Any = None,
    names: list[str] | None = None,
    also: Sequence[Select[Any]] = (),
) -> Page:
    """The page: two statements, and one more for each to-many relation shown.

    `restrict` narrows further (the rows related to a record); such a list has no tabs. `names` are the columns shown,
    `also` further statements to count.
    """
    stmt = narrowed(view, scope.rows(view, actor), asked)
    if restrict is not None:
        stmt = stmt.where(restrict)
    columns = names or view.list_columns
    found = _found(view, stmt, asked, actor, restrict, _loads(view, *columns))
    more, rows = len(found.rows) > asked.size, found.rows[: asked.size]
    if asked.before is not None:
        rows.reverse()
    page = Page(asked, rows, found.total or 0, False, columns=columns)
    if restrict is None:
        _counts(page, view, actor, stmt if found.total is None or asked.exact else None, also)
    else:
        page.total = db.session.scalar(select(capped(stmt)))
    page.capped = page.total > CAP and not asked.exact
    _links(view, page, more, asked.before is not None)
    return page


def _found(
    view: Any, stmt: Select[Any], asked: Asked, actor: Any, restrict: Any, options: Sequence[Any]
) -> searching.Found:
    """The rows of the page, one more than fit if there are more. Their number, where finding them told it."""
    backwards, position = asked.before is not None, asked.before or asked.after
    query = filters.query_of(view, asked.words) if restrict is None else ""
    if query:
        bare = narrowed(view, scope.rows(view, actor), replace(asked, words=""))
        limit = asked.size + 1
        found = searching.page(
            searching.Wanted(view.model, bare, query, asked.order, position, backwards, limit, tuple(options))
        )
        many = found.total is None and searching.projected(bare, limit) > CAP
        return searching.Found(found.rows, CAP + 1) if many else found
    paged = stmt if position is None else stmt.where(asked.order.beyond(position, backwards))
    paged = paged.order_by(*asked.order.clauses(backwards)).limit(asked.size + 1).options(*options)
    return searching.Found(list(db.session.scalars(paged).unique()), None)


def _links(view: Any, page: Page, more: bool, backwards: bool) -> None:
    if not page.rows:
        return
    signer, order = cursors(view), page.asked.order
    first, last = page.rows[0], page.rows[-1]
    key = order.key.key
    if more or backwards:
        page.next = signer.write(order, getattr(last, order.name), getattr(last, key))
    if (backwards and more) or page.asked.after is not None:
        page.previous = signer.write(order, getattr(first, order.name), getattr(first, key))


def related(view: Any, info: Any, words: str, actor: Any, limit: int = 20) -> list[Any]:
    """Rows to choose from in a picker: those that may be picked and contain the words."""
    stmt, model, key = scope.pickable(view, info, actor), info.target, key_column(info.target)
    picker, words = _Picker(model), words.replace("\x00", "").strip()[:LONGEST_SEARCH]
    query = filters.query_of(picker, words)
    if query:
        order = Order(key_name(model), getattr(model, key_name(model)), getattr(model, key_name(model)), False, False)
        return searching.page(searching.Wanted(model, stmt, query, order, None, False, limit)).rows
    return list(db.session.scalars(filters.search(stmt, picker, words).order_by(key).limit(limit)).unique())


@dataclass(frozen=True, slots=True)
class _Picker:
    """Enough of a view to search the related model by name."""

    model: Any

    @property
    def search_text(self) -> list[str]:
        texts = ("name", "code", "title", "key", "last_name", "first_name", "username")
        return [name for name in texts if name in inspect(self.model).columns]
