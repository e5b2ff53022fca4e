"""An uploaded list on its way: kept sealed in the storage, tried, handed to the background, cancelled, forgotten in time."""

from __future__ import annotations

import base64
import hashlib
import logging
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from flask import current_app
from flask_babel import force_locale, get_locale
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.extensions import db
from app.gateways.storage import ObjectMissing, Storage
from app.models.base import vault
from app.models.changes import act_as
from app.models.system import LIST_PLACE, ImportMapping, ImportRun
from app.models.tasks import BackgroundTask
from app.review.files import shown_name
from app.review.imports.columns import Note
from app.review.imports.entities import importer_of
from app.review.imports.importer import Importer
from app.review.imports.options import Options
from app.review.imports.plan import dry_run
from app.review.imports.reading import read_table
from app.review.imports.run import Left, perform
from app.review.imports.table import MEGABYTE, Limits, Table
from app.rules.actor import Actor
from app.rules.dates import today
from app.rules.refused import Refused
from app.tasks import queue, runner
from app.tasks.work import Outcome, Run, Stopped
from app.views import identity, import_tried

log = logging.getLogger("app.imports")
SIZE: Final = 20 * MEGABYTE
KIND: Final = "import"  # of the background task
AT_ONCE: Final = 2  # imports of one person
KEPT: Final = timedelta(days=14)  # how long an uploaded list lies in the storage
_TIDIED_AT_ONCE: Final = 200
TURN: Final = 45.0  # seconds a taken-up import waits for the worker that was thought dead
_STARTABLE: Final = ("dry_run", "failed", "cancelled")


# -- the file ------------------------------------------------------------------------------------------------------


def limits_of(importer: Importer) -> Limits:
    """How much of a list is taken from a screen."""
    return Limits(size=SIZE, rows=importer.most_rows)


def keep(upload: Any, actor: Actor, importer: Importer, options: Options, separator: str = "") -> ImportRun:
    """Reads, scans and stores an uploaded list; answers its run, which has written nothing else yet.

    Raises Refused with field "file": what `read_table` refuses, malware_found; not_allowed for a foreign place.
    """
    importer.require_reach(actor, options)
    data = upload.stream.read(SIZE + 1)
    table = read_table(data, limits_of(importer), separator)
    if current_app.extensions["malware"].scan(data).status == "infected":
        raise Refused("malware_found", "file")
    suffix = "xlsx" if data.startswith(b"PK") else "csv"
    run = ImportRun(
        entity=importer.key,
        file_name=shown_name(upload.filename or ""),
        file_digest=table.digest,
        region_code=options.region_code or None,
        school_id=options.school_id,
        state="dry_run",
        total=len(table),
        file_id=current_app.extensions["storage"].put(_sealed(data), suffix),
        account_id=actor.account_id,
        options={**options.kept(), "separator": separator, "header": list(table.header)},
        errors=[],
    )
    run.options["chosen"] = remembered(actor, importer, table)
    db.session.add(run)
    db.session.commit()
    return run


def table_of(run: ImportRun) -> Table:
    """The list of a run, read again. Raises Refused not_found where the file is gone or came from the command line."""
    if not run.file_id:
        raise Refused("not_found")
    try:
        with current_app.extensions["storage"].open(run.file_id) as stream:
            data = _opened(stream.read())
    except (LookupError, ObjectMissing) as error:
        raise Refused("not_found") from error
    return read_table(data, limits_of(importer_of(run.entity)), str(run.options.get("separator", "")))


def header_of(run: ImportRun) -> tuple[str, ...]:
    """The headings of the list, without reading it again."""
    kept = run.options.get("header")
    return tuple(kept) if kept else table_of(run).header


def _sealed(data: bytes) -> bytes:
    """Lists hold names, numbers, phones: none lies open in the storage."""
    return vault().seal(base64.b64encode(data).decode(), LIST_PLACE).encode()


def _opened(stored: bytes) -> bytes:
    return base64.b64decode(vault().open(stored.decode(), LIST_PLACE)) if stored.startswith(b"v1:") else stored


def options_of(run: ImportRun, **other: Any) -> Options:
    """How the run is taken, as it was last chosen. Raises Refused import_out_of_range with the field."""
    kept = {k: v for k, v in run.options.items() if k in Options.__slots__}
    place = {"entity": run.entity, "region_code": run.region_code or "", "school_id": run.school_id}
    return Options(**{**kept, **place, **other})


# -- columns as a person matched them before -------------------------------------------------------------------------


def signature(table: Table) -> str:
    """What tells two sorts of files apart: their headings."""
    return hashlib.sha256("\0".join(table.header).encode()).hexdigest()


