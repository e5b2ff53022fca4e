"""The queue of background tasks: asked for, taken by one worker, kept alive, ended once.

Time is the database's. A task belongs to the worker that took it last (`attempt`); one whose worker has given no sign
of life for STALE is taken by another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.gateways.storage import Storage
from app.models.tasks import BackgroundTask
from app.review import outbox
from app.review.canonical import digest
from app.rules.actor import Actor
from app.rules.refused import Refused
from app.tasks.work import Outcome, Run, Work

STALE: Final = timedelta(seconds=30)
MOST_ATTEMPTS: Final = 3
KEPT: Final = timedelta(days=60)  # how long an ended task stays in "My tasks"
LINK: Final = "/taskview/list/"
_OPEN: Final = ("waiting", "running")
_PERSON_LOCK: Final = 7_203_361
_EXPIRED_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. `parameters` are plain JSON; `locale` is the language of what is made."""

    kind: str
    title: str
    locale: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def enqueue(session: Session, actor: Actor, order: Order, *, at_once: int) -> BackgroundTask:
    """Puts the order into the queue; the caller commits and then calls `runner.wake()`.

    The same order that is still open is answered with the task there is. Raises Refused tasks_at_once where the person
    has `at_once` tasks of this kind open already.
    """
    session.execute(select(func.pg_advisory_xact_lock(_PERSON_LOCK, actor.account_id)))
    asked = {"kind": order.kind, "hat": actor.hat_id, "locale": order.locale, "parameters": order.parameters}
    mark = digest(asked)
    mine = (BackgroundTask.account_id == actor.account_id, BackgroundTask.state.in_(_OPEN))
    same = select(BackgroundTask).where(*mine, BackgroundTask.digest == mark, ~BackgroundTask.cancel_asked)
    found = session.scalars(same).first()
    if found is not None:
        return found
    there = select(func.count()).where(*mine, BackgroundTask.kind == order.kind)
    if session.execute(there).scalar_one() >= at_once:
        raise Refused("tasks_at_once", limit=at_once)
    row = BackgroundTask(
        kind=order.kind,
        title=order.title[:200],
        account_id=actor.account_id,
        hat_id=actor.hat_id or None,
        role=actor.role.value,
        locale=order.locale,
        parameters=dict(order.parameters),
        digest=mark,
        state="waiting",
    )
    session.add(row)
    session.flush()
    return row


def cancel(session: Session, task_id: int, account_id: int) -> bool:
    """Takes back an open task of this person: at once where nobody works on it, else soon. Commits; False: too late."""
    mine = and_(BackgroundTask.id == task_id, BackgroundTask.account_id == account_id)
    row = session.scalars(select(BackgroundTask).where(mine).with_for_update()).one_or_none()
    if row is None or row.state not in _OPEN:
        session.rollback()
        return False
    row.cancel_asked = True
    if row.state == "waiting":
        _end(row, "cancelled")
    session.commit()
    return True


def take(session: Session, works: Mapping[str, Work], worker: str) -> Run | None:
    """The next task for this worker, marked as its own; None where there is nothing to do. Commits."""
    while True:
        row = session.scalars(_ripe(works)).first()
        if row is None:
            session.rollback()
            return None
        if row.state == "waiting" or _may_go_on(row, works[row.kind]):
            row.state, row.worker, row.attempt = "running", worker[:80], row.attempt + 1
            row.beat_at = func.clock_timestamp()
            row.started_at = row.started_at or func.clock_timestamp()
            session.flush()
            run = Run(
                row.id, row.attempt, row.kind, row.title, row.account_id, row.hat_id, row.locale, dict(row.parameters)
            )
            run.kept = dict(row.result or {})
            session.commit()
            return run
        if row.cancel_asked:
            _end(row, "cancelled")
        else:
            _fail(session, row, Refused("task_interrupted"))
        session.commit()


