"""What the workers of the tests do."""

from __future__ import annotations

import os
import time
from typing import Any

from flask import Flask

from app.extensions import db
from app.tasks.runner import Runner
from app.tasks.work import Outcome, Run, Work


def counted(run: Run) -> Outcome:
    """Reports up to the number that was asked for."""
    for n in range(run.parameters["rows"]):
        run.report(n + 1, run.parameters["rows"])
    return Outcome({"rows": run.done})


def dying(run: Run) -> Outcome:
    """The process is gone in the middle, without a word."""
    run.report(1, 9)
    os._exit(9)


def endless(run: Run) -> Outcome:
    """Works until it is told to stop."""
    while True:
        run.report(run.done + 1)
        time.sleep(0.01)


def runner(app: Any, perform: Any, *, resumable: bool = True) -> Runner:
    """A runner that knows one kind of work."""
    return Runner(app, {"probe": Work("probe", perform, resumable)})


def die(url: str) -> None:
    """Takes a task and dies with it; all it needs of the application is the database."""
    app = Flask("victim")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    runner(app, dying).run_next()
