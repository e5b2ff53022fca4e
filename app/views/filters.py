"""Filters of a list: which there are, what was asked, and the condition each makes. All of it per request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, cast, literal, or_, outerjoin, select, true
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models.accounts import Person
from app.models.base import Searchable
from app.models.reference import Region
from app.review.kinds import KINDS
from app.rules.actor import region_bounds
from app.rules.names import typed_initials
from app.rules.search import tsquery
from app.views import cells, custom, dictionary, labels, scope
from app.views.columns import Info, describe, enumerated, key_column, parse_key
from app.views.queries import contains, tsquery_type

RANGES = ("date", "datetime", "int", "decimal")
_PLACES = 30  # more digits on either side of the point no database takes
MINUTE = "%Y-%m-%dT%H:%M"  # a bound of a time filter that is no whole day, as an input of type datetime-local has it
LONGEST = 100  # characters of a filter's value that are looked at


@dataclass(slots=True)
class Filter:
    """One filter of a list as the page shows it: its field, and the values asked for (already checked)."""

    name: str
    info: Info
    label: Any
    kind: str
    view: Any
    value: str = ""
    low: str = ""
    high: str = ""
    shown: str = ""
    _choices: list[tuple[str, str]] | None = None

    @property
    def listed(self) -> bool:
        """Whether its values are words of a list."""
        return self.kind in ("status", "dict", "bool") or bool(
            self.info.custom is not None and self.info.custom.options
        )

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The values on offer, made when they are first wanted: most pages show them as they were drawn before."""
        if self._choices is None:
            self._choices = _choices(self.view, self.info)
        return self._choices

    @property
    def active(self) -> bool:
        return bool(self.value or self.low or self.high)

    @property
    def keys(self) -> list[str]:
        """The names its values have in the URL."""
        return _keys(self.name, self.kind)


def _keys(name: str, kind: str) -> list[str]:
    return [f"f_{name}_from", f"f_{name}_to"] if kind in RANGES else [f"f_{name}"]


def keys_of(view: Any, name: str) -> list[str]:
    """The names the values of one of the view's filters have in the URL."""
    return _keys(name, describe(view.model, name).kind)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> dt.date | dt.datetime | None:
    """A bound of a time filter: a whole day, or a minute as the start pages ask for it."""
    try:
        return dt.datetime.strptime(text, MINUTE).replace(tzinfo=cells.SHANGHAI) if "T" in text else _day(text)
    except ValueError:
        return None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        return None
    return number if -_PLACES < int(number.as_tuple().exponent) <= _PLACES else None


def _begin(bound: dt.date) -> dt.datetime:
    """The first instant of a bound: the minute itself, or the midnight before the day."""
    return bound if isinstance(bound, dt.datetime) else _midnight(bound)


def _end(bound: dt.date) -> dt.datetime:
    """The first instant after it: a whole day counts to its end, a minute does not count."""
    return bound if isinstance(bound, dt.datetime) else _midnight(bound + dt.timedelta(days=1))


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
        return _groups(view, info) + statuses(view, info.name)
    if info.kind == "dict" or (info.custom is not None and info.custom.options):
        without = view.unfiltered.get(info.name, ())
        return _groups(view, info) + [one for one in dictionary.choices(info.dict_code) if one[0] not in without]
    if info.kind == "bool":
        return [("1", _("Yes")), ("0", _("No"))]
    return []


def _groups(view: Any, info: Info) -> list[tuple[str, str]]:
    """Several words that are asked for together, as the view names them."""
    return [(key, str(label)) for key, (label, _words) in view.grouped.get(info.name, {}).items()]


def _read(found: Filter, args: Any) -> None:
    """Takes the asked values that make sense; the rest is as if it had not been asked."""
    raw = [str(args.get(key, "")).replace("\x00", "").strip()[:LONGEST] for key in found.keys]
    if found.kind in RANGES:
        good = {"date": _day, "datetime": _moment}.get(found.kind, _number)
        found.low, found.high = (text if text and good(text) is not None else "" for text in raw)
        found.shown = f"{found.low or '…'} – {found.high or '…'}".replace("T", " ")
    elif not raw[0]:
        pass
    elif found.listed or found.choices:
        names = dict(found.choices)
        found.value = raw[0] if raw[0] in names else ""
        found.shown = names.get(found.value, "")
    elif found.kind in ("relation", "many") and parse_key(found.info.target, raw[0]) is None:
        found.value = ""
    else:
        found.value = found.shown = raw[0]


