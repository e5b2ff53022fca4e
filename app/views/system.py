"""Screens of what runs by itself and of imports."""

from flask import current_app
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false

from app.models.system import ImportRun, JobRun
from app.rules.actor import Actor, Role, region_bounds
from app.views.base import SafeView


def imports_in_region(stmt: Select, actor: Actor) -> Select:
    """Imports into one's own division; the operator and the auditor see all."""
    if actor.role in (Role.OPERATOR, Role.AUDITOR):
        return stmt
    if actor.is_bureau:
        low, high = region_bounds(actor.region_code)
        return stmt.where(ImportRun.region_code.between(low, high))
    return stmt.where(false())


def for_operations(stmt: Select, actor: Actor) -> Select:
    """What runs by itself is the system administrator's."""
    return stmt if actor.role is Role.SYSADMIN else stmt.where(false())


def job_title(name: str) -> str:
    """What a job does, in words."""
    job = current_app.extensions["jobs"].get(name)
    return str(job.title) if job is not None else name


class JobRunView(SafeView):
    """Runs of scheduled jobs (定时任务)."""

    datamodel = SQLAInterface(JobRun)
    scope = staticmethod(for_operations)
    list_title, thing = _l("Job runs"), _l("Job run")
    list_columns = ["job", "started_at", "ended_at", "rows", "error"]
    title_columns = ("job", "started_at")
    formatters_columns = {"job": job_title}
    search_columns = ["job", "started_at", "error"]
    order_columns = ["started_at"]
    show_columns = list_columns


class ImportRunView(SafeView):
    """Imports: what came in, what was refused and why."""

    datamodel = SQLAInterface(ImportRun)
    scope = staticmethod(imports_in_region)
    list_title, thing = _l("Imports"), _l("Import")
    empty_words = _l("Every dry run and every import of a file is kept here, with the rows that were refused.")
    list_columns = [
        "file_name",
        "entity",
        "state",
        "region",
        "total",
        "created",
        "unchanged",
        "units_created",
        "started_at",
    ]
    search_columns = ["entity", "state", "region", "started_at"]
    order_columns = ["started_at"]
    show_columns = [*list_columns, "done", "ended_at"]
