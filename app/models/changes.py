"""Who changed which field of a row, from what to what. Written by the session itself, so that no path can forget it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import ClauseElement, DateTime, ForeignKey, Index, Integer, String, event, func, inspect, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, relationship

from app.models.base import Sealed, Traced, col, one_of, pk

# What moves by itself or stands elsewhere: states and moments are told by the ledger, the search text by its sources.
TECHNICAL = frozenset(
    {
        "status", "version", "edit_state", "edit_content", "submitted_at", "decided_at", "published_at",
        "created_on", "changed_on", "search", "initials", "last_login", "login_count", "fail_login_count", "changed_by_fk", "search_stale",
        "running_since",
    }
)  # fmt: skip
SECRET = frozenset({"password"})  # told only as changed, like sealed fields
EXTRA = "extra"  # the column of custom fields
ACTING = "acting"  # key in Session.info: (account, role) of the one who acts, or None for the clock and commands


class FieldChange(Model):
    """One save of one row: its changed fields as [old, new]; of sealed fields only that they changed."""

    __tablename__ = "field_change"
    __table_args__ = (
        one_of("action", ("changed", "deleted"), "action"),
        Index("ix_field_change_row", "entity", "row_key", text("id DESC")),
    )
    id = pk()
    entity = col("Table", String(60), nullable=False)
    row_key = col("Row", String(60), nullable=False)
    action = col("Action", String(10), nullable=False)
    fields = col("Changed fields", JSONB, nullable=False)
    account_id = col("By", Integer, ForeignKey("ab_user.id"))
    role = col("Role", String(20), nullable=False, default="")
    at = col("When", DateTime(timezone=True), server_default=func.now(), nullable=False)
    account = relationship(User, info={"label": _l("By")})


def act_as(session: Any, account_id: int | None, role: str) -> None:
    """Names the one who acts in this session from now on."""
    session.info[ACTING] = (account_id, role)


def is_traced(model: Any) -> bool:
    """Whether changes of the model's rows are on record: what inherits Traced, and FAB's accounts."""
    return issubclass(model, (Traced, User))


def key_of(row: Any) -> str:
    """The primary key of a row as text, which is how a change names it."""
    return "/".join(str(part) for part in inspect(row).identity or inspect(type(row)).primary_key_from_instance(row))


def _plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value


def _many(values: Any) -> list[str]:
    return sorted(str(row) for row in values or ())


def _untold(attribute: Any) -> bool:
    return attribute.key in SECRET or isinstance(attribute.columns[0].type, Sealed)


def _changed(row: Any) -> dict[str, list[Any] | None]:
    """The fields of a row that this save changes."""
    found: dict[str, list[Any] | None] = {}
    state = inspect(row)
    for attribute in state.mapper.column_attrs:
        name = attribute.key
        history = state.attrs[name].history
        if name in TECHNICAL or not history.has_changes() or _by_database(history):
            continue
        if name == EXTRA:
            found |= _custom(history)
            continue
        if _untold(attribute):
            found[name] = None
            continue
        old, new = (_plain(part[0]) if part else None for part in (history.deleted, history.added))
        if (old or None) != (new or None):
            found[name] = [old, new]
    for relation in state.mapper.relationships:
        if relation.secondary is not None and (history := state.attrs[relation.key].history).has_changes():
            kept = list(history.unchanged or ())
            found[relation.key] = [_many(kept + list(history.deleted)), _many(kept + list(history.added))]
    return found


def _by_database(history: Any) -> bool:
    """Whether the new value is an expression, such as the database's time: it follows from the fields beside it."""
    return bool(history.added) and isinstance(history.added[0], ClauseElement)


def _custom(history: Any) -> dict[str, list[Any] | None]:
    """The custom fields that differ, each under its own name."""
    old, new = (dict(part[0] or {}) if part else {} for part in (history.deleted, history.added))
    return {f"x_{code}": [old.get(code), new.get(code)] for code in {*old, *new} if old.get(code) != new.get(code)}


def _last(row: Any) -> dict[str, list[Any] | None]:
    """What a deleted row said."""
    found: dict[str, list[Any] | None] = {}
    for attribute in inspect(type(row)).column_attrs:
        value = getattr(row, attribute.key)
        if attribute.key not in TECHNICAL and value not in (None, "", []):
            found[attribute.key] = None if _untold(attribute) else [_plain(value), None]
    return found


@event.listens_for(Session, "before_flush")
def _trace(session: Session, _context: object, _instances: object) -> None:
    """Adds what this flush changes; one more insert, and none where nothing of interest changed."""
    account, role = session.info.get(ACTING) or (None, "")
    made = []
    for row in session.dirty:
        if is_traced(type(row)) and (fields := _changed(row)):
            made.append(("changed", row, fields))
    made += [("deleted", row, _last(row)) for row in session.deleted if is_traced(type(row))]
    for action, row, fields in made:
        session.add(
            FieldChange(
                entity=row.__tablename__,
                row_key=key_of(row),
                action=action,
                fields=fields,
                account_id=account,
                role=role,
            )
        )
