"""Background tasks, and the log of lists that left as files."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "background_task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("kind", sa.String(length=30), nullable=False, comment="Kind of task"),
        sa.Column("title", sa.String(length=200), nullable=False, comment="Task"),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="By"),
        sa.Column("hat_id", sa.BigInteger(), nullable=True, comment="Worn role"),
        sa.Column("role", sa.String(length=20), nullable=False, comment="Role"),
        sa.Column("locale", sa.String(length=5), nullable=False, comment="Language"),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="What was asked for"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="Digest of what was asked for"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="State"),
        sa.Column("done", sa.Integer(), nullable=False, comment="Rows done"),
        sa.Column("total", sa.Integer(), nullable=True, comment="Rows in all"),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False, comment="Cancelling"),
        sa.Column("attempt", sa.Integer(), nullable=False, comment="Attempt"),
        sa.Column("worker", sa.String(length=80), nullable=False, comment="Worker"),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True, comment="Last sign of life"),
        sa.Column("error_code", sa.String(length=40), nullable=False, comment="Error code"),
        sa.Column("error_facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="Facts of the error"),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="Result"),
        sa.Column("file_key", sa.String(length=120), nullable=True, comment="Storage key"),
        sa.Column("file_name", sa.String(length=200), nullable=False, comment="File name"),
        sa.Column("file_size", sa.BigInteger(), nullable=True, comment="Size (bytes)"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Asked for at",
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True, comment="Started at"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="Ended at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True, comment="File kept until"),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled', 'expired')",
            name=op.f("ck_background_task_state"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ab_user.id"], name=op.f("fk_background_task_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["hat_id"], ["hat.id"], name=op.f("fk_background_task_hat_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_background_task_account", "background_task", ["account_id", sa.literal_column("id DESC")], unique=False
    )
    op.create_index(
        "ix_background_task_file",
        "background_task",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("file_key IS NOT NULL"),
    )
    op.create_index(
        "ix_background_task_queue",
        "background_task",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting','running')"),
    )
    op.create_index(
        "uq_background_task_open",
        "background_task",
        ["account_id", "digest"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting','running') AND NOT cancel_asked"),
    )
    op.create_table(
        "export_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False, comment="At"
        ),
        sa.Column("account_id", sa.Integer(), nullable=True, comment="Account"),
        sa.Column("role", sa.String(length=20), nullable=False, comment="Role"),
        sa.Column("hat_id", sa.BigInteger(), nullable=True, comment="Worn role"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="Division"),
        sa.Column("list_name", sa.String(length=60), nullable=False, comment="List"),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="Conditions"),
        sa.Column("columns", postgresql.ARRAY(sa.String(length=60)), nullable=False, comment="Columns"),
        sa.Column("rows", sa.Integer(), nullable=False, comment="Rows"),
        sa.Column("file_format", sa.String(length=5), nullable=False, comment="File format"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="Size (bytes)"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="SHA-256 of the file"),
        sa.Column("task_id", sa.BigInteger(), nullable=True, comment="Task number"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ab_user.id"], name=op.f("fk_export_event_account_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_export_event_account_id"), "export_event", ["account_id"], unique=False)
    op.create_index(op.f("ix_export_event_at"), "export_event", ["at"], unique=False)


def downgrade() -> None:
    op.drop_table("export_event")
    op.drop_table("background_task")
