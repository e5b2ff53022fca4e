"""Runs of jobs and of imports."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import Boolean, DateTime, ForeignKey, Index, Integer, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import relationship

from app.models.base import Stamped, col, one_of, pk
from app.models.reference import Region


class JobRun(Model):
    """One run of a scheduled job: start, end, rows, error."""

    __tablename__ = "job_run"
    __table_args__ = (Index("ix_job_run_job", "job", text("id DESC")),)
    id = pk()
    job = col("Job", String(60), nullable=False)
    started_at = col("Started at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    ended_at = col("Ended at", DateTime(timezone=True))
    rows = col("Rows", Integer, nullable=False, default=0)
    error = col("Error", String(300), nullable=False, default="")
    account_id = col("Started by", Integer, ForeignKey("ab_user.id"))
    account = relationship(User, info={"label": _l("Started by")})

    def __str__(self) -> str:
        return self.job


class JobSwitch(Stamped, Model):
    """Whether an administrator has switched a scheduled job off, and why; without a row it is on."""

    __tablename__ = "job_switch"
    job = col("Job", String(60), primary_key=True)
    off = col("Switched off", Boolean, nullable=False, default=False)
    reason = col("Reason", String(300), nullable=False, default="")
    account_id = col("By", Integer, ForeignKey("ab_user.id"))
    account = relationship(User, info={"label": _l("By")})

    def __str__(self) -> str:
        return self.job


class ImportRun(Model):
    """One import of a file: what it was, how far it came, what was wrong in which row and column."""

    __tablename__ = "import_run"
    __table_args__ = (one_of("state", ("dry_run", "running", "done", "failed"), "state"),)
    id = pk()
    entity = col("Entity", String(30), nullable=False)
    file_name = col("File name", String(200), nullable=False)
    file_digest = col("SHA-256 of the file", String(64), nullable=False, index=True)
    region_code = col("Division", String(6), ForeignKey("region.code"), nullable=False)
    state = col("State", String(20), nullable=False, words="import_state")
    total = col("Rows", Integer, nullable=False, default=0)
    done = col("Rows done", Integer, nullable=False, default=0)
    created = col("Created", Integer, nullable=False, default=0)
    unchanged = col("Already there", Integer, nullable=False, default=0)
    units_created = col("Units created", Integer, nullable=False, default=0)
    errors = col("Errors", JSONB, nullable=False, default=list)
    file_id = col("Storage key", String(120))
    started_at = col("Started at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    ended_at = col("Ended at", DateTime(timezone=True))
    account_id = col("By", Integer, ForeignKey("ab_user.id"))
    region = relationship(Region, info={"label": _l("Division")})

    def __str__(self) -> str:
        return self.file_name
