"""A list imported, batch by batch.

Every batch is one transaction: its rows, their rounds, and the progress of the run. A run that is killed or cancelled
leaves whole batches; the next run of the same list finds them by their keys and goes on. A second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from app.models.system import ImportRun
from app.review import ledger
from app.review.imports.entities import importer_of
from app.review.imports.importer import Draft
from app.review.imports.locks import lock_key, sole_run, take_turn
from app.review.imports.options import Options
from app.review.imports.plan import Plan, Progress, Result, Step, batches
from app.review.imports.table import Table
from app.rules.actor import Actor
from app.rules.refused import Refused


class Left(Exception):
    """The work ends before the list does. `state`: cancelled, or running where another process goes on with it."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


_CLASHES = {"23505": "row_clash", "23503": "row_points_nowhere", "23502": "missing"}


def perform(
    session: Session, actor: Actor, table: Table, options: Options, today: date, *,
    file_name: str, progress: Progress | None = None, run_id: int | None = None,
) -> Result:  # fmt: skip
    """Imports the list; commits batch by batch; `progress` may raise Left. `run_id` names a run that waits for it, else a new one is made.

    The run and the ledger name who imported it. Raises Refused not_allowed (the place is not the actor's),
    import_running when the same list is being imported there just now, and what `Plan` refuses.
    """
    importer = importer_of(options.entity)
    importer.require_reach(actor, options)
    with sole_run(session, lock_key(table.digest, importer.lock_place(actor, options))):
        plan = Plan(session, table, options, today, actor)
        result = Result(len(table), notes=plan.notes)
        result.run_id = _begin(session, actor, table, options, plan, file_name, run_id)
        state = "failed"
        try:
            state = _through(session, actor, plan, result, progress)
        except Left as left:
            state = left.state
            raise
        finally:
            if state == "failed":
                session.rollback()
            if state != "running":
                _end(session, actor, options, result, state)
    return result


def _through(session: Session, actor: Actor, plan: Plan, result: Result, progress: Progress | None) -> str:
    """All batches, unless somebody cancels; answers the state the run ends in."""
    done = len(plan.table) - len(plan.drafts)
    for batch in batches(plan.drafts, plan.importer.batch_rows):
        _land(session, actor, plan, batch, result)
        done += len(batch)
        goes_on = _record(session, result, done)
        session.commit()
        if progress is not None:
            progress(done, len(plan.table))
        if not goes_on:
            result.cancelled = True
            return "cancelled"
    return "done"


def require_reach(actor: Actor, region_code: str) -> None:
    """Raises Refused not_allowed unless the actor may import postings here: its bureau, operators, the command line."""
    options = Options(region_code)
    importer_of(options.entity).require_reach(actor, options)


def _begin(
    session: Session, actor: Actor, table: Table, options: Options, plan: Plan, file_name: str, run_id: int | None
) -> int:
    """The run on record. An older run of this list still marked as running is dead: its lock was free."""
    same = [ImportRun.file_digest == table.digest, ImportRun.entity == options.entity]
    same.append(ImportRun.region_code.is_not_distinct_from(options.region_code or None))
    same.append(ImportRun.school_id.is_not_distinct_from(options.school_id))
    session.execute(
        update(ImportRun)
        .where(*same, ImportRun.state == "running", ImportRun.id != (run_id or 0))
        .values(state="failed", ended_at=func.now())
    )
    run = session.get(ImportRun, run_id) if run_id else None
    if run is None:
        run = ImportRun(entity=options.entity, file_name=file_name[:200], file_digest=table.digest)
        run.region_code, run.school_id = options.region_code or None, options.school_id
        run.account_id = ledger.account_of(actor)
        session.add(run)
    earlier = int((run.options or {}).get("earlier", 0)) + (run.created or 0) + (run.changed or 0)
    run.options = {**(run.options or {}), **options.kept(), "earlier": earlier}
    run.state, run.total, run.done = "running", len(table), len(table) - len(plan.drafts)
    run.created = run.changed = run.unchanged = run.units_created = 0
    run.errors = [n.as_dict() for n in plan.notes]
    session.flush()
    _ledger(session, "import_begun", actor, options, {"file": table.digest, "rows": len(table)})
    session.commit()
    return int(run.id)


def _land(session: Session, actor: Actor, plan: Plan, batch: Sequence[Draft], result: Result) -> None:
    take_turn(session)
    steps = plan.judge(session, batch, result)
    result.units_created += plan.importer.prepare(session, [s.draft for s in steps if s.row is None], plan.known)
    for step in steps:
        try:
            with session.begin_nested():
                _write(session, actor, plan, step)
        except Refused as refused:
            result.notes += plan.refusal(step.draft, refused)
        else:
            result.created += step.row is None
            result.changed += step.row is not None


def _write(session: Session, actor: Actor, plan: Plan, step: Step) -> None:
    """One row; what a constraint refuses is a refusal of the row, never the end of the run."""
    try:
        plan.importer.write(session, actor, step.draft, step.row, plan.known)
        session.flush()
    except IntegrityError as error:
        raise Refused(_CLASHES.get(str(getattr(error.orig, "sqlstate", "")), "bad_value")) from error
    except DataError as error:
        raise Refused("bad_value") from error


def _record(session: Session, result: Result, done: int) -> bool:
    """The progress; False where somebody has cancelled the run meanwhile."""
    counts = {"created": result.created, "changed": result.changed, "unchanged": result.unchanged}
    state: Any = session.scalar(
        update(ImportRun)
        .where(ImportRun.id == result.run_id)
        .values(done=done, units_created=result.units_created, **counts)
        .returning(ImportRun.state)
    )
    return bool(state == "running")


def _end(session: Session, actor: Actor, options: Options, result: Result, state: str) -> None:
    notes = [n.as_dict() for n in (*result.errors, *result.remarks)]
    session.execute(
        update(ImportRun).where(ImportRun.id == result.run_id).values(state=state, ended_at=func.now(), errors=notes)
    )
    counts = {"created": result.created, "changed": result.changed, "unchanged": result.unchanged}
    _ledger(
        session, f"import_{state}", actor, options, {"run": result.run_id, **counts, "refused": result.refused_rows}
    )
    session.commit()


def _ledger(session: Session, action: str, actor: Actor, options: Options, facts: dict[str, Any]) -> None:
    ledger.append(session, action, actor, options.region_code, kind=options.entity, facts=facts)
