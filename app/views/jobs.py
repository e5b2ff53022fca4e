"""定时任务: what runs when, how it went last time, and 'run now'."""

from flask import current_app, flash, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.system import JobRun
from app.rules.refused import Refused
from app.views.page import Page
from app.views.settings_words import schedule

FAULTS = (SQLAlchemyError, OSError, RuntimeError, ValueError)  # what a job records before it raises


class JobView(Page):
    """The table of jobs with their last run; an administrator may start one."""

    route_base = "/jobs"

    @expose("/")
    @has_access
    def list(self) -> str:
        """All jobs."""
        newest = select(JobRun).ext(distinct_on(JobRun.job)).order_by(JobRun.job, JobRun.id.desc())
        last = {run.job: run for run in db.session.scalars(newest)}
        jobs = current_app.extensions["jobs"]
        return self.render_template("system/jobs.html", jobs=jobs.values(), last=last, schedule=schedule)

    @expose("/run/<name>", methods=["POST"])
    @has_access
    def run(self, name: str) -> Response:
        """Runs one now, in this request; its record shows the outcome."""
        if name not in current_app.extensions["jobs"]:
            raise Refused("not_found")
        try:
            current_app.extensions["run_job"](name)
        except FAULTS:  # on record, with its kind; the log has the rest
            current_app.logger.exception("job %s failed", name)
            flash(_("The job failed. Its record names the error."), "danger")
        else:
            flash(_("The job was run."), "success")
        return redirect(url_for("JobView.list"))

    default_view = "list"
