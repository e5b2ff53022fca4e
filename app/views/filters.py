"""Filters of a list: which there are, what was asked, and the condition each makes. All of it per request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, cast, or_
from sqlalchemy.dialects.postgresql import TSVECTOR

from app.models.base import Searchable
from app.review.kinds import KINDS
from app.rules.search import tsquery
from app.views import cells, custom, dictionary, labels, scope
from app.views.columns import Info, describe, enumerated, key_column, parse_key
from app.views.queries import contains, tsquery_type

RANGES = ("date", "datetime", "int", "decimal")
LONGEST = 100  # characters of a filter's value that are looked at


@dataclass(slots=True)
class Filter:
    """One filter of a list as the page shows it: its field, and the values asked for (already checked)."""

    name: str
    info: Info
    label: str
    kind: str
    value: str = ""
    low: str = ""
    high: str = ""
    shown: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)

    @property
    def active(self) -> bool:
        return bool(self.value or self.low or self.high)

    @property
    def keys(self) -> list[str]:
        """The names its values have in the URL."""
        return [f"f_{self.name}_from", f"f_{self.name}_to"] if self.kind in RANGES else [f"f_{self.name}"]


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 15 else None


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, cells.SHANGHAI)


def statuses(view: Any, name: str = "status") -> list[tuple[str, str]]:
    """The statuses a view's rows may have: in the order of their lifecycle, else as the table allows them."""
    if view.kind and name == "status":
        names = KINDS[view.kind].lifecycle.statuses
    else:
        names = enumerated(view.model, name)
    return [(name, labels.status(name)[1]) for name in names if name != "deleted"]


def _choices(view: Any, info: Info) -> list[tuple[str, str]]:
    if info.kind == "status":
        return statuses(view, info.name)
    if info.kind == "dict" or (info.custom is not None and info.custom.options):
        return dictionary.choices(info.dict_code)
    if info.kind == "bool":
        return [("1", _("Yes")), ("0", _("No"))]
    return []


def _read(view: Any, found: Filter, args: Any, actor: Any) -> None:
    """Takes the asked values that make sense; the rest is as if it had not been asked."""
    raw = [str(args.get(key, "")).replace("\x00", "").strip()[:LONGEST] for key in found.keys]
    if found.kind in RANGES:
        good = _day if found.kind in ("date", "datetime") else _number
        found.low, found.high = (text if text and good(text) is not None else "" for text in raw)
        found.shown = f"{found.low or '…'} – {found.high or '…'}"
    elif found.choices or found.kind in ("dict", "status", "bool"):
        names = dict(found.choices)
        found.value = raw[0] if raw[0] in names else ""
        found.shown = names.get(found.value, "")
    elif found.kind in ("relation", "many"):
        key = parse_key(found.info.target, raw[0]) if raw[0] else None
        rows = scope.picked(view, found.info, actor, [key]) if key is not None else []
        found.value, found.shown = (raw[0], cells.name_of(rows[0])) if rows else ("", "")
    else:
        found.value = found.shown = raw[0]


def read(view: Any, args: Any, actor: Any) -> list[Filter]:
    """The view's filters, in order, with what this request asks of them."""
    found = []
    for name in view.search_columns:
        info = describe(view.model, name)
        one = Filter(name, info, str(view.label(name)), info.kind, choices=_choices(view, info))
        _read(view, one, args, actor)
        found.append(one)
    return found


def _range(found: Filter, column: Any) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if found.kind in ("int", "decimal"):
        low, high = _number(found.low), _number(found.high)
        conditions += [column >= low] if low is not None else []
        return conditions + ([column <= high] if high is not None else [])
    first, last = _day(found.low or "-"), _day(found.high or "-")
    if found.kind == "date":
        conditions += [column >= first] if first else []
        return conditions + ([column <= last] if last else [])
    conditions += [column >= _midnight(first)] if first else []
    return conditions + ([column < _midnight(last + dt.timedelta(days=1))] if last and last < dt.date.max else [])


def conditions(model: Any, found: Filter) -> list[ColumnElement[bool]]:
    """What an active filter demands of a row."""
    if found.info.custom is not None:
        return custom.conditions(model, found.info.custom, found.value, found.low, found.high)
    if found.kind in RANGES:
        return _range(found, found.info.column)
    if found.kind == "relation":
        return [found.info.column == parse_key(found.info.target, found.value)]
    if found.kind == "many":
        target = found.info.target
        return [getattr(model, found.name).any(key_column(target) == parse_key(target, found.value))]
    if found.kind == "bool":
        return [found.info.column.is_(found.value == "1")]
    if found.kind in ("dict", "status") or found.info.column.unique:
        return [found.info.column == found.value]
    if found.kind in ("text", "long"):
        return [contains(found.info.column, found.value)]
    return []


def apply(stmt: Select[Any], model: Any, found: list[Filter]) -> Select[Any]:
    """The statement narrowed by all active filters."""
    for one in found:
        if one.active:
            stmt = stmt.where(*conditions(model, one))
    return stmt


def has_box(view: Any) -> bool:
    """Whether the list has a search box: the model is indexed for Chinese words, or columns are named for it."""
    return issubclass(view.model, Searchable) or bool(view.search_text)


def search(stmt: Select[Any], view: Any, words: str) -> Select[Any]:
    """Rows that contain the words: through the index of bigrams, or in the few columns a short table names."""
    if not words:
        return stmt
    if issubclass(view.model, Searchable):
        query = tsquery(words, inner=getattr(view, "inner_words", False))
        return stmt.where(cast(view.model.search, TSVECTOR).op("@@")(cast(query, tsquery_type))) if query else stmt
    columns = [describe(view.model, name).column for name in view.search_text]
    return stmt.where(or_(*(contains(column, words) for column in columns))) if columns else stmt
