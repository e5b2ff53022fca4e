"""One run of a list at a time, known from any process: advisory locks that end with the connection."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.rules.refused import Refused

# Batches of different lists take turns, so that two of them cannot make the same unit or posting at once.
BATCH: Final = 7_203_351

_HELD: Final = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND (classid::bigint << 32) + objid::bigint = :key)"
)


def lock_key(digest: str, place: str) -> int:
    """A positive bigint for one file imported for one place."""
    return int(hashlib.sha256(f"{digest}:{place}".encode()).hexdigest()[:15], 16)


@contextmanager
def sole_run(session: Session, key: int) -> Iterator[None]:
    """Holds the lock on a connection of its own for the whole run. Raises Refused import_running if another holds it.

    The lock goes with the process: after a kill the next run takes it at once.
    """
    engine = session.get_bind().engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
        if not guard.scalar(select(func.pg_try_advisory_lock(key))):
            raise Refused("import_running", "file")
        try:
            yield
        finally:
            guard.execute(select(func.pg_advisory_unlock(key)))


def is_running(session: Session, key: int) -> bool:
    """Whether a living process holds the lock of this run."""
    return bool(session.scalar(_HELD, {"key": key}))


def take_turn(session: Session) -> None:
    """Waits for the turn of a batch; it ends with the transaction."""
    session.execute(select(func.pg_advisory_xact_lock(BATCH)))
