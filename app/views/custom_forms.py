"""Custom fields in forms: which a form has, and where they stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, request

from app.extensions import db
from app.models.custom import Extensible, fields_of
from app.review.edits import open_to_free
from app.review.kinds import KINDS
from app.rules.custom import Definition, is_custom
from app.views import custom


def _region(row: Any) -> str:
    """The division the row has or will have: what was chosen in the form, what is stored, else that of the hat."""
    chosen = request.values.get("region", "") or request.values.get("region_code", "")
    if len(chosen) == 6 and chosen.isascii() and chosen.isdigit():
        return chosen
    if row is not None:
        return str(getattr(row, "region_code", "") or "")
    return g.hat.home if g.get("hat") is not None else ""


def fields(view: Any, row: Any) -> list[Definition]:
    """The fields of a form over this row, or of an empty one."""
    if not issubclass(view.model, Extensible):
        return []
    found = [one for one in fields_of(db.session, view.model.CUSTOM, _region(row)) if one.in_form]
    if alone(view, row):
        return [one for one in found if not one.reviewed]
    return [one for one in found if view.model.CUSTOM_FREE or one.reviewed]


def alone(view: Any, row: Any) -> bool:
    """Whether only fields that nobody reviews can be changed here: the rest is approved, and changed otherwise."""
    if not view.kind or row is None or not issubclass(view.model, Extensible) or not view.model.CUSTOM_FREE:
        return False
    kind = KINDS[view.kind]
    life = kind.lifecycle
    if row.status in life.editable | life.revisable or row.status == "pending" or not open_to_free(kind, row.status):
        return False
    return any(one.in_form and not one.reviewed for one in custom.of_row(row))


def columns(view: Any, names: Sequence[str], row: Any) -> list[str]:
    """The columns of a form: those of the view, and the custom fields of this row's division."""
    own = [one.name for one in fields(view, row)]
    return own if alone(view, row) else [*(name for name in names if not is_custom(name)), *own]


def placed(view: Any, sections: list[tuple[str, list[Any]]], form: Any, names: Sequence[str]) -> list[Any]:
    """The sections of a form with the custom fields in theirs."""
    known = {one.name: one for one in fields_of(db.session, getattr(view.model, "CUSTOM", ""))}
    shown = [(known[name], form[name]) for name in names if name in known]
    found = custom.placed([(title, [i for i in items if not _is_own(i)]) for title, items in sections], shown)
    return [(title, items) for title, items in found if items]


def _is_own(item: Any) -> bool:
    return is_custom(getattr(item, "name", ""))
