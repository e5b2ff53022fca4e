"""Runs of jobs and of imports."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Index, Integer, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import relationship

from app.models.base import Stamped, Traced, col, one_of, pk
from app.models.reference import Region
from app.models.schools import School


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


class JobSwitch(Traced, Stamped, Model):
    """What an administrator has set for a scheduled job: off and why, a time of its own; without a row as shipped."""

    __tablename__ = "job_switch"
    job = col("Job", String(60), primary_key=True)
    off = col("Switched off", Boolean, nullable=False, default=False)
    # Minutes between two runs, or a clock time such as 03:40; empty: as shipped (app/rules/job_times.py).
    own_time = col("Own time", String(5), nullable=False, server_default="", default="")
    running_since = col("Running since", DateTime(timezone=True))
    reason = col("Reason", String(300), nullable=False, default="")
    account_id = col("By", Integer, ForeignKey("ab_user.id"))
    account = relationship(User, info={"label": _l("By")})

    def __str__(self) -> str:
        return self.job


LIST_PLACE = "import_run.file"  # bound into a list that lies sealed in the storage


class ImportRun(Model):
    """One import of a file: what it was, how far it came, what was wrong in which row and column.

    It belongs to a division, to a school, or to neither: then to the whole country, or to who sent it.
    """

    __tablename__ = "import_run"
    __table_args__ = (
        one_of("state", ("dry_run", "running", "done", "failed", "cancelled"), "state"),
        Index("ix_import_run_account", "account_id", text("id DESC")),
    )
    id = pk()
    entity = col("Entity", String(30), nullable=False, words="import_entity")
    file_name = col("File name", String(200), nullable=False)
    file_digest = col("SHA-256 of the file", String(64), nullable=False, index=True)
    region_code = col("Division", String(6), ForeignKey("region.code"))
    school_id = col("School", BigInteger, ForeignKey("school.id"), index=True)
    options = col("Columns and assumptions", JSONB, nullable=False, server_default="{}", default=dict)
    state = col("State", String(20), nullable=False, words="import_state")
    total = col("Rows", Integer, nullable=False, default=0)
    done = col("Rows done", Integer, nullable=False, default=0)
    created = col("Created", Integer, nullable=False, default=0)
    changed = col("Changed", Integer, nullable=False, server_default="0", default=0)
    unchanged = col("Already there", Integer, nullable=False, default=0)
    units_created = col("Units created", Integer, nullable=False, default=0)
    errors = col("Errors", JSONB, nullable=False, default=list)
    file_id = col("Storage key", String(120))
    started_at = col("Started at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    ended_at = col("Ended at", DateTime(timezone=True))
    account_id = col("By", Integer, ForeignKey("ab_user.id"))
    region = relationship(Region, info={"label": _l("Division")})
    school = relationship(School, info={"label": _l("School")})

    def __str__(self) -> str:
        return self.file_name


class ImportMapping(Stamped, Model):
    """Which heading a person said is which field, found again by the headings of the next file of that kind."""

    __tablename__ = "import_mapping"
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    entity = col("Entity", String(30), primary_key=True)
    signature = col("SHA-256 of the headings", String(64), primary_key=True)
    chosen = col("Columns", JSONB, nullable=False, default=dict)
