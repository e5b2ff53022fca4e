"""What left as a file, as the auditor reads it."""

from __future__ import annotations

from typing import Any

from flask import current_app, g
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from app.extensions import db
from app.models.reference import Region
from app.models.tasks import ExportEvent
from app.rules.actor import Actor
from app.views import cells, dictionary, labels
from app.views.accounts import account_words, for_auditor
from app.views.base import SafeView
from app.views.columns import describe

_FIXED = {"q": _l("Keyword"), "tab": _l("Status"), "sort": _l("Order")}


def _screen(name: str) -> Any:
    return next((v for v in current_app.extensions["appbuilder"].baseviews if type(v).__name__ == name), None)


def list_words(name: str) -> str:
    """What a list is called; one that is gone shows its name."""
    view = _screen(name)
    return str(view.list_title) if view is not None else name


def _label(view: Any, name: str) -> str:
    return str(view.label(name)) if view is not None else name


def column_words(made_of: tuple[str, list[str]]) -> str:
    """The columns of the file."""
    view = _screen(made_of[0])
    return _("; ").join(_label(view, name) for name in made_of[1])


def place_words(code: str) -> str:
    """A division by its name; one statement for all rows of the page."""
    if not code:
        return _("No division")
    if "region_words" not in g:
        g.region_words = dict(db.session.execute(select(Region.code, Region.full_name)).all())
    return str(g.region_words.get(code, code))


_HATS = {"unit": _l("Unit no. %(id)s"), "school": _l("School no. %(id)s"), "agency": _l("Agency no. %(id)s")}


def hat_words(place: str) -> str:
    """Where a hat stood: a division by its name, anything else by its number, which outlives names."""
    name, _colon, key = place.partition(":")
    if name in _HATS:
        return str(_HATS[name]) % {"id": key}
    return place_words(place) if place else ""


def _value(info: Any, value: str) -> str:
    """The value of a filter in words, as far as it can be told from the value alone."""
    if info.target is Region:
        return place_words(value)
    if info.custom is not None and info.custom.options:
        return dictionary.word(info.dict_code, value)
    if info.kind == "bool":
        return _("Yes") if value == "1" else _("No")
    return cells.text_of(value, info) if info.kind in ("dict", "status") else value


def _condition(view: Any, key: str, value: str, names: dict[str, str]) -> tuple[str, str]:
    """One condition: what it is about, and its value in words; `names` are those of rows it points to."""
    if key == "sort":
        name, down = value.removeprefix("-"), value.startswith("-")
        return str(_FIXED[key]), f"{_label(view, name)} {'↓' if down else '↑'}"
    if key == "tab":
        return str(_FIXED[key]), labels.status(value)[1]
    if key in _FIXED:
        return str(_FIXED[key]), value
    name, end = key.removeprefix("f_"), ""
    for suffix, sign in (("_from", " ≥"), ("_to", " ≤")):
        if view is not None and name not in view.search_columns and name.endswith(suffix):
            name, end = name.removesuffix(suffix), sign
    if view is None:
        return name, value
    info = describe(view.model, name)
    return f"{_label(view, name)}{end}", names.get(key) or _value(info, value)


def condition_words(made_of: tuple[str, dict[str, str], dict[str, str]]) -> str:
    """By what the list was narrowed and ordered."""
    view, names = _screen(made_of[0]), made_of[2]
    pairs = [_condition(view, key, value, names) for key, value in made_of[1].items()]
    return _("; ").join(label + _(": ") + value for label, value in pairs) or _("nothing: the whole list")


def everybody(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """The auditor looks for what one person took along."""
    return for_auditor(stmt, actor)


class ExportEventView(SafeView):
    """Exports of lists (导出日志): who took what along, and the digest of the file."""

    datamodel = SQLAInterface(ExportEvent)
    scope = staticmethod(for_auditor)
    choices = {"account": everybody}
    list_title, thing = _l("Export log"), _l("Export")
    empty_words = _l("Whenever somebody exports a list, it stands here.")
    list_columns = ["at", "account", "role", "list_name", "asked", "rows", "file_format", "size"]
    title_columns = ("at", "list_name")
    label_columns = {"asked": _l("Narrowed by"), "headings": _l("Columns")}
    column_needs = {"asked": ("list_name", "conditions", "names"), "headings": ("list_name", "columns")}
    formatters_columns = {
        "list_name": list_words, "asked": condition_words, "headings": column_words, "account": account_words,
        "region_code": place_words,
    }  # fmt: skip
    search_columns = ["account", "role", "list_name", "at", "file_format", "sha256", "task_id"]
    order_columns = ["at", "rows"]
    show_columns = [
        "at", "account", "role", "region_code", "list_name", "asked", "headings", "rows", "file_format", "size", "sha256", "task_id",
    ]  # fmt: skip
