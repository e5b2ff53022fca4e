"""Screens of what runs by itself and of imports."""

from typing import Any, Final

from flask import current_app
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false, or_

from app.models.system import ImportRun, JobRun
from app.review.imports.entities import IMPORTERS
from app.review.imports.importer import NATION
from app.rules.actor import Actor, Role, region_bounds
from app.views.base import SafeView

NATIONAL: Final = tuple(i.key for i in IMPORTERS.values() if i.place == NATION)
ADMINISTERED: Final = tuple(k for k in NATIONAL if Role.SYSADMIN in IMPORTERS[k].roles)


def imports_in_reach(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """The auditor sees all runs, the operator those of divisions and of national lists, a bureau those of its division,
    a school its own, everybody else what was sent from the own account."""
    if actor.role is Role.AUDITOR:
        return stmt
    if actor.role is Role.OPERATOR:
        return stmt.where(or_(ImportRun.region_code.is_not(None), ImportRun.entity.in_(NATIONAL)))
    if actor.is_bureau:
        return stmt.where(ImportRun.region_code.between(*region_bounds(actor.region_code)))
    if actor.role is Role.SCHOOL:
        return stmt.where(ImportRun.school_id == actor.school_id) if actor.school_id else stmt.where(false())
    if actor.role is Role.SYSADMIN:
        return stmt.where(ImportRun.entity.in_(ADMINISTERED))
    own = ImportRun.account_id == actor.account_id
    return stmt.where(own, ImportRun.region_code.is_(None), ImportRun.school_id.is_(None))


def for_operations(stmt: Select[Any], actor: Actor) -> Select[Any]:
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
    scope = staticmethod(imports_in_reach)
    list_title, thing = _l("Imports"), _l("Import")
    empty_words = _l("Every dry run and every import of a file is kept here, with the rows that were refused.")
    list_columns = [
        "file_name",
        "entity",
        "state",
        "region",
        "total",
        "created",
        "changed",
        "unchanged",
        "started_at",
    ]
    hidden_for = {Role.SCHOOL: ("region",), Role.SYSADMIN: ("region",)}
    search_columns = ["entity", "state", "region", "started_at"]
    order_columns = ["started_at"]
    show_columns = [*list_columns, "units_created", "done", "ended_at", "school"]
