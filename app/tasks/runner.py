"""Performs background tasks: one at a time in every process that runs jobs, however many processes there are.

The runner's own thread takes a task, hands it to a second thread and gives the sign of life while that works. Stopped
by a shutdown, a task goes back into the queue; killed, it is taken up by another process after `queue.STALE`.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db
from app.gateways.storage import ObjectMissing
from app.rules import faults
from app.rules.refused import Refused
from app.tasks import queue
from app.tasks.work import Outcome, Run, Stopped, Work

log = logging.getLogger("app.tasks")
POLL: Final = 2.0  # seconds between two looks into an empty queue
BEAT: Final = 1.0  # seconds between two signs of life


def wake() -> None:
    """The queue has something new: the runner of this process looks at once. To be called after the commit."""
    current_app.extensions["task_runner"].woken.set()


class Runner:
    """The worker of one process."""

    def __init__(self, app: Flask, works: Mapping[str, Work]) -> None:
        self.app, self.works = app, dict(works)
        self.woken, self.stopping = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._loop, name="tasks", daemon=True)

    @property
    def name(self) -> str:
        """Which process of which host this is."""
        return f"{socket.gethostname()}:{os.getpid()}"

    def start(self) -> None:
        """Begins to look for work."""
        self.thread.start()

    def stop(self) -> None:
        """Ends soon; what is being done goes back into the queue at its next report."""
        self.stopping.set()
        self.woken.set()
        if self.thread.is_alive():
            self.thread.join(timeout=10)

    def _loop(self) -> None:
        while not self.stopping.is_set():
            self.woken.clear()
            try:
                busy = self.run_next()
            except SQLAlchemyError as fault:
                log.error("the queue of background tasks could not be reached: %s", faults.told(fault))
                busy = False
            if not busy:
                self.woken.wait(POLL)

    def run_next(self) -> bool:
        """Takes one task and performs it; False where there is none."""
        with self.app.app_context():
            run = queue.take(db.session(), self.works, self.name)
        if run is None:
            return False
        with ThreadPoolExecutor(1, f"task-{run.id}") as pool:
            working = pool.submit(self._perform, run)
            while not wait([working], timeout=BEAT).done:
                self._beat(run)
            fault = pool.submit(self._end, run, working).exception()
        if fault is not None:  # it stays as it is, and is taken up once more when it seems dead
            log.error("task %s could not be ended: %s", run.id, type(fault).__name__)
        return True

    def _perform(self, run: Run) -> Outcome:
        with self.app.app_context():
            return self.works[run.kind].perform(run)

    def _beat(self, run: Run) -> None:
        """A database that cannot be reached for a moment is no reason to give up; the next beat may get through."""
        try:
            with self.app.app_context():
                why = queue.beat(db.session(), run)
        except SQLAlchemyError:
            log.warning("task %s: no sign of life could be given", run.id)
            return
        run.stop = run.stop or why or ("shutdown" if self.stopping.is_set() else "")

    def _end(self, run: Run, working: Future[Outcome]) -> None:
        with self.app.app_context():
            fault = working.exception()
            if isinstance(fault, Stopped):
                queue.give_back(db.session(), run, fault.why)
            elif isinstance(fault, Refused):
                queue.fail(db.session(), run, fault)
            elif fault is not None:
                # The message stays out of the log: databases quote values in it.
                log.error("task %s (%s) failed: %s", run.id, run.kind, type(fault).__name__)
                queue.fail(db.session(), run, Refused("task_failed"))
            else:
                _deliver(run, working.result())


def _deliver(run: Run, outcome: Outcome) -> None:
    kept = False
    try:
        kept = queue.finish(db.session(), run, outcome)
    finally:
        if not kept:
            _drop(outcome.file_key)


def _drop(key: str) -> None:
    """Nobody will come for this file."""
    if not key:
        return
    try:
        current_app.extensions["storage"].delete(key)
    except ObjectMissing:
        log.debug("the file was gone already")
