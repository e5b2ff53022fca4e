"""Small pieces of SQL that several screens share: keyset positions, capped counts, text that contains a text."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import TSQUERY

CAP = 1000  # counted exactly up to here, then "1,000+"
tsquery_type = TSQUERY


@dataclass(frozen=True, slots=True)
class Order:
    """A list's order: one column, and the key to make it total. `nullable` empty values stand last upwards."""

    name: str
    column: Any
    key: Any
    descending: bool
    nullable: bool

    def clauses(self, backwards: bool = False) -> list[Any]:
        """ORDER BY; NULLs keep PostgreSQL's default place, so that a plain index fits in both directions."""
        down = self.descending != backwards
        columns = [self.key] if self.column is self.key else [self.column, self.key]
        return [column.desc() if down else column.asc() for column in columns]

    def beyond(self, position: tuple[Any, Any], backwards: bool = False) -> ColumnElement[bool]:
        """Rows after the position in this order (before it, if backwards)."""
        value, key = position
        down = self.descending != backwards
        if self.column is self.key:
            return self.key < key if down else self.key > key
        if not self.nullable:
            here, there = tuple_(self.column, self.key), tuple_(literal(value, self.column.type), key)
            return here < there if down else here > there
        tie = self.key < key if down else self.key > key
        if value is None:
            rest = and_(self.column.is_(None), tie)
            return or_(rest, self.column.is_not(None)) if down else rest
        past = self.column < value if down else self.column > value
        passed = or_(past, and_(self.column == value, tie))
        return passed if down else or_(passed, self.column.is_(None))


def _plain(value: Any) -> Any:
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return str(value) if value is not None and not isinstance(value, (bool, int, str)) else value


def _typed(value: Any, column: Any) -> Any:
    """The value as the column holds it. Raises ValueError."""
    if value is None:
        return None
    wanted = column.type.python_type
    if wanted in (dt.date, dt.datetime):
        return wanted.fromisoformat(value)
    if wanted is Decimal:
        try:
            return Decimal(value)
        except InvalidOperation as error:
            raise ValueError(value) from error
    return wanted(value)


@dataclass(frozen=True, slots=True)
class Cursors:
    """Positions in a list as opaque signed words. A word of another list, order or process secret is no position."""

    secret: str
    salt: str

    def write(self, order: Order, value: Any, key: Any) -> str:
        return self._signer(order).dumps([_plain(value), _plain(key)])

    def read(self, order: Order, word: str) -> tuple[Any, Any] | None:
        """The position, or None: then the list starts at its beginning."""
        try:
            value, key = self._signer(order).loads(word)
            return _typed(value, order.column), _typed(key, order.key)
        except (BadSignature, ValueError, TypeError):
            return None

    def _signer(self, order: Order) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt=f"cursor.{self.salt}.{order.name}.{order.descending}")


def capped(stmt: Select[Any], cap: int | None = CAP, *, correlated: Any = None) -> Any:
    """Number of rows of a statement as a scalar subquery, counted at most one beyond the cap.

    `correlated`: what the statement takes values of from the one around it.
    """
    limited = stmt.with_only_columns(literal(1).label("one"), maintain_column_froms=True).order_by(None)
    if cap is not None:
        limited = limited.limit(cap + 1)
    counted = select(func.count()).select_from(limited.subquery())
    return (counted if correlated is None else counted.correlate(correlated)).scalar_subquery()


def contains(column: Any, text: str) -> ColumnElement[bool]:
    """The column contains the text, whatever its case; % and _ mean themselves."""
    return column.icontains(text, autoescape=True)
