"""Turns at long work inside a request: some at once, some waiting, the others told to come again. Threads stay free for everybody else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Busy(Exception):
    """Too many are at it already."""


class Turns:
    """For a server of so many threads: at most a quarter of them work, and as many wait; one at least is left."""

    def __init__(self, threads: int, most: int) -> None:
        self.at_once = max(1, min(most, threads // 4))
        self.waiting = max(0, min(self.at_once, threads - self.at_once - 1))
        self._in = threading.BoundedSemaphore(self.at_once + self.waiting)
        self._working = threading.BoundedSemaphore(self.at_once)

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Waits for a turn as long as that, where there is room to wait. Raises Busy."""
        if not self._in.acquire(blocking=False):
            raise Busy
        try:
            if not self._working.acquire(timeout=seconds):
                raise Busy
            try:
                yield
            finally:
                self._working.release()
        finally:
            self._in.release()
