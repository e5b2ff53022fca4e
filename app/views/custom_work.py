"""Makes the search words of rows anew after a custom field began or ceased to be searched, or its options were renamed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import update

from app.extensions import db
from app.models import custom_use
from app.models.custom import CustomField
from app.tasks.work import Outcome, Run, Work
from app.views.custom_fields import REINDEX


def perform(run: Run) -> Outcome:
    """Row by row; begun anew it does the same again."""
    entity, code = run.parameters["entity"], run.parameters["code"]
    total = custom_use.count(db.session, entity, code)
    done = 0
    run.report(0, total)
    for done in custom_use.reindex(db.session, entity, code):
        run.report(done)
    mine = (CustomField.entity == entity, CustomField.code == code)
    stmt = update(CustomField).where(*mine).values(search_stale=False, changed_on=CustomField.changed_on)
    return Outcome(result={"rows": done}, record=lambda session: session.execute(stmt) and None)


WORK: Final = Work(REINDEX, perform, resumable=True)
