"""A long export, made in the background under the role it was asked under."""

from __future__ import annotations

import tempfile
from typing import Any, Final

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from app.extensions import db
from app.rules.refused import Refused
from app.tasks.work import Outcome, Run, Work
from app.views import exporting, identity
from app.views.export_rows import reading
from app.views.queries import capped


def perform(run: Run) -> Outcome:
    """Writes the file and stores it. Raises Refused: hat_gone, scope_changed, not_allowed, export_too_many."""
    with force_locale(run.locale):
        wanted = _again(run)
        with tempfile.TemporaryFile() as stream:
            with reading(db.session) as connection:
                rows = connection.scalar(select(capped(wanted.stmt, wanted.limits.most)))
                if rows > wanted.limits.most:
                    raise Refused("export_too_many", most=f"{wanted.limits.most:,}")
                run.report(0, rows)
                made = exporting.produce(wanted, connection, stream, run.report)
            run.report(made.rows, made.rows)
            key = current_app.extensions["storage"].put(stream, wanted.file_format)
        return Outcome(
            result={"rows": made.rows, "sha256": made.sha256},
            file_key=key,
            file_name=wanted.file_name,
            file_size=made.size,
            keep=wanted.limits.keep,
            record=lambda session: exporting.note(session, wanted, made, run.id),
        )


def _again(run: Run) -> exporting.Plan:
    """Through the gate once more: role, scope and conditions are what they were when it was asked for."""
    asked = run.parameters
    actor = identity.wear(run.account_id, run.hat_id)
    if identity.reach(actor) != asked["reach"]:
        raise Refused("scope_changed")
    wanted = exporting.plan(_view(asked["view"]), actor, asked["conditions"], asked["columns"], asked["format"])
    if wanted.conditions != asked["conditions"] or wanted.names != asked["columns"]:
        raise Refused("export_changed")
    return wanted


def _view(name: str) -> Any:
    found = next((v for v in current_app.extensions["appbuilder"].baseviews if type(v).__name__ == name), None)
    if found is None:
        raise Refused("not_found")
    return found


WORK: Final = Work(exporting.KIND, perform)
