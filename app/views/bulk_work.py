"""Moves over many rows in the background: under the role they were asked for, refused one by one."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from flask import current_app

from app.extensions import db
from app.rules.refused import Refused
from app.tasks import queue
from app.tasks.work import Outcome, Run
from app.views import bulk, identity
from app.views.moves import INPUTS

KEEP_EVERY: Final = 20  # rows after which the outcomes so far are written down


def _view(name: str) -> Any:
    found = next((v for v in current_app.extensions["appbuilder"].baseviews if type(v).__name__ == name), None)
    if found is None or not found.kind:
        raise Refused("not_found")
    return found


def perform(run: Run) -> Outcome:
    """Makes the move on every row of the snapshot. Raises Refused where role or permission were taken away meanwhile."""
    actor = identity.wear(run.account_id, run.hat_id)
    asked = run.parameters
    view = _view(str(asked["screen"]))
    move = view.batch_move(str(asked["move"]))
    rows = [(str(key), int(version)) for key, version in asked["rows"]]
    name, kind = INPUTS.get(move.name, ("", ""))
    values = {key: dt.date.fromisoformat(value) if key == name and kind == "date" and value else value
              for key, value in asked["values"].items()}  # fmt: skip
    lines = [list(one) for one in run.kept.get("lines", ())]  # of an attempt whose process ended
    worked_on = {str(key) for key, _code, _facts in lines}
    run.report(len(lines), len(rows))
    try:
        left = [one for one in rows if one[0] not in worked_on]
        for line in bulk.carry_out(view, actor, left, move, str(asked["reason"]), values):
            lines.append([line.key, line.code, dict(line.facts)])
            if len(lines) % KEEP_EVERY == 0:
                queue.keep(db.session(), run, _result(lines))
            run.report(len(lines))
    except BaseException:  # cancelled, shut down, refused: what was done is done, and is told row by row
        db.session.rollback()
        queue.keep(db.session(), run, _result(lines))
        raise
    return Outcome(result=_result(lines))


def _result(lines: list[list[Any]]) -> dict[str, Any]:
    return {"lines": lines, "good": sum(not code for _key, code, _facts in lines)}
