"""Custom fields on screens: which there are for whom, what a row has of them, and what a filter demands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

from flask import g, has_app_context, has_request_context
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Numeric, case
from sqlalchemy import cast as as_type

from app.extensions import db
from app.models.custom import Extensible, fields_of
from app.rules.actor import PEOPLE, covers
from app.rules.custom import Definition, read, typed
from app.rules.refused import Refused
from app.views.queries import contains

_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def english() -> bool:
    """Whether the reader reads English."""
    return str(get_locale()).startswith("en")


# -- which fields -----------------------------------------------------------------------------------------------------


def _near(one: Definition) -> bool:
    """Whether somebody under this hat has to do with the field's division: it lies around or inside the own one.

    Who has no hat reads the description of the API at most: there the fields that everybody sees.
    """
    hat = g.get("hat")
    if hat is None:
        return one.public and not one.region
    if not one.region:
        return True
    home = hat.home
    return (hat.role not in PEOPLE) if not home else covers(one.region, home) or covers(home, one.region)


def here(model: Any) -> tuple[Definition, ...]:
    """The fields of a model that lists and filters may show in this request, or in work done under somebody's hat."""
    if not issubclass(model, Extensible) or not (has_request_context() or (has_app_context() and g.get("hat"))):
        return ()
    found = fields_of(db.session, model.CUSTOM)
    return tuple(one for one in found if _near(one) and (model.CUSTOM_FREE or one.reviewed))


class Names(Sequence[str]):
    """Columns a view declares, and after them the custom fields that this request adds to them."""

    def __init__(self, declared: Iterable[str], model: Any, wanted: Callable[[Definition], bool]) -> None:
        self.declared, self.model, self.wanted = tuple(declared), model, wanted

    def _now(self) -> tuple[str, ...]:
        return (*self.declared, *(one.name for one in here(self.model) if self.wanted(one)))

    def __getitem__(self, place: Any) -> Any:
        found = self._now()[place]
        return list(found) if isinstance(place, slice) else found

    def __len__(self) -> int:
        return len(self._now())

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __contains__(self, name: object) -> bool:
        return name in self._now()

    def __add__(self, other: Iterable[str]) -> list[str]:
        return [*self, *other]

    def __radd__(self, other: Iterable[str]) -> list[str]:
        return [*other, *self]


def declared(names: Sequence[str]) -> Sequence[str]:
    """The columns a view declares itself."""
    return names.declared if isinstance(names, Names) else names


def extend(view: Any) -> None:
    """Puts custom fields behind the columns that a view declares. Called once; what there is, each request asks."""
    if not issubclass(view.model, Extensible):
        return
    flags: dict[str, Callable[[Definition], bool]] = {
        "list_columns": lambda one: one.in_list,
        "search_columns": lambda one: one.in_filter,
        "needed_columns": lambda one: one.required,
        "show_columns": lambda one: one.active,
    }
    flags |= {name: lambda one: one.in_form for name in ("add_columns", "edit_columns") if getattr(view, name)}
    for name, wanted in flags.items():
        setattr(view, name, Names(getattr(view, name), view.model, wanted))


# -- rows -------------------------------------------------------------------------------------------------------------


def value_of(row: Any, one: Definition) -> Any:
    """What a row has in the field; nothing where its division does not have the field."""
    if not one.active or not one.counts_in(str(getattr(row, "region_code", "") or "")):
        return None
    return typed(one, (row.extra or {}).get(one.code))


def of_row(row: Any) -> tuple[Definition, ...]:
    """The fields a row has."""
    if not isinstance(row, Extensible):
        return ()
    found = fields_of(db.session, row.CUSTOM, str(getattr(row, "region_code", "") or ""))
    return tuple(one for one in found if row.CUSTOM_FREE or one.reviewed)


def carried(row: Any) -> dict[str, Any]:
    """The values a copy of the row takes along; what no longer fits its definition stays behind."""
    found = {}
    for one in of_row(row):
        with suppress(Refused):
            found[one.name] = read(one, (row.extra or {}).get(one.code))
    return found


def placed(sections: Iterable[tuple[str, Iterable[Any]]], more: Iterable[tuple[Definition, Any]]) -> list[Any]:
    """Sections with custom fields in theirs: under a heading that is there already, or a new one after the others."""
    found = [(title, list(items)) for title, items in sections]
    for one, item in more:
        title = one.section(english()) or _("More data")
        there = next((items for heading, items in found if heading == title), None)
        if there is None:
            found.append((title, [item]))
        else:
            there.append(item)
    return found


# -- filters ----------------------------------------------------------------------------------------------------------


def conditions(model: Any, one: Definition, value: str, low: str, high: str) -> list[ColumnElement[bool]]:
    """What a filter demands of a row. Whole values ask the index; ranges and parts of texts the rows that have some."""
    values = model.extra
    if one.type == "bool":
        return [values.contains({one.code: value == "1"})]
    if one.type in ("choice", "choices"):
        return [values.contains({one.code: [value] if one.type == "choices" else value})]
    text = values[one.code].astext
    found: list[ColumnElement[bool]] = [values.has_key(one.code)]
    if one.type in ("text", "long"):
        return [*found, contains(text, value)]
    if one.type == "date":
        days = [dt.date.fromisoformat(end).isoformat() if end else None for end in (low, high)]
        return [*found, text.regexp_match(_DAY), *_between(text.collate("C"), *days)]
    number = case((text.regexp_match(_NUMBER), as_type(text, Numeric)))
    return [*found, *_between(number, *(Decimal(end) if end else None for end in (low, high)))]


def _between(column: Any, low: Any, high: Any) -> list[ColumnElement[bool]]:
    found = [column >= low] if low is not None else []
    return found + ([column <= high] if high is not None else [])
