"""One transaction per act: all of it is written, or none. What the database refuses becomes a refusal in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, inspect, select
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.base import NO_VALUE
from sqlalchemy.orm.exc import StaleDataError

from app.rules.refused import Refused

if TYPE_CHECKING:
    from app.review.kinds.base import Kind

_DEADLOCK: Final = ("40P01", "40001")
_CODES: Final = {"23505": "duplicate", "23503": "bad_value", "23514": "bad_value", "23502": "missing"}


@contextmanager
def one(session: Session) -> Iterator[Callable[[Any], None]]:
    """Commits at the end; takes everything back on any error.

    A row given to the function it yields keeps what was read of it, and is not read once more for the same values.
    """
    rows: list[Any] = []
    try:
        yield rows.append
        kept = [(row, _read(row)) for row in rows]
        session.commit()
        for row, values in kept:
            for name, value in values.items():
                set_committed_value(row, name, value)
    except OperationalError as error:
        session.rollback()
        # Two acts at once in opposite order: PostgreSQL stopped this one; nothing of it is left.
        if getattr(error.orig, "sqlstate", "") in _DEADLOCK:
            raise Refused("stale") from error
        raise
    except StaleDataError as error:
        session.rollback()
        raise Refused("stale") from error
    except BaseException:
        session.rollback()
        raise


def _read(row: Any) -> dict[str, Any]:
    return {a.key: a.loaded_value for a in inspect(row).attrs if a.loaded_value is not NO_VALUE}


def flush(session: Session, kind: Kind) -> None:
    """Writes what is pending; a broken constraint is refused with the field named."""
    try:
        session.flush()
    except IntegrityError as error:
        raise named(error, kind) from error
    except DataError as error:
        raise Refused("bad_value") from error


def named(error: IntegrityError, kind: Kind) -> Refused:
    """The refusal for a broken constraint: duplicate (unique), bad_value (key, check), missing (empty)."""
    diagnosis: Any = getattr(error.orig, "diag", None)
    name = str(getattr(diagnosis, "constraint_name", "") or "")
    table = kind.model.__tablename__
    rest = re.sub(rf"^(?:ck|fk|uq)_{table}_", "", name)
    names = {*kind.columns, *kind.relations, *kind.extra}
    field = kind.constraint_fields.get(name) or kind.constraint_fields.get(rest)
    if field is None and rest in names:
        field = rest
    if field is None:
        column = str(getattr(diagnosis, "column_name", "") or "")
        field = column if column in names else None
    code = kind.constraint_codes.get(rest) or _CODES.get(str(getattr(error.orig, "sqlstate", "")), "bad_value")
    return Refused(code, field=field or None)


def database_now(session: Session) -> datetime:
    """The database's clock: the only one that decides."""
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now
