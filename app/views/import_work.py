"""An uploaded list on its way: kept in the storage, run in a thread of its own, found again by its run."""

from __future__ import annotations

import logging
import threading
from typing import Any, Final

from flask import Flask, current_app
from sqlalchemy import update

from app.extensions import db
from app.models.system import ImportRun
from app.review.files import shown_name
from app.review.imports.columns import Note
from app.review.imports.locks import is_running, lock_key
from app.review.imports.postings import ENTITY, Options
from app.review.imports.reading import read_table
from app.review.imports.run import perform, require_reach
from app.review.imports.table import Limits, Table
from app.rules.actor import Actor, Role, covers
from app.rules.dates import today
from app.rules.refused import Refused

log = logging.getLogger("app.imports")
LIMITS: Final = Limits()
_starting: set[int] = set()  # runs of this process whose thread may not hold the lock yet


def keep(upload: Any, actor: Actor, region_code: str) -> ImportRun:
    """Reads, scans and stores an uploaded list; answers its run, which has written nothing else yet.

    Raises Refused with field "file": what `read_table` refuses, malware_found; not_allowed for a foreign division.
    """
    require_reach(actor, region_code)
    data = upload.stream.read(LIMITS.size + 1)
    table = read_table(data, LIMITS)
    if current_app.extensions["malware"].scan(data).status == "infected":
        raise Refused("malware_found", "file")
    suffix = "xlsx" if data.startswith(b"PK") else "csv"
    run = ImportRun(
        entity=ENTITY,
        file_name=shown_name(upload.filename or ""),
        file_digest=table.digest,
        region_code=region_code,
        state="dry_run",
        total=len(table),
        file_id=current_app.extensions["storage"].put(data, suffix),
        account_id=actor.account_id,
        errors=[],
    )
    db.session.add(run)
    db.session.commit()
    return run


def table_of(run: ImportRun) -> Table:
    """The list of a run, read again. Raises Refused not_found where the file is gone or came from the command line."""
    if not run.file_id:
        raise Refused("not_found")
    try:
        with current_app.extensions["storage"].open(run.file_id) as stream:
            data = stream.read()
    except LookupError as error:
        raise Refused("not_found") from error
    return read_table(data, LIMITS)


def sees(actor: Actor, run: ImportRun) -> bool:
    """Whether the run lies in the actor's division; operators see all."""
    return actor.role is Role.OPERATOR or covers(actor.region_code, run.region_code)


def interrupted(run: ImportRun) -> bool:
    """Marked as running though no process works on it: it was killed, and may be gone on with."""
    if run.state != "running" or run.id in _starting:
        return False
    return not is_running(db.session, lock_key(run.file_digest, run.region_code))


def start(run: ImportRun, actor: Actor, options: Options) -> threading.Thread | None:
    """Runs the import beside the request; the page may be left, the run's row says how far it is.

    None where it runs already: a second click changes nothing.
    """
    startable = ("dry_run", "failed", "running") if interrupted(run) else ("dry_run", "failed")
    mine = update(ImportRun).where(ImportRun.id == run.id, ImportRun.state.in_(startable)).values(state="running")
    taken = db.session.execute(mine.returning(ImportRun.id)).first()
    db.session.commit()
    if taken is None:
        return None
    _starting.add(int(run.id))
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    work = threading.Thread(target=_work, args=(app, int(run.id), actor, options), name=f"import-{run.id}", daemon=True)
    work.start()
    return work


def _work(app: Flask, run_id: int, actor: Actor, options: Options) -> None:
    with app.app_context():
        run = db.session.get_one(ImportRun, run_id)
        name = run.file_name
        try:
            perform(db.session, actor, table_of(run), options, today(), file_name=name, run_id=run_id)
        except Refused as refused:
            db.session.rollback()
            log.warning("import %s was refused: %s", run_id, refused.code)
            if refused.code != "import_running":  # then somebody else is at it: this one may go on afterwards
                _fail(run_id, refused)
        finally:
            _starting.discard(run_id)


def _fail(run_id: int, refused: Refused) -> None:
    """The list no longer fits, or its file is gone: said on the run's page."""
    facts = {k: v for k, v in refused.facts.items() if isinstance(v, (int, float, str))}
    note = Note(0, refused.code, facts=facts)
    db.session.execute(
        update(ImportRun)
        .where(ImportRun.id == run_id, ImportRun.state == "running")
        .values(state="failed", errors=[note.as_dict()])
    )
    db.session.commit()
