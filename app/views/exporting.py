"""Export of a list: the rows, order and columns of the screen as a file, inside the reader's scope, on record.

A short list is answered at once, a long one is made by a background task. Both pass `plan`, the one gate: whatever an
export needs besides the permission is asked for there.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, BinaryIO, Final
from urllib.parse import urlencode

from flask import Response, flash, redirect, request, send_file, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import get_locale, ngettext
from sqlalchemy import Connection, func, select

from app.extensions import db
from app.gateways.spreadsheets import FORMATS
from app.models.tasks import ExportEvent
from app.review import exported, ledger
from app.rules.actor import Actor
from app.rules.dates import now
from app.rules.refused import Refused
from app.tasks import queue, runner
from app.tasks.queue import Order
from app.views import chosen, identity, listing, proof, scope
from app.views.export_limits import Limits, limits
from app.views.export_rows import BATCH, Rows, column, reading
from app.views.listing import Asked
from app.views.queries import capped

KIND: Final = "export"
PERSON_LOCK: Final = 7_203_362  # with the account: an export of a person under way
_MARK: Final = 1 << 16
_IN_MEMORY: Final = 2 * 1024 * 1024  # a file up to this size needs no place on the disk
Report = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """An export that was let through the gate."""

    view: Any
    actor: Actor
    asked: Asked
    conditions: dict[str, str]
    names: list[str]
    file_format: str
    limits: Limits

    @property
    def stmt(self) -> Any:
        """The rows of the list, in scope and narrowed as asked."""
        return listing.narrowed(self.view, scope.rows(self.view, self.actor), self.asked)

    @property
    def file_name(self) -> str:
        """What the file is called where it is saved."""
        return f"{self.view.list_title}-{now():%Y%m%d-%H%M}.{self.file_format}"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file."""

    rows: int
    size: int
    sha256: str


def plan(view: Any, actor: Actor, args: Mapping[str, str], names: Sequence[str], file_format: str) -> Plan:
    """The one gate every export passes, when it is asked for and again when a task makes it.

    Raises Refused: not_allowed, export_format.
    """
    if not identity.may("can_export", type(view).__name__):
        raise Refused("not_allowed")
    if file_format not in FORMATS:
        raise Refused("export_format")
    asked = listing.ask(view, args, actor)
    return Plan(view, actor, asked, conditions(asked, args), shown(view, names), file_format, limits(db.session))


def shown(view: Any, names: Sequence[str]) -> list[str]:
    """Those of the wanted columns that the screen may show this reader; without any, the usual ones."""
    usual = view.shown_columns()
    offered = {*usual, *view.column_pool()}
    return [name for name in names if name in offered] or usual


def conditions(asked: Asked, args: Mapping[str, str]) -> dict[str, str]:
    """What narrows and orders the list, as its address says it; what made no sense is left out."""
    found = {"q": asked.words, "tab": asked.tab}
    if str(args.get("sort", "")).removeprefix("-") == asked.order.name:
        found["sort"] = str(args["sort"])
    found |= {key: args.get(key, "") for one in asked.filters if one.active for key in one.keys}
    return {key: value for key, value in found.items() if value}


def names_of(asked: Asked) -> dict[str, str]:
    """What the rows that conditions point to are called: their keys tell a later reader nothing."""
    found = [one for one in asked.filters if one.active and one.info.target is not None and one.shown]
    return {one.keys[0]: one.shown for one in found}


# -- what a person asks for ------------------------------------------------------------------------------------------


def answer(view: Any) -> Any:
    """The file itself, or the way to the task that makes it. Raises Refused export_too_many, tasks_at_once."""
    actor = identity.current()
    names = chosen.chosen_columns(view, actor, request.args)
    wanted = plan(view, actor, request.args, names, request.form.get("format", ""))
    if proof.personal(view, wanted.names):
        proof.demand()
    rows = db.session.scalar(select(capped(wanted.stmt, wanted.limits.most)))
    if rows > wanted.limits.most:
        raise Refused("export_too_many", most=f"{wanted.limits.most:,}")
    return _file(wanted) if rows <= wanted.limits.at_once else _task(wanted, rows)