def read(view: Any, args: Any, actor: Any, *, named: bool = True) -> list[Filter]:
    """The view's filters, in order, with what this request asks of them.

    `named`: rows that filters point to are looked up among those the actor may pick, all in one statement. Without it
    only the condition is wanted, not its words: it can but narrow the rows in scope.
    """
    found = []
    for name in view.search_columns:
        info = describe(view.model, name)
        one = Filter(name, info, view.label(name), info.kind, view)
        _read(one, args)
        found.append(one)
    if named:
        _name(view, [one for one in found if one.info.target is not None and one.value], actor)
    return found


def _name(view: Any, found: list[Filter], actor: Any) -> None:
    """Gives filters by a related row its name; a row that may not be picked is as if it had not been asked."""
    if not found:
        return
    source: Any = select(literal(1).label("one")).subquery()
    entities = []
    for one in found:
        target = one.info.target
        key = parse_key(target, one.value)
        rows = scope.pickable(view, one.info, actor).where(key_column(target) == key).limit(1).subquery()
        entities.append(aliased(target, rows))
        source = outerjoin(source, entities[-1], true())
    picked = db.session.execute(select(literal(1), *entities).select_from(source)).unique().one()
    for one, row in zip(found, picked[1:], strict=True):
        one.value, one.shown = (one.value, cells.name_of(row)) if row is not None else ("", "")


def _range(found: Filter, column: Any) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if found.kind in ("int", "decimal"):
        low, high = _number(found.low), _number(found.high)
        conditions += [column >= low] if low is not None else []
        return conditions + ([column <= high] if high is not None else [])
    if found.kind == "date":
        first, last = _day(found.low or "-"), _day(found.high or "-")
        conditions += [column >= first] if first else []
        return conditions + ([column <= last] if last else [])
    since, until = _moment(found.low or "-"), _moment(found.high or "-")
    conditions += [column >= _begin(since)] if since else []
    return conditions + ([column < _end(until)] if until and until != dt.date.max else [])


def conditions(model: Any, found: Filter) -> list[ColumnElement[bool]]:
    """What an active filter demands of a row."""
    if found.info.custom is not None:
        return custom.conditions(model, found.info.custom, found.value, found.low, found.high)
    if found.kind in RANGES:
        return _range(found, found.info.column)
    if found.kind == "relation" and found.info.target is Region:
        return [found.info.column.between(*region_bounds(found.value))]  # a division and everything in it
    if found.kind == "relation":
        return [found.info.column == parse_key(found.info.target, found.value)]
    if found.kind == "many":
        target = found.info.target
        return [getattr(model, found.name).any(key_column(target) == parse_key(target, found.value))]
    if found.kind == "bool":
        return [found.info.column.is_(found.value == "1")]
    together = found.view.grouped.get(found.name, {}).get(found.value)
    if together is not None:
        return [found.info.column.in_(together[1])]
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


def query_of(view: Any, words: str) -> str:
    """The words as a query of pairs of characters, where the model is indexed by them; else ""."""
    if not words or not issubclass(view.model, Searchable):
        return ""
    return tsquery(words, inner=getattr(view, "inner_words", False), unfinished=True) or ""


def holds(column: Any, query: str) -> ColumnElement[bool]:
    """The tokens in a column meet the query."""
    return cast(column, TSVECTOR).op("@@")(cast(query, tsquery_type))


def search(stmt: Select[Any], view: Any, words: str) -> Select[Any]:
    """Rows that contain the words: by their pairs of characters, or in the few columns a short table names."""
    if not words:
        return stmt
    if issubclass(view.model, Searchable):
        query = query_of(view, words)
        return stmt.where(holds(view.model.search, query)) if query else stmt
    found = [contains(describe(view.model, name).column, words) for name in view.search_text]
    if view.model is User and (letters := typed_initials(words)):
        found.append(User.id.in_(select(Person.account_id).where(Person.initials.startswith(letters))))
    return stmt.where(or_(*found)) if found else stmt
