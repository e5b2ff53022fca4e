"""How a value looks on the page: words for codes, Shanghai time, digits in columns, a dash for nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import g
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.models.reference import Region
from app.rules.custom import is_custom
from app.views import custom, dictionary, labels
from app.views.columns import Info, describe, key_name

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTHING = "—"
CARD_HALF = 24


def status(code: str, filled: bool = False) -> Markup:
    """A status as text, shape and colour."""
    if not code:
        return Markup("—")
    shape, word = labels.status(code)
    return Markup('<span class="g-st{}" data-st="{}">{}</span>').format(" fill" if filled else "", shape, word)


def moment(value: dt.datetime) -> str:
    """An instant in Shanghai time, to the minute."""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def brief(value: dt.datetime) -> str:
    """An instant as lists show it: today and yesterday by name, this year without the year."""
    there, now = value.astimezone(SHANGHAI), dt.datetime.now(SHANGHAI)
    clock, days = there.strftime("%H:%M"), (now.date() - there.date()).days
    if days == 0:
        return _("today %(clock)s", clock=clock)
    if days == 1:
        return _("yesterday %(clock)s", clock=clock)
    return there.strftime("%m-%d %H:%M" if there.year == now.year else "%Y-%m-%d")


def named(row: Any) -> bool:
    """Whether the model says what its rows are called."""
    return type(row).__str__ is not object.__str__ or isinstance(row, User)


def name_of(row: Any) -> str:
    """What a row is called. A Chinese name is written family name first and without a blank."""
    if hasattr(row, "__table__") and not named(row):
        return str(getattr(row, key_name(type(row))))
    if isinstance(row, User):
        family, given = row.last_name or "", row.first_name or ""
        latin = (family + given).isascii()
        return f"{given} {family}".strip() if latin else family + given
    return str(row)


def choice_of(view: Any, column: str, row: Any) -> str:
    """What a row is called where it is picked for a column: an account as the screen itself writes it, for names come twice."""
    told = view.formatters_columns.get(column) if isinstance(row, User) else None
    return str(told(row)) if told is not None else name_of(row)


def _number(value: Any) -> str:
    return f"{value:,.2f}".removesuffix(".00") if isinstance(value, Decimal) else f"{value:,}"


def text_of(value: Any, info: Info) -> str:
    """One value as plain text, the way lists, records, chips and exports show it."""
    if value is None or value == "":
        return ""
    if info.kind == "dict":
        return dictionary.word(info.dict_code, value)
    if info.kind == "words":
        return _("; ").join(dictionary.word(info.dict_code, one) for one in value)
    if info.kind == "status":
        return labels.status(str(value))[1]
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, (list, tuple, set)):
        return _("; ").join(name_of(item) for item in value)
    if isinstance(value, (int, Decimal)) and info.kind in ("int", "decimal"):
        return _number(value)
    return name_of(value)


def value_of(row: Any, info: Info) -> Any:
    """The value behind a column; for a foreign key the row it points to."""
    if info.custom is not None:
        return custom.value_of(row, info.custom)
    if is_custom(info.name):
        return None
    if info.kind == "relation" and info.relation is not None:
        return getattr(row, info.relation.key)
    if info.kind == "sealed":
        return getattr(row, f"{info.name}_masked", "") or ""
    value = getattr(row, info.name)
    return value() if callable(value) else value


def shown(view: Any, row: Any, name: str) -> Markup:
    """A cell or a fact of a record, ready for the page. `formatters_columns` has the first word."""
    info = describe(view.model, name)
    formatter = view.formatters_columns.get(name)
    if formatter is not None:
        return escape(formatter(value_of(row, info)))
    value = value_of(row, info)
    if info.kind == "status":
        return status(str(value or ""))
    text = text_of(value, info)
    if not text:
        return Markup('<span class="m3">{}</span>').format(NOTHING)
    if info.kind in ("date", "datetime"):
        return Markup("<time>{}</time>").format(text)
    if info.kind == "long":
        return Markup('<span class="g-long">{}</span>').format(text)
    return escape(text)


def plain(view: Any, row: Any, name: str) -> str:
    """The same without markup, for headings."""
    return shown(view, row, name).striptags()


def _without_place(full_name: str) -> str:
    """A division without the part that is the reader's own: everybody in the list lies inside it."""
    place = g.hat.place if g.get("hat") is not None else ""
    inside = full_name.removeprefix(place) if place else full_name
    return inside or full_name


def listed_name(row: Any) -> str:
    """What a row is called among others of its kind: a division without the reader's own part."""
    return _without_place(name_of(row)) if isinstance(row, Region) else name_of(row)


def listed(view: Any, row: Any, name: str) -> Markup:
    """The same in a list: one line, times in short."""
    info = describe(view.model, name)
    if name in view.formatters_columns:
        return shown(view, row, name)
    value = value_of(row, info)
    if isinstance(value, dt.datetime):
        return Markup('<time datetime="{}" title="{}">{}</time>').format(value.isoformat(), moment(value), brief(value))
    if isinstance(value, Region):
        return escape(listed_name(value))
    if info.kind == "long" and value:
        return escape(" ".join(str(value).split()))
    return shown(view, row, name)


def is_long(view: Any, row: Any, name: str) -> bool:
    """Whether a fact of a record needs the whole width."""
    info = describe(view.model, name)
    return info.kind in ("long", "many") and len(text_of(value_of(row, info), info)) > 40


def css(view: Any, name: str) -> str:
    """Class of a cell: numbers stand right."""
    info = describe(view.model, name)
    return "num" if info.kind in ("int", "decimal") and name not in view.formatters_columns else ""
