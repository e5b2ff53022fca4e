"""Work whose amount nobody knows: walked in batches until nothing is due, never twice over the same row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

BATCH = 50


def each(session: Session, due: Select[Any], key: Any, work: Callable[[int], object]) -> int:
    """Calls `work` with the key of every row that is due, in the order of the keys; how many. Commits after each batch.

    `due` selects the keys alone. A row that stays due although it was worked on is met once in a run and not again: the
    walk has an end whatever happens. What falls due behind it meanwhile is the next run's.
    """
    done, last = 0, None
    while True:
        further = due if last is None else due.where(key > last)
        found = session.scalars(further.order_by(key).limit(BATCH)).all()
        for one in found:
            work(one)
        session.commit()
        done += len(found)
        if len(found) < BATCH:
            return done
        last = found[-1]
