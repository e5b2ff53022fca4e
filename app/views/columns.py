"""What a column is: read once from the model, used alike by lists, filters, forms and records."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_babel import get_locale
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Text,
    inspect,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import RelationshipProperty

from app.extensions import db
from app.models.base import Sealed
from app.models.custom import Extensible, field_named
from app.rules.custom import PREFIX, Definition, is_custom

# Python type of a column's value -> what it is on the screen.
_KINDS: tuple[tuple[type, str], ...] = (
    (Sealed, "sealed"),
    (Boolean, "bool"),
    (Date, "date"),
    (DateTime, "datetime"),
    (BigInteger, "int"),
    (SmallInteger, "int"),
    (Integer, "int"),
    (Numeric, "decimal"),
    (ARRAY, "array"),
    (JSONB, "json"),
    (Text, "long"),
    (String, "text"),
)
# The dictionary of a custom field's options is called x_<entity>.<code>.
_CUSTOM_KINDS = {"choice": "dict", "choices": "words"}
LONG_TEXT = 200  # characters; a column that may hold more gets several lines, as does one whose info says so


@dataclass(frozen=True, slots=True)
class Info:
    """One attribute of a model.

    `kind`: text, long, int, decimal, bool, date, datetime, dict, words (several of a dictionary), status, sealed, array,
    json, relation (to one),
    many (to many), property or other. `column` is the column that holds the value (of a relation: its foreign key).
    Of a custom field `custom` is the definition, and no column is its own.
    """

    name: str
    kind: str
    label: Any
    help: Any = ""
    column: Any = None
    relation: RelationshipProperty[Any] | None = None
    dict_code: str = ""
    length: int = 0
    nullable: bool = True
    custom: Definition | None = None

    @property
    def target(self) -> Any:
        """The model on the other side of a relation."""
        return self.relation.mapper.class_ if self.relation is not None else None


def _relation_of(model: Any, column: Any) -> RelationshipProperty[Any] | None:
    """The many-to-one relation that goes through this foreign key, if the model has one."""
    for relation in inspect(model).relationships:
        if relation.direction.name == "MANYTOONE" and set(relation.local_columns) == {column}:
            return relation
    return None


def _from_relation(name: str, relation: RelationshipProperty[Any]) -> Info:
    label = relation.info.get("label", name)
    if relation.direction.name == "MANYTOONE":
        column = next(iter(relation.local_columns))
        return Info(
            name, "relation", label, column.info.get("help", ""), column, relation, nullable=bool(column.nullable)
        )
    return Info(name, "many", label, relation.info.get("help", ""), None, relation)


def _column_kind(column: Any) -> str:
    found = next((kind for sqltype, kind in _KINDS if isinstance(column.type, sqltype)), "other")
    length = getattr(column.type, "length", 0) or 0
    return "long" if found == "text" and column.info.get("several_lines", length > LONG_TEXT) else found


def describe(model: Any, name: str) -> Info:
    """What `model.name` is. A name that is no column and no relation is a property of the class.

    A custom field is known as x_<code>, and is what its definition says in this request.
    """
    return _custom(model, name) if is_custom(name) else _declared(model, name)


def _custom(model: Any, name: str) -> Info:
    """A custom field; one whose definition is gone is a text called by its code."""
    entity = model.CUSTOM if issubclass(model, Extensible) else ""
    one = field_named(db.session, entity, name) if entity else None
    if one is None:
        return Info(name, "property", name.removeprefix(PREFIX))
    english = str(get_locale()).startswith("en")
    kind = _CUSTOM_KINDS.get(one.type, one.type)
    code = f"{PREFIX}{entity}.{one.code}" if one.options else ""
    return Info(name, kind, one.label(english), one.help(english), None, None, code, one.length, custom=one)


@lru_cache(maxsize=4096)
def _declared(model: Any, name: str) -> Info:
    mapper = inspect(model)
    if name in mapper.relationships:
        return _from_relation(name, mapper.relationships[name])
    if name not in mapper.columns:
        return Info(name, "property", name)
    column = mapper.columns[name]
    info = column.info
    label = info.get("label", name)
    relation = _relation_of(model, column) if column.foreign_keys else None
    if relation is not None:
        return Info(name, "relation", label, info.get("help", ""), column, relation, nullable=bool(column.nullable))
    kind, code = _column_kind(column), info.get("dict", "")
    if (name in ("status", "state", "edit_state") and kind == "text") or code == "round_state":
        kind = "status"
    elif code:
        kind = "words" if kind == "array" else "dict"
    length = getattr(column.type, "length", 0) or 0
    return Info(name, kind, label, info.get("help", ""), column, None, code, length, bool(column.nullable))


@lru_cache(maxsize=256)
def enumerated(model: Any, name: str) -> tuple[str, ...]:
    """The words a check constraint of the table allows in a column (`one_of`); empty where there is none."""
    for constraint in model.__table__.constraints:
        if isinstance(constraint, CheckConstraint):
            found = re.fullmatch(rf"{name} IN \((.*)\)", str(constraint.sqltext))
            if found:
                return tuple(re.findall(r"'([^']*)'", found.group(1)))
    return ()


def key_column(model: Any) -> Any:
    """The single primary key column. A table with a composite key has no screen of its own."""
    (column,) = inspect(model).primary_key
    return column


def key_name(model: Any) -> str:
    """The attribute that holds the primary key."""
    return inspect(model).get_property_by_column(key_column(model)).key


def parse_key(model: Any, text: str) -> Any:
    """A key as it stands in a URL, as the value it is; None if it cannot be one."""
    kind = key_column(model).type
    wanted = kind.python_type
    try:
        value = dt.date.fromisoformat(text) if wanted is dt.date else wanted(text)
    except (ValueError, TypeError):
        return None
    if isinstance(value, int) and not -(2**31) <= value < (2**63 if isinstance(kind, BigInteger) else 2**31):
        return None
    return None if isinstance(value, str) and (not value or "\x00" in value or len(value) > 200) else value