def _file(wanted: Plan) -> Response:
    """Made aside, written into the log, and only then sent: nothing leaves unrecorded."""
    db.session.commit()  # gives the connection back while another one reads
    stream: Any = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by the answer when it has been sent
    try:
        with reading(db.session) as connection:
            alone = select(func.pg_try_advisory_xact_lock(PERSON_LOCK, wanted.actor.account_id))
            if not connection.scalar(alone):
                raise Refused("export_running")
            made = produce(wanted, connection, stream)
        note(db.session, wanted, made)
        db.session.commit()
    except BaseException:
        stream.close()
        raise
    kind = FORMATS[wanted.file_format].mime
    sent = send_file(stream, kind, as_attachment=True, download_name=wanted.file_name, max_age=None)
    sent.content_length = made.size
    sent.headers["Cache-Control"] = "no-store"
    return sent


def _task(wanted: Plan, rows: int) -> Any:
    parameters = {
        "view": type(wanted.view).__name__,
        "conditions": wanted.conditions,
        "columns": wanted.names,
        "format": wanted.file_format,
        "reach": identity.reach(wanted.actor),
        "needs": ["can_export", type(wanted.view).__name__],
    }
    title = f"{wanted.view.list_title} ({wanted.file_format})"
    order = Order(KIND, title, str(get_locale()), parameters)
    queue.enqueue(db.session, wanted.actor, order, at_once=wanted.limits.tasks)
    db.session.commit()
    runner.wake()
    said = ngettext(
        "%(n)s row: the file is being made. You may go on working; a message tells when it is ready.",
        "%(n)s rows: the file is being made. You may go on working; a message tells when it is ready.",
        rows,
        n=f"{rows:,}",
    )
    flash(said, "info")
    return redirect(url_for("TaskView.list"), 303)


class Exporting:
    """The export of a screen's list."""

    @expose("/export", methods=["POST"])
    @has_access
    def export(self) -> Any:
        """The rows of the list as it stands, as a file; a long list is made in the background."""
        return answer(self)

    def export_address(self: Any) -> str:
        """Where the button of the present list sends to: the same conditions, from the first row on; "" for no button."""
        kept = {k: v for k, v in request.args.items() if k not in ("after", "before", "size", "exact", "lang")}
        if not self.may("can_export"):
            return ""
        path = url_for(f"{self.endpoint}.export")  # what a reader sent is no argument of it: it knows some words
        return f"{path}?{urlencode(kept)}" if kept else path


# -- the file --------------------------------------------------------------------------------------------------------


def produce(wanted: Plan, connection: Connection, stream: BinaryIO, report: Report | None = None) -> Made:
    """Writes the file into the stream, which is left at its beginning."""
    view = wanted.view
    columns = [column(view, name) for name in wanted.names]
    rows = Rows(view, wanted.stmt, wanted.asked.order, columns, connection, wanted.limits.most)
    done = 0
    table = FORMATS[wanted.file_format](stream, [one.head for one in columns], str(view.list_title))
    with closing(table), closing(rows.batches()) as parts:
        for part in parts:
            table.write(part)
            done += len(part[0])
            if report is not None and done % BATCH == 0:
                report(done, None)
    size = stream.tell()
    stream.seek(0)
    mark = hashlib.sha256()
    while block := stream.read(_MARK):
        mark.update(block)
    stream.seek(0)
    return Made(done, size, mark.hexdigest())


def note(session: Any, wanted: Plan, made: Made, task_id: int | None = None) -> None:
    """Writes down what leaves. What was searched for may be personal: the log has it, the ledger only its digest."""
    actor, name = wanted.actor, type(wanted.view).__name__
    line = ExportEvent(
        account_id=actor.account_id,
        role=actor.role.value,
        hat_id=actor.hat_id,
        region_code=actor.region_code,
        list_name=name,
        conditions=wanted.conditions,
        names=names_of(wanted.asked),
        columns=wanted.names,
        rows=made.rows,
        file_format=wanted.file_format,
        size=made.size,
        sha256=made.sha256,
        task_id=task_id,
    )
    session.add(line)
    session.flush()
    facts = exported.facts(line)
    ledger.append(session, exported.ACTION, actor, actor.region_code, kind=wanted.view.kind, facts=facts)
