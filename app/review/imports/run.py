"""A list imported, batch by batch.

Every batch is one transaction: its units, its postings, their rounds and the progress of the run. A run that is killed
leaves whole batches; the next run of the same list finds them by their keys and goes on. A second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from app.models.system import ImportRun
from app.review import desk, ledger
from app.review.imports import units
from app.review.imports.columns import Note
from app.review.imports.locks import lock_key, sole_run, take_turn
from app.review.imports.plan import Plan, Result, batches, not_there
from app.review.imports.postings import ENTITY, Draft, Options
from app.review.imports.table import Table
from app.rules.actor import CLOCK, Actor, Role, covers
from app.rules.refused import Refused

# The ledger's chain of the province is locked until the commit: decisions wait for one batch, less than a second.
BATCH_ROWS: Final = 25
Progress = Callable[[int, int], None]  # rows done, rows in all


def perform(
    session: Session, actor: Actor, table: Table, options: Options, today: date, *,
    file_name: str, progress: Progress | None = None, run_id: int | None = None,
) -> Result:  # fmt: skip
    """Imports the list; commits batch by batch. `run_id` names a run that waits for it, else a new one is made.

    The run and the ledger name who imported it; the rows have no sender, so that whoever imports a list may also
    decide on it. Raises Refused not_allowed (the division is not the actor's), import_running when the same list is
    being imported for the same division just now, and what `Plan` refuses.
    """
    require_reach(actor, options.region_code)
    with sole_run(session, lock_key(table.digest, options.region_code)):
        plan = Plan(session, table, options, today)
        result = Result(len(table), notes=plan.notes)
        result.run_id = _begin(session, actor, table, options, plan, file_name, run_id)
        ended = False
        try:
            done = len(table) - len(plan.drafts)
            for batch in batches(plan.drafts, BATCH_ROWS):
                _land(session, plan, batch, result)
                done += len(batch)
                _record(session, result, done)
                session.commit()
                if progress is not None:
                    progress(done, len(table))
            ended = True
        finally:
            if not ended:
                session.rollback()
            _end(session, actor, options, result, "done" if ended else "failed")
    return result


def require_reach(actor: Actor, region_code: str) -> None:
    """Raises Refused not_allowed unless the actor may import here: its bureau, operators, the command line."""
    everywhere = actor.role in (Role.OPERATOR, Role.CLOCK)
    if not everywhere and not (actor.is_bureau and covers(actor.region_code, region_code)):
        raise Refused("not_allowed")


def _begin(
    session: Session, actor: Actor, table: Table, options: Options, plan: Plan, file_name: str, run_id: int | None
) -> int:
    """The run on record. An older run of this list still marked as running is dead: its lock was free."""
    same = (ImportRun.file_digest == table.digest, ImportRun.region_code == options.region_code)
    session.execute(
        update(ImportRun)
        .where(*same, ImportRun.state == "running", ImportRun.id != (run_id or 0))
        .values(state="failed", ended_at=func.now())
    )
    run = session.get(ImportRun, run_id) if run_id else None
    if run is None:
        run = ImportRun(
            entity=ENTITY, file_name=file_name[:200], file_digest=table.digest, region_code=options.region_code
        )
        run.account_id = ledger.account_of(actor)
        session.add(run)
    run.state, run.total, run.done = "running", len(table), len(table) - len(plan.drafts)
    run.created = run.unchanged = run.units_created = 0
    run.errors = [n.as_dict() for n in plan.notes]
    session.flush()
    ledger.append(
        session,
        "import_begun",
        actor,
        options.region_code,
        kind=ENTITY,
        facts={"file": table.digest, "rows": len(table)},
    )
    session.commit()
    return int(run.id)


def _land(session: Session, plan: Plan, batch: Sequence[Draft], result: Result) -> None:
    take_turn(session)
    new = not_there(session, plan, batch, result)
    known = dict(units.named(session, (d.unit_name for d in new)).imported)
    made = units.make_missing(session, new, known)
    result.units_created += len(made)
    known |= made
    for draft in new:
        try:
            with session.begin_nested():
                _submit(session, draft, known[draft.unit_name])
            result.created += 1
        except Refused as refused:
            result.notes += _refusal(plan, draft, refused)


def _submit(session: Session, draft: Draft, unit_id: int) -> None:
    origin = desk.Origin("import", {**draft.columns, "unit_id": unit_id, "source_key": draft.key})
    posting = desk.create_in(session, CLOCK, ENTITY, draft.content, origin)
    desk.submit_in(session, CLOCK, ENTITY, posting.id)


def _refusal(plan: Plan, draft: Draft, refused: Refused) -> Iterator[Note]:
    """A refusal of the desk as errors of the row: one for each check that blocks."""
    found = refused.facts.get("findings")
    if not isinstance(found, list):
        yield plan.note(draft, refused.code, refused.field or "", error=True, facts=refused.facts)
        return
    for each in found:
        facts = {"check": each["code"], "zh": each["message_zh"], "en": each["message_en"]}
        yield plan.note(draft, "row_blocked", each["field"], error=True, facts=facts)


def _record(session: Session, result: Result, done: int) -> None:
    session.execute(
        update(ImportRun)
        .where(ImportRun.id == result.run_id)
        .values(done=done, created=result.created, unchanged=result.unchanged, units_created=result.units_created)
    )


def _end(session: Session, actor: Actor, options: Options, result: Result, state: str) -> None:
    notes = [n.as_dict() for n in (*result.errors, *result.remarks)]
    session.execute(
        update(ImportRun).where(ImportRun.id == result.run_id).values(state=state, ended_at=func.now(), errors=notes)
    )
    facts = {
        "run": result.run_id,
        "created": result.created,
        "unchanged": result.unchanged,
        "refused": result.refused_rows,
    }
    ledger.append(session, f"import_{state}", actor, options.region_code, kind=ENTITY, facts=facts)
    session.commit()
