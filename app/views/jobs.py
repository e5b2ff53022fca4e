"""定时任务: what runs when, how it went last time, and 'run now'."""

from flask import current_app, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.system import JobRun
from app.rules.refused import Refused
from app.views.page import Page


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
        return self.render_template("system/jobs.html", jobs=jobs.values(), last=last)

    @expose("/run/<name>", methods=["POST"])
    @has_access
    def run(self, name: str) -> Response:
        """Runs one now, in this request; its record shows the outcome."""
        if name not in current_app.extensions["jobs"]:
            raise Refused("not_found")
        current_app.extensions["run_job"](name)
        return redirect(url_for("JobView.list"))

    default_view = "list"
