"""What a kind of background work is, and what it is given and gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session


class Stopped(Exception):
    """Raised by `Run.report`. `why`: cancelled (by its owner), lost (another worker has it), shutdown."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class Run:
    """One attempt at a task, as its work sees it. Plain values: nothing here belongs to a session."""

    id: int
    attempt: int
    kind: str
    title: str
    account_id: int
    hat_id: int | None
    locale: str
    parameters: Mapping[str, Any]
    done: int = 0
    total: int | None = None
    stop: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)  # what an earlier attempt wrote down with `queue.keep`

    def report(self, done: int, total: int | None = None) -> None:
        """Says how far the work is; costs nothing, so say it often. Raises Stopped when it is to end."""
        self.done = done
        self.total = self.total if total is None else total
        if self.stop:
            raise Stopped(self.stop)


def _nothing(_session: Session) -> None:
    """Nothing to be written with the end of the task."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `record` is called in the very transaction that ends the task: both are written, or neither.

    A file lies in the storage under `file_key` until `keep` is over; who gets it is the screen's business.
    """

    result: Mapping[str, Any] = field(default_factory=dict)
    file_key: str = ""
    file_name: str = ""
    file_size: int = 0
    keep: timedelta = timedelta(hours=24)
    record: Callable[[Session], None] = _nothing


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of background work.

    `perform` runs in an application context of its own, on any host. `resumable`: after its process was killed it may
    be performed once more from the beginning; else the task has failed.
    """

    kind: str
    perform: Callable[[Run], Outcome]
    resumable: bool = True
