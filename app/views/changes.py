"""The history of a row's fields as this person may read it: who changed what, from what to what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models.changes import FieldChange, key_of
from app.rules.actor import BUREAU, Actor, Role
from app.views import cells, listing
from app.views.columns import Info, describe, key_column, key_name
from app.views.desk_diff import Piece, compare

MOST = 50  # saves on one page
STAFF = BUREAU | {Role.OPERATOR, Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR}


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a save. A sealed field says only that it changed."""

    label: str
    old: list[Piece]
    new: list[Piece]
    sealed: bool = False


@dataclass(slots=True)
class Save:
    """One save: when, by whom, in which role, and its fields."""

    at: dt.datetime
    action: str
    who: str
    role: str
    lines: list[Line] = field(default_factory=list)


def readable(view: Any) -> list[str]:
    """The columns whose history may be read: those that the record or its form shows this role."""
    hidden = view.hidden_columns()
    found: dict[str, None] = {}
    for name in (*view.show_columns, *view.list_columns, *view.edit_columns):
        base = name.removesuffix("_masked")
        if name not in hidden and base not in hidden:
            info = describe(view.model, base)
            found[info.column.key if info.kind == "relation" else base] = None
            found.update(dict.fromkeys(view.column_needs.get(name, ())))
    return list(found)


def of_row(view: Any, row: Any, actor: Actor) -> list[Save]:
    """The newest saves first. At most two statements and one for each table that a changed field points to."""
    stmt = (
        select(FieldChange)
        .where(FieldChange.entity == row.__tablename__, FieldChange.row_key == key_of(row))
        .order_by(FieldChange.id.desc())
        .limit(MOST)
        .options(joinedload(FieldChange.account))
    )
    found, allowed = list(db.session.scalars(stmt)), readable(view)
    names = _names(view, found)
    saves = []
    for one in found:
        lines = [_line(view, name, one.fields[name], names) for name in allowed if name in one.fields]
        if lines:
            saves.append(Save(one.at, one.action, _who(one, actor), one.role, lines))
    return saves


def _who(change: FieldChange, actor: Actor) -> str:
    """A reviewer's name is told to colleagues only; the role is told to everybody."""
    staff = change.role in {r.value for r in STAFF}
    if change.account is None or (staff and actor.role not in STAFF):
        return ""
    return cells.name_of(change.account)


def _names(view: Any, found: list[FieldChange]) -> dict[tuple[Any, str], str]:
    """(model, key as text) -> name, for everything that the changed foreign keys point to."""
    keys: dict[Any, set[Any]] = {}
    for change in found:
        for name, values in change.fields.items():
            info = describe(view.model, name)
            if info.kind == "relation" and values is not None:
                keys.setdefault(info.target, set()).update(v for v in values if v is not None)
    names = {}
    for model, wanted in keys.items():
        stmt = select(model).where(key_column(model).in_(wanted)).options(*listing.naming(model))
        for row in db.session.scalars(stmt):
            names[model, str(getattr(row, key_name(model)))] = cells.name_of(row)
    return names


def _line(view: Any, name: str, values: list[Any] | None, names: dict[tuple[Any, str], str]) -> Line:
    info = describe(view.model, name)
    label = str(view.label(info.relation.key if info.kind == "relation" and info.relation else name))
    if values is None:
        return Line(label, [], [], True)
    old, new = (_text(view, info, value, names) for value in values)
    return Line(label, *compare(old, new))


def _text(view: Any, info: Info, value: Any, names: dict[tuple[Any, str], str]) -> str:
    if info.kind == "relation":
        return names.get((info.target, str(value)), str(value)) if value is not None else ""
    if info.kind == "many":
        return "、".join(value)
    formatter = view.formatters_columns.get(info.name) if info.kind == "json" else None
    return cells.text_of(_typed(info, value), info) if formatter is None else str(formatter(value))


def _typed(info: Info, value: Any) -> Any:
    """A value out of JSON as the column holds it."""
    if value is None or not isinstance(value, str):
        return value
    if info.kind == "date":
        return dt.date.fromisoformat(value)
    if info.kind == "datetime":
        return dt.datetime.fromisoformat(value)
    return Decimal(value) if info.kind == "decimal" else value
