"""Work that outlives a request: what was asked for, how far it is, what came of it; and the log of what left as a file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Index, Integer, String, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import relationship

from app.models.base import col, one_of, pk

STATES = ("waiting", "running", "done", "failed", "cancelled", "expired")


class BackgroundTask(Model):
    """One task of one person under one role. Only `app/tasks` writes `state`.

    `attempt` fences a worker that was thought dead; `beat_at` is the sign of life of the one at work.
    """

    __tablename__ = "background_task"
    __table_args__ = (
        one_of("state", STATES, "state"),
        # The same thing asked for twice at once is one task, from whichever tab or process.
        Index(
            "uq_background_task_open",
            "account_id",
            "digest",
            unique=True,
            postgresql_where=text("state IN ('waiting','running') AND NOT cancel_asked"),
        ),
        Index("ix_background_task_queue", "id", postgresql_where=text("state IN ('waiting','running')")),
        Index("ix_background_task_account", "account_id", text("id DESC")),
        Index("ix_background_task_file", "expires_at", postgresql_where=text("file_key IS NOT NULL")),
    )
    id = pk()
    kind = col("Kind of task", String(30), nullable=False, words="task_kind")
    title = col("Task", String(200), nullable=False)
    account_id = col("By", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False)
    hat_id = col("Worn role", BigInteger, ForeignKey("hat.id", ondelete="SET NULL"))
    role = col("Role", String(20), nullable=False, words="role")
    locale = col("Language", String(5), nullable=False, default="zh")
    parameters = col("What was asked for", JSONB, nullable=False, default=dict)
    digest = col("Digest of what was asked for", String(64), nullable=False)
    state = col("State", String(20), nullable=False, default="waiting")
    done = col("Rows done", Integer, nullable=False, default=0)
    total = col("Rows in all", Integer)
    cancel_asked = col("Cancelling", Boolean, nullable=False, default=False)
    attempt = col("Attempt", Integer, nullable=False, default=0)
    worker = col("Worker", String(80), nullable=False, default="")
    beat_at = col("Last sign of life", DateTime(timezone=True))
    error_code = col("Error code", String(40), nullable=False, default="")
    error_facts = col("Facts of the error", JSONB, nullable=False, default=dict)
    result = col("Result", JSONB, nullable=False, default=dict)
    file_key = col("Storage key", String(120))
    file_name = col("File name", String(200), nullable=False, default="")
    file_size = col("Size (bytes)", BigInteger)
    created_at = col("Asked for at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    started_at = col("Started at", DateTime(timezone=True))
    ended_at = col("Ended at", DateTime(timezone=True))
    expires_at = col("File kept until", DateTime(timezone=True))
    account = relationship(User, info={"label": _l("By")})

    @property
    def progress(self) -> tuple[str, int, int | None, bool, str, dict[str, Any]]:
        """What the words about progress are made of; the view makes them."""
        return self.state, self.done, self.total, self.cancel_asked, self.error_code, self.error_facts

    @property
    def download(self) -> tuple[int, str, int | None, dt.datetime | None, int | None]:
        """What the link to the file is made of."""
        return self.id, self.state, self.file_size, self.expires_at, self.hat_id

    def __str__(self) -> str:
        return self.title


class ExportEvent(Model):
    """One list that left as a file: who, in which role, which rows and columns, and the digest of the file."""

    __tablename__ = "export_event"
    id = pk()
    at = col("At", DateTime(timezone=True), server_default=func.clock_timestamp(), nullable=False, index=True)
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="SET NULL"), index=True)
    role = col("Role", String(20), nullable=False, words="role")
    hat_id = col("Worn role", BigInteger)
    region_code = col("Division", String(6), nullable=False, default="")
    list_name = col("List", String(60), nullable=False)
    conditions = col("Conditions", JSONB, nullable=False, default=dict)
    names = col("Names in the conditions", JSONB, nullable=False, server_default="{}", default=dict)
    columns = col("Columns", ARRAY(String(60)), nullable=False)
    rows = col("Rows", Integer, nullable=False)
    file_format = col("File format", String(5), nullable=False)
    size = col("Size (bytes)", BigInteger, nullable=False)
    sha256 = col("SHA-256 of the file", String(64), nullable=False)
    task_id = col("Task number", BigInteger)
    account = relationship(User, info={"label": _l("Account")})

    @property
    def asked(self) -> tuple[str, dict[str, str], dict[str, str]]:
        """What the words about the conditions are made of."""
        return self.list_name, self.conditions, self.names

    @property
    def headings(self) -> tuple[str, list[str]]:
        """What the words about the columns are made of."""
        return self.list_name, self.columns

    def __str__(self) -> str:
        return f"{self.list_name} {self.sha256[:12]}"