def remembered(actor: Actor, importer: Importer, table: Table) -> dict[str, str]:
    """The columns this person chose for a file with these headings; empty where nobody did."""
    found = db.session.get(ImportMapping, (actor.account_id, importer.key, signature(table)))
    known = {c.key for c in importer.columns} | {""}
    chosen: Mapping[str, str] = found.chosen if found is not None else {}
    return {head: key for head, key in chosen.items() if key in known}


def remember(actor: Actor, importer: Importer, table: Table, chosen: Mapping[str, str]) -> None:
    """Keeps the choice for the next file with the same headings. Without committing."""
    row = {"account_id": actor.account_id, "entity": importer.key, "signature": signature(table)}
    stmt = insert(ImportMapping).values(**row, chosen=dict(chosen))
    keys = ["account_id", "entity", "signature"]
    db.session.execute(
        stmt.on_conflict_do_update(index_elements=keys, set_={"chosen": dict(chosen), "changed_on": func.now()})
    )


def arrange(run: ImportRun, options: Options) -> None:
    """Takes the list with these columns, to be tried again; one that was started meanwhile stays as it is. Commits."""
    mine = update(ImportRun).where(ImportRun.id == run.id, ImportRun.state.in_(_STARTABLE))
    told = {name: value for name, value in run.options.items() if name not in (import_tried.KEPT, "task")}
    db.session.execute(mine.values(state="dry_run", errors=[], options={**told, **options.kept()}))
    db.session.commit()


# -- tried -----------------------------------------------------------------------------------------------------------


def long(run: ImportRun) -> bool:
    """Whether the list is tried in the background: nobody waits that long for a page."""
    return run.total > importer_of(run.entity).tried_at_once


def untried(run: ImportRun) -> bool:
    """A long list whose dry run is still to be made."""
    return run.state == "dry_run" and long(run) and not run.options.get(import_tried.KEPT)


def try_aside(run: ImportRun, actor: Actor) -> None:
    """Hands the dry run of a long list to the background, unless it is under way. Raises Refused tasks_at_once."""
    before = task_of(run)
    if before is not None and before.state in ("waiting", "running"):
        return
    importer_of(run.entity).require_reach(actor, options_of(run))
    asked = {"run": int(run.id), "try": run.options.get("chosen", {}), "link": f"/imports/{run.id}"}
    order = queue.Order(KIND, run.file_name, str(get_locale()), asked)
    task = queue.enqueue(db.session(), actor, order, at_once=AT_ONCE)
    run.options = {**run.options, "task": int(task.id)}
    db.session.commit()
    runner.wake()


def _try(run: Run, listed: ImportRun, actor: Actor) -> Outcome:
    """The dry run; kept with the list unless its columns were chosen anew meanwhile."""
    table, options = table_of(listed), options_of(listed)
    result = dry_run(db.session(), table, options, today(), actor, run.report)
    tried = import_tried.of(result, table, options.chosen)
    key = int(listed.id)
    db.session.rollback()

    def record(session: Session) -> None:
        row = session.get(ImportRun, key, with_for_update=True)
        if row is not None and row.state == "dry_run" and row.options.get("task") == run.id:
            row.options = {**row.options, import_tried.KEPT: import_tried.as_json(tried)}
            row.errors = list(tried.notes)

    return Outcome(result={"run": key}, record=record)


# -- in the background -----------------------------------------------------------------------------------------------


def task_of(run: ImportRun) -> BackgroundTask | None:
    """The background task that imports the list, or did last."""
    task_id = run.options.get("task")
    return db.session.get(BackgroundTask, task_id) if task_id else None


def interrupted(run: ImportRun, task: BackgroundTask | None) -> bool:
    """Marked as running though no task will go on with it: its process was killed too often."""
    return run.state == "running" and (task is None or task.state not in ("waiting", "running"))


def start(run: ImportRun, actor: Actor) -> bool:
    """Hands the import to the background; the page may be left, the run's row says how far it is.

    False where it runs already: a second click changes nothing. Raises Refused tasks_at_once.
    """
    importer_of(run.entity).require_reach(actor, options_of(run))
    startable = (*_STARTABLE, "running") if interrupted(run, task_of(run)) else _STARTABLE
    mine = update(ImportRun).where(ImportRun.id == run.id, ImportRun.state.in_(startable))
    taken = db.session.execute(mine.values(state="running", ended_at=None).returning(ImportRun.id)).first()
    if taken is None:
        db.session.rollback()
        return False
    order = queue.Order(KIND, run.file_name, str(get_locale()), {"run": int(run.id), "link": f"/imports/{run.id}"})
    task = queue.enqueue(db.session(), actor, order, at_once=AT_ONCE)
    run.options = {**run.options, "task": int(task.id)}
    db.session.commit()
    runner.wake()
    return True


