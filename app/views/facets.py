"""Facets: how the rows of a list spread over the values of its filters. Asked for when wanted, in one bounded statement.

No more than READ rows are looked at. Where there are more, every number is a minimum and the page says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, String, case, cast, func, join, literal, null, select, true, union_all
from sqlalchemy.dialects.postgresql import JSONB

from app.extensions import db
from app.models.reference import Region
from app.rules.actor import Actor
from app.views import cells, filters, scope
from app.views.columns import key_column
from app.views.filters import Filter
from app.views.listing import Asked

READ = 5000
MOST = 6  # facets of one list
MOST_RELATED = 2  # of them by a related row, whose names cost a statement each
VALUES = 8  # values of one facet
_OWN_CHOICES = ("dict", "status", "bool")


@dataclass(slots=True)
class Value:
    """One value of a facet: how many rows have it, and whether the list is narrowed to it."""

    key: str
    word: str
    count: int
    here: bool


@dataclass(slots=True)
class Facet:
    """One filter with the values that occur. `more`: rarer values are left out."""

    label: str
    param: str
    values: list[Value] = field(default_factory=list)
    more: bool = False


@dataclass(slots=True)
class Spread:
    """All facets of a list. `least`: there are more rows than were read, so that numbers are minimums."""

    facets: list[Facet]
    least: bool


def _column(view: Any, one: Filter) -> Any:
    """What is counted; nothing where it is no column of the table, and no field with choices."""
    own = one.info.custom
    if own is None:
        return one.info.column
    if own.type == "choices":
        return view.model.extra[own.code]
    return view.model.extra[own.code].astext if own.type in ("choice", "bool") else None


def _several(one: Filter) -> bool:
    """Whether a row may have several values: it counts for each of them."""
    return one.info.custom is not None and one.info.custom.type == "choices"


def _fits(view: Any, one: Filter) -> bool:
    if _column(view, one) is None or one.name in view.hidden_columns() or (one.name == "status" and view.tabs):
        return False
    if one.kind in _OWN_CHOICES or _several(one):
        return one.listed
    return one.kind == "relation" and scope.chooser(view, one.info) is not None


def candidates(view: Any, found: Sequence[Filter]) -> list[Filter]:
    """The filters that are facets: by choices of their own, and divisions; or those the view names."""
    named = view.facet_columns
    chosen: list[Filter] = []
    for one in found:
        wanted = one.name in named if named is not None else one.kind != "relation" or one.info.target is Region
        related = sum(other.kind == "relation" for other in chosen)
        if wanted and _fits(view, one) and (one.kind != "relation" or related < MOST_RELATED):
            chosen.append(one)
    return chosen[:MOST]


def _base(view: Any, actor: Actor, asked: Asked, columns: Sequence[Filter], without: Filter | None = None) -> Any:
    """The columns of at most READ + 1 rows of the list, as if the filter `without` were not asked for."""
    stmt: Select[Any] = scope.rows(view, actor)
    if asked.tab:
        stmt = stmt.where(view.model.status == asked.tab)
    stmt = filters.apply(stmt, view.model, [one for one in asked.filters if one is not without])
    stmt = filters.search(stmt, view, asked.words)
    names = [_column(view, one).label(f"c{n}") for n, one in enumerate(columns)]
    plain = stmt.with_only_columns(*names, maintain_column_froms=True).order_by(None)
    return plain.limit(READ + 1).cte(f"base_{without.name if without is not None else ''}")


def _of_value(one: Filter, base: Any, column: Any) -> Any:
    number = func.count().label("n")
    if _several(one):
        held = case((func.jsonb_typeof(column) == "array", column), else_=literal([], JSONB))
        each = func.jsonb_array_elements_text(held).table_valued("value").lateral()
        base, column = join(base, each, true()), each.c.value
    stmt = select(literal(one.name).label("name"), cast(column, String).label("value"), number).select_from(base)
    stmt = stmt.where(column.is_not(None)).group_by(column).order_by(number.desc(), cast(column, String))
    return stmt.limit(VALUES + 1)


def _statement(view: Any, actor: Actor, asked: Asked, found: Sequence[Filter]) -> Any:
    """(facet, value, rows); the row without a facet is the number of rows read."""
    parts = []
    idle = [one for one in found if not one.active]
    shared = _base(view, actor, asked, idle or found[:1])
    parts.append(select(literal(""), null(), func.count()).select_from(shared))
    parts += [_of_value(one, shared, shared.c[f"c{n}"]) for n, one in enumerate(idle)]
    for one in found:
        if one.active:
            alone = _base(view, actor, asked, [one], without=one)
            parts.append(_of_value(one, alone, alone.c.c0))
            parts.append(select(literal(""), null(), func.count()).select_from(alone))
    return union_all(*(select(part.subquery()) for part in parts))


def _words(view: Any, actor: Actor, one: Filter, keys: list[str]) -> dict[str, str]:
    """What values are called; a row that may not be picked has no name here and is left out."""
    if one.kind == "bool":
        return dict(zip(("true", "false"), (_("Yes"), _("No")), strict=True))
    if one.kind != "relation":
        return dict(one.choices)
    target = one.info.target
    kind = key_column(target).type.python_type
    rows = scope.picked(view, one.info, actor, [kind(key) for key in keys])
    return {str(scope.key_of(row)): cells.listed_name(row) for row in rows}


def _facet(view: Any, actor: Actor, one: Filter, counts: list[tuple[str, int]]) -> Facet:
    words = _words(view, actor, one, [key for key, _n in counts])
    facet = Facet(one.label, one.keys[0], more=len(counts) > VALUES)
    for key, count in counts[:VALUES]:
        if key in words:
            sent = {"true": "1", "false": "0"}.get(key, key) if one.kind == "bool" else key
            facet.values.append(Value(sent, words[key], count, one.value == sent))
    return facet


def spread(view: Any, actor: Actor, asked: Asked) -> Spread:
    """How the rows asked for spread: one statement, and one more for the names of each related facet."""
    found = candidates(view, asked.filters)
    if not found:
        return Spread([], False)
    counts: dict[str, list[tuple[str, int]]] = {}
    for name, value, number in db.session.execute(_statement(view, actor, asked, found)):
        counts.setdefault(name, []).append((value, number))
    facets = [_facet(view, actor, one, counts.get(one.name, [])) for one in found]
    return Spread([one for one in facets if one.values], any(number > READ for _v, number in counts[""]))
