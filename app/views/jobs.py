"""定时任务: what runs when, how it went last time; run now in the background; a time of its own, or switched off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models.changes import FieldChange
from app.models.system import JobRun, JobSwitch
from app.models.tasks import BackgroundTask
from app.review import setting_log
from app.rules import job_times
from app.rules.dates import ZONE
from app.rules.refused import Refused
from app.tasks import queue, runner
from app.tasks.queue import Order
from app.views import cells, words
from app.views.fields import Fields
from app.views.identity import current
from app.views.page import Page
from app.views.settings_words import schedule
from app.views.writing import version_of

AT_ONCE = 5  # runs one person may have waiting
HISTORY = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A job as the table shows it."""

    job: Any
    when: str
    own: bool  # the time is an administrator's
    state: str  # off, running, waiting, failed, done, never
    last: Any
    seconds: int | None
    next: datetime | None
    reason: str


def _line(job: Any, last: Any, switch: Any, waiting: bool, now: datetime) -> Line:
    off, own = (switch.off, switch.own_time) if switch is not None else (False, "")
    when = job_times.in_force(job.when, own)
    since = switch.running_since if switch is not None else None
    state = "never" if last is None else "failed" if last.error else "done"
    if since is not None and now - since < job_times.STUCK:
        state = "running"
    elif waiting:
        state = "waiting"
    elif off:
        state = "off"
    seconds = round((last.ended_at - last.started_at).total_seconds()) if last is not None and last.ended_at else None
    coming = None if off else job_times.next_run(when, now)
    return Line(job, schedule(when), bool(own), state, last, seconds, coming, switch.reason if off else "")


class JobView(Page):
    """The table of jobs; an administrator may start one, give it another time or switch it off."""

    route_base = "/jobs"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """All jobs. Of an error only its kind is shown: messages may quote what people wrote."""
        newest = select(JobRun).ext(distinct_on(JobRun.job)).order_by(JobRun.job, JobRun.id.desc())
        last = {run.job: run for run in db.session.scalars(newest)}
        switches = {one.job: one for one in db.session.scalars(select(JobSwitch))}
        asked = select(BackgroundTask.parameters["job"].astext).where(
            BackgroundTask.kind == "job", BackgroundTask.state.in_(("waiting", "running"))
        )
        waiting, now = set(db.session.scalars(asked)), datetime.now(ZONE)
        lines = [
            _line(job, last.get(name), switches.get(name), name in waiting, now)
            for name, job in current_app.extensions["jobs"].items()
        ]
        return self.render_template("system/jobs.html", lines=lines, kind=job_times.kind)

    @expose("/run/<name>", methods=["POST"])
    @has_access
    def run(self, name: str) -> Any:
        """Puts one run into the queue of background tasks; the same job is never at work twice."""
        job = _known(name)
        switch = db.session.get(JobSwitch, name)
        if switch is not None and switch.running_since and datetime.now(ZONE) - switch.running_since < job_times.STUCK:
            raise Refused("job_running")
        order = Order("job", str(job.title), str(get_locale()), {"job": name})
        queue.enqueue(db.session, current(), order, at_once=AT_ONCE)
        db.session.commit()
        runner.wake()
        flash(_("“%(job)s” starts in a moment; the table shows how it went.", job=job.title), "success")
        return redirect(url_for("JobView.list"))

    @expose("/edit/<name>", methods=["GET", "POST"])
    @has_access
    def edit(self, name: str) -> Any:
        """Another time within bounds, or switched off with the reason."""
        job = _known(name)
        if job_times.kind(job.when) == job_times.FIXED:
            raise Refused("not_allowed")
        stored = db.session.get(JobSwitch, name)
        given: Mapping[str, str] = request.form if request.method == "POST" else {}
        fault = None
        if request.method == "POST":
            try:
                _store(name, job, Fields.of_form(request.form))
            except Refused as refused:
                db.session.rollback()
                stored, fault = db.session.get(JobSwitch, name), refused
            else:
                flash(_("Saved. It counts within seconds."), "success")
                return redirect(url_for("JobView.list"))
        page = self.render_template(
            "system/job.html",
            job=job,
            kind=job_times.kind(job.when),
            shipped=schedule(job.when),
            steps=[(str(n), schedule({"minute": f"*/{n}" if n != 60 else "0"})) for n in job_times.EVERY],
            own=given.get("own_time", stored.own_time if stored is not None else ""),
            off=bool(given.get("off")) if given else stored is not None and stored.off,
            reason=given.get("reason", stored.reason if stored is not None else ""),
            version=version_of(stored) if stored is not None else "",
            fault=words.say(fault) if fault is not None else "",
            fault_at=fault.field if fault is not None else "",
            past=_past(name),
            name_of=cells.name_of,
        )
        return page, 200 if fault is None else words.status_of(fault)


def _known(name: str) -> Any:
    job = current_app.extensions["jobs"].get(name)
    if job is None:
        raise Refused("not_found")
    return job


def _store(name: str, job: Any, fields: Fields) -> None:
    """Writes what was given over the version seen, on record and on the ledger."""
    own = job_times.clean(job.when, fields.text("own_time", limit=5))
    off, reason = fields.text("off", limit=1) == "1", fields.text("reason", limit=300)
    if off and not reason:
        raise Refused("reason_missing", field="reason")
    row = db.session.get(JobSwitch, name, with_for_update=True, populate_existing=True)
    if (version_of(row) if row is not None else "") != fields.text("version", limit=40):
        raise Refused("stale")
    if row is None:
        row = JobSwitch(job=name)
        db.session.add(row)
        db.session.flush()
    before = setting_log.values_of(row)
    row.off, row.own_time, row.reason = off, own, reason if off else ""
    row.account_id = current().account_id
    setting_log.note(db.session, current(), row, setting_log.CHANGED, before)
    db.session.commit()


def _past(name: str) -> list[Any]:
    stmt = (
        select(FieldChange)
        .where(FieldChange.entity == JobSwitch.__tablename__, FieldChange.row_key == name)
        .order_by(FieldChange.id.desc())
        .limit(HISTORY)
        .options(joinedload(FieldChange.account))
    )
    return list(db.session.scalars(stmt))