def cancel(run: ImportRun, actor: Actor) -> None:
    """Stops an import after the batch at hand, or gives up a list that was only tried. Raises Refused import_too_late."""
    task, waiting = task_of(run), run.state == "dry_run"
    mine = update(ImportRun).where(ImportRun.id == run.id, ImportRun.state.in_(("dry_run", "running")))
    stopped = db.session.execute(mine.values(state="cancelled", ended_at=func.now()).returning(ImportRun.id)).first()
    if stopped is None:
        db.session.rollback()
        raise Refused("import_too_late")
    if waiting:
        _forget(run, current_app.extensions["storage"])
    db.session.commit()
    if task is not None and task.account_id == actor.account_id:
        queue.cancel(db.session(), int(task.id), actor.account_id)


def work(run: Run) -> Outcome:
    """Performs the import of a background task; killed and begun anew, it goes on where its batches end."""
    listed = db.session.get(ImportRun, run.parameters["run"])
    if listed is None:
        raise Refused("not_found")
    if listed.state != ("dry_run" if "try" in run.parameters else "running"):  # cancelled while it waited
        raise Stopped("cancelled")
    actor = identity.actor_of(run.account_id, run.hat_id)
    act_as(db.session(), actor.account_id, actor.role.value)
    with force_locale(run.locale):
        if "try" in run.parameters:
            return _try(run, listed, actor)
        try:
            result = _in_turn(run, listed, actor)
        except Refused as refused:
            db.session.rollback()
            _fail(int(run.parameters["run"]), refused)
            raise
        except Left as left:
            raise Stopped(run.stop) from left
    counts = {"created": result.created, "changed": result.changed, "unchanged": result.unchanged}
    return Outcome(result={"run": result.run_id, **counts, "refused": result.refused_rows})


def _in_turn(run: Run, listed: ImportRun, actor: Actor) -> Any:
    """Waits for a worker that was thought dead and still holds the list; its next report ends it."""
    table, options, key = table_of(listed), options_of(listed), int(listed.id)
    until = time.monotonic() + TURN
    while True:
        try:
            return perform(
                db.session(), actor, table, options, today(), file_name=listed.file_name, run_id=key,
                progress=lambda done, total: _report(run, done, total),
            )  # fmt: skip
        except Refused as refused:
            if refused.code != "import_running" or time.monotonic() > until:
                raise
        db.session.rollback()
        run.report(run.done, len(table))
        time.sleep(1)


def _report(run: Run, done: int, total: int) -> None:
    try:
        run.report(done, total)
    except Stopped as stopped:
        raise Left("cancelled" if stopped.why == "cancelled" else "running") from stopped


def _fail(run_id: int, refused: Refused) -> None:
    """The list no longer fits, or its file is gone: said on the run's page."""
    facts = {k: v for k, v in refused.facts.items() if isinstance(v, (int, float, str))}
    note = Note(0, refused.code, facts=facts)
    db.session.execute(
        update(ImportRun)
        .where(ImportRun.id == run_id, ImportRun.state == "running")
        .values(state="failed", ended_at=func.now(), errors=[note.as_dict()])
    )
    db.session.commit()


# -- forgetting ------------------------------------------------------------------------------------------------------


def tidy(session: Session, storage: Storage) -> int:
    """Uploaded lists whose time is over leave the storage; what was only tried is given up. Commits."""
    gone = 0
    while forgotten := _tidy_some(session, storage):  # whatever has lost its list is no longer due
        gone += forgotten
    return gone


def _tidy_some(session: Session, storage: Storage) -> int:
    over = func.coalesce(ImportRun.ended_at, ImportRun.started_at) < func.now() - KEPT
    due = select(ImportRun).where(ImportRun.file_id.is_not(None), ImportRun.state != "running", over)
    runs = session.scalars(due.limit(_TIDIED_AT_ONCE).with_for_update(skip_locked=True)).all()
    for run in runs:
        _forget(run, storage)
        if run.state == "dry_run":
            run.state, run.ended_at = "cancelled", func.now()
    session.commit()
    return len(runs)


def _forget(run: ImportRun, storage: Storage) -> None:
    try:
        storage.delete(run.file_id or "")
    except (LookupError, ObjectMissing):
        log.debug("the list of import %s was gone already", run.id)
    run.file_id = None
