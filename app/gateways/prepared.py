"""Statements that stay prepared on their connection from one request to the next.

Most requests only read and end in a ROLLBACK. psycopg then forgets whatever it had prepared, so the database parsed and
planned the statement that finds the session anew at every request, which takes ten times as long as running it.
Statements marked with `LASTING` are prepared at once and kept; all others go on as psycopg does it, with a plan made for
the very values asked for, which lists over uneven data need. PostgreSQL makes a kept plan anew by itself when the tables have
changed, unless a column has another type: then it refuses the statement, and the connection is left for a new one.
"""

from __future__ import annotations

from typing import Any, Final

from psycopg._preparing import PrepareManager
from psycopg.errors import FeatureNotSupported
from sqlalchemy import Engine, event

LASTING: Final = {"lasting": True}  # execution options of a statement that many requests ask in the same words


class Kept(PrepareManager):
    """What a connection has prepared; statements asked for by name outlive the end of a transaction."""

    def __init__(self) -> None:
        super().__init__()
        self._lasting: set[Any] = set()

    def get(self, query: Any, prepare: bool | None = None) -> Any:
        """Whether the statement is prepared, or should be."""
        if prepare:
            self._lasting.add(self.key(query))
        return super().get(query, prepare)

    def clear(self) -> bool:
        """Forgets all but the lasting ones; called at the end of a transaction that is not committed."""
        self._counts.clear()
        over = [key for key in self._names if key not in self._lasting]
        self._to_flush.extend(self._names.pop(key) for key in over)
        return bool(over)


def install(engine: Engine) -> None:
    """From now on the engine's new connections keep their lasting statements."""
    event.listen(engine, "connect", _connected)
    event.listen(engine, "do_execute", _executed)
    event.listen(engine, "handle_error", _outlived)


def _connected(connection: Any, _record: Any) -> None:
    connection._prepared = Kept()


def _executed(cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
    """Executes a lasting statement; None leaves any other to SQLAlchemy."""
    if context is None or "lasting" not in context.execution_options:
        return None
    cursor.execute(statement, parameters, prepare=True)
    return True


def _outlived(context: Any) -> None:
    """A release has changed the type of a column under a running worker: one request fails, none after it."""
    if isinstance(context.original_exception, FeatureNotSupported):
        context.is_disconnect = True
