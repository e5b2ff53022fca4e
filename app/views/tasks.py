"""我的任务: what runs in the background for somebody, how far it is, and the file that came of it while it lasts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Response, current_app, make_response, request, send_file, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy import Select, exists, select

from app.extensions import db
from app.gateways.spreadsheets import FORMATS
from app.gateways.storage import ObjectMissing
from app.models.tasks import BackgroundTask
from app.review.policy import DEFAULT, Policy
from app.rules.actor import Actor
from app.rules.lifecycle import Move, move
from app.rules.refused import Refused
from app.tasks import queue
from app.views import cells, icons, identity, scope, words
from app.views.base import SafeView
from app.views.identity import current

CANCEL = move("cancel", "waiting running", "", "keeper")
OPEN = ("waiting", "running")
STOP_POLLING = 286  # htmx


def own_tasks(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """One's own, whatever hat is worn."""
    return stmt.where(BackgroundTask.account_id == actor.account_id)


def progress(made_of: tuple[str, int, int | None, bool, str, dict[str, Any]]) -> Any:
    """How far a task is; why it failed."""
    state, done, total, cancelling, code, facts = made_of
    if state == "failed":
        return words.say(Refused(code, **facts))
    if state == "expired":
        return _("The file was removed when its time was over.")
    if state != "running":
        return ngettext("%(n)s row", "%(n)s rows", done, n=f"{done:,}") if state == "done" else cells.NOTHING
    if cancelling:
        return _("Cancelling")
    if not total:
        return _("Beginning")
    bar = Markup('<progress max="{}" value="{}" aria-label="{}"></progress> {}')
    return bar.format(total, done, _("Progress"), _("%(done)s of %(all)s rows", done=f"{done:,}", all=f"{total:,}"))


def size_words(size: int) -> str:
    """The size of a file."""
    return f"{size / 1048576:.1f} MB" if size >= 1048576 else f"{max(1, round(size / 1024))} KB"


def download(made_of: tuple[int, str, int | None, dt.datetime | None, int | None]) -> Any:
    """The link to the file, with its size and its last hour; under another role only the reason why there is none."""
    task_id, state, size, until, hat_id = made_of
    if state != "done" or size is None or until is None:
        return cells.NOTHING
    if hat_id != current().hat_id:
        return _("Made under another role: switch to it to download")
    said = _("%(size)s, until %(until)s", size=size_words(size), until=cells.brief(until))
    link = Markup('<a class="g-link" href="{}">{} {}</a> <span class="m3 sm">{}</span>')
    return link.format(url_for("TaskView.file", pk=task_id), icons.icon("download"), _("Download"), said)


class TaskView(SafeView):
    """Background tasks of the one who looks."""

    datamodel = SQLAInterface(BackgroundTask)
    scope = staticmethod(own_tasks)
    list_title, thing = _l("My tasks"), _l("Task")
    empty_words = _l("Long work goes on here after you have left its page: exports of long lists, for example.")
    list_template = "tasks.html"
    list_columns = ["title", "state", "progress", "download", "created_at", "role"]
    search_columns = ["state", "kind", "created_at"]
    order_columns = ["created_at"]
    label_columns = {"progress": _l("Progress"), "download": _l("File")}
    column_needs = {
        "progress": ("state", "done", "total", "cancel_asked", "error_code", "error_facts"),
        "download": ("id", "state", "file_size", "expires_at", "hat_id"),
    }
    formatters_columns = {"progress": progress, "download": download}
    row_needs = ("state",)
    show_columns = [
        "title", "kind", "state", "progress", "download", "role", "created_at", "started_at", "ended_at", "expires_at",
    ]  # fmt: skip
    identity_columns = ("state", "created_at")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.base_permissions = sorted({*self.base_permissions, "can_cancel"})

    @expose("/list/")
    @has_access
    @permission_name("list")
    def list(self) -> Any:
        """The tasks; whoever asks again and again for their progress is told when all of them have ended."""
        page = super().list()
        if request.headers.get("HX-Trigger") != "live":
            return page
        mine = exists().where(BackgroundTask.account_id == current().account_id, BackgroundTask.state.in_(OPEN))
        return page if db.session.scalar(select(mine)) else make_response(page, STOP_POLLING)

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """What has not ended may be cancelled."""
        return [CANCEL] if row.state in OPEN and self.may("can_cancel") else []

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """Cancels; work under way stops within a second or two."""
        if not queue.cancel(db.session, row_id, current().account_id):
            raise Refused("task_ended")

    def _allowed(self, name: str) -> Move:
        if name != CANCEL.name:
            raise Refused("no_such_move", move=name)
        self.demand("can_cancel")
        return CANCEL

    @expose("/file/<pk>", methods=["GET"])
    @has_access
    @permission_name("list")
    def file(self, pk: str) -> Response:
        """The file of a task, for its owner, under the role and reach it was made under, while it lasts.

        Raises Refused: not_found, task_other_hat, scope_changed, not_allowed, task_file_gone.
        """
        actor = current()
        row = scope.fetch(self, actor, pk)
        if row.state == "expired" or (row.expires_at is not None and row.expires_at <= dt.datetime.now(dt.UTC)):
            raise Refused("task_file_gone")
        if row.file_key is None:
            raise Refused("not_found")
        if row.hat_id != actor.hat_id:
            raise Refused("task_other_hat")
        if row.parameters.get("reach", identity.reach(actor)) != identity.reach(actor):
            raise Refused("scope_changed")
        needs = row.parameters.get("needs")
        if needs and not identity.may(*needs):
            raise Refused("not_allowed")
        return _sent(row)


def _sent(row: BackgroundTask) -> Response:
    try:
        stream = current_app.extensions["storage"].open(row.file_key)
    except ObjectMissing as error:
        raise Refused("task_file_gone") from error
    known = FORMATS.get(row.file_name.rpartition(".")[2])
    kind = known.mime if known else "application/octet-stream"
    answer = send_file(stream, kind, as_attachment=True, download_name=row.file_name, max_age=None)
    answer.content_length = row.file_size
    answer.headers["Cache-Control"] = "no-store"
    return answer