def _ripe(works: Mapping[str, Work]) -> Any:
    dead = and_(BackgroundTask.state == "running", BackgroundTask.beat_at < func.clock_timestamp() - STALE)
    return (
        select(BackgroundTask)
        .where(or_(BackgroundTask.state == "waiting", dead), BackgroundTask.kind.in_(works))
        .order_by(BackgroundTask.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _may_go_on(row: BackgroundTask, work: Work) -> bool:
    return not row.cancel_asked and work.resumable and row.attempt < MOST_ATTEMPTS


def beat(session: Session, run: Run) -> str:
    """The sign of life, with how far the run is. Commits. Why it is to stop: "", cancelled, lost."""
    values = {"done": run.done, "total": run.total, "beat_at": func.clock_timestamp()}
    mine = update(BackgroundTask).where(_held(run)).values(values).returning(BackgroundTask.cancel_asked)
    found = session.execute(mine.execution_options(synchronize_session=False)).first()
    session.commit()
    if found is None:
        return "lost"
    return "cancelled" if found.cancel_asked else ""


def keep(session: Session, run: Run, result: Mapping[str, Any]) -> None:
    """What the work has come to so far: a later attempt and the owner find it, however this one ends. Commits."""
    mine = update(BackgroundTask).where(_held(run)).values(result=dict(result))
    session.execute(mine.execution_options(synchronize_session=False))
    session.commit()


def _held(run: Run) -> ColumnElement[bool]:
    return and_(BackgroundTask.id == run.id, BackgroundTask.attempt == run.attempt, BackgroundTask.state == "running")


def finish(session: Session, run: Run, outcome: Outcome) -> bool:
    """Ends the task with its outcome and tells its owner. False: cancelled or lost meanwhile, nothing was written."""
    row = _mine(session, run)
    if row is None or row.cancel_asked:
        if row is not None:
            _end(row, "cancelled")
        session.commit()
        return False
    outcome.record(session)
    _end(row, "done")
    row.done, row.total, row.result = run.done, run.total, dict(outcome.result)
    if outcome.file_key:
        row.file_key, row.file_name, row.file_size = outcome.file_key, outcome.file_name[:200], outcome.file_size
        row.expires_at = func.clock_timestamp() + outcome.keep
    _tell(session, row, "task_done")
    session.commit()
    return True


def fail(session: Session, run: Run, refused: Refused) -> None:
    """Ends the task as failed, with the code and facts its words are made of, and tells its owner."""
    row = _mine(session, run)
    if row is not None:
        row.done, row.total = run.done, run.total
        _fail(session, row, refused)
    session.commit()


def give_back(session: Session, run: Run, why: str) -> None:
    """The work stopped: cancelled for good, or (shutdown) waiting again for another worker."""
    row = _mine(session, run)
    if row is not None and (why == "cancelled" or row.cancel_asked):
        _end(row, "cancelled")
    elif row is not None:
        row.state, row.attempt, row.worker, row.done = "waiting", row.attempt - 1, "", 0
    session.commit()


def _mine(session: Session, run: Run) -> BackgroundTask | None:
    stmt = select(BackgroundTask).where(_held(run)).with_for_update().execution_options(populate_existing=True)
    found: BackgroundTask | None = session.scalars(stmt).one_or_none()
    return found


def _end(row: BackgroundTask, state: str) -> None:
    row.state, row.ended_at, row.worker = state, func.clock_timestamp(), ""


def _fail(session: Session, row: BackgroundTask, refused: Refused) -> None:
    _end(row, "failed")
    facts = {k: v for k, v in refused.facts.items() if isinstance(v, str | int)}
    row.error_code, row.error_facts = refused.code[:40], facts
    _tell(session, row, "task_failed")


def _tell(session: Session, row: BackgroundTask, template: str) -> None:
    page = row.parameters.get("page")  # where the outcome of this very task is shown, up to its number
    link = row.parameters.get("link") or (f"{page}{row.id}" if page else LINK)
    notice = outbox.Notice(template, "system", {"title": row.title}, link, f"task:{row.id}")
    outbox.enqueue(session, notice, [row.account_id])


def tidy(session: Session, storage: Storage) -> int:
    """Removes files whose time is over and says so on their tasks; forgets tasks that ended long ago. Commits.

    The file goes first: a crash in between leaves a task whose file is missing, never a file nobody knows of.
    """
    gone = 0
    while expired := _expire_some(session, storage):  # whatever has lost its file is no longer due
        gone += expired
    ended = and_(BackgroundTask.file_key.is_(None), BackgroundTask.ended_at < func.clock_timestamp() - KEPT)
    session.execute(delete(BackgroundTask).where(ended).execution_options(synchronize_session=False))
    session.commit()
    return gone


def _expire_some(session: Session, storage: Storage) -> int:
    over = and_(BackgroundTask.file_key.is_not(None), BackgroundTask.expires_at <= func.clock_timestamp())
    due = select(BackgroundTask).where(over).order_by(BackgroundTask.expires_at).limit(_EXPIRED_AT_ONCE)
    rows = session.scalars(due.with_for_update(skip_locked=True)).all()
    for row in rows:
        storage.delete(row.file_key)
        row.state, row.file_key = "expired", None
    session.commit()
    return len(rows)
