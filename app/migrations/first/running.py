"""What runs behind: jobs, imports, answers kept for repeated requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql


def upgrade() -> None:
    """Makes the tables of this part."""
    _job_run()
    _import_run()
    _idempotency_key()


def downgrade() -> None:
    """Takes them away again, with their indexes."""
    op.drop_table("idempotency_key")
    op.drop_table("import_run")
    op.drop_table("job_run")


def _job_run() -> None:
    op.create_table(
        "job_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("job", sa.String(length=60), nullable=False, comment="Job"),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Started at",
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="Ended at"),
        sa.Column("rows", sa.Integer(), nullable=False, comment="Rows"),
        sa.Column("error", sa.String(length=300), nullable=False, comment="Error"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_job_run_job", "job_run", ["job", sa.literal_column("id DESC")], unique=False)


def _import_run() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("entity", sa.String(length=30), nullable=False, comment="Entity"),
        sa.Column("file_name", sa.String(length=200), nullable=False, comment="File name"),
        sa.Column("file_digest", sa.String(length=64), nullable=False, comment="SHA-256 of the file"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="Division"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="State"),
        sa.Column("total", sa.Integer(), nullable=False, comment="Rows"),
        sa.Column("done", sa.Integer(), nullable=False, comment="Rows done"),
        sa.Column("created", sa.Integer(), nullable=False, comment="Created"),
        sa.Column("unchanged", sa.Integer(), nullable=False, comment="Already there"),
        sa.Column("units_created", sa.Integer(), nullable=False, comment="Units created"),
        sa.Column("errors", postgresql.JSONB(astext_type=Text()), nullable=False, comment="Errors"),
        sa.Column("file_id", sa.String(length=120), nullable=True, comment="Storage key"),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Started at",
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="Ended at"),
        sa.Column("account_id", sa.Integer(), nullable=True, comment="By"),
        sa.CheckConstraint("state IN ('dry_run', 'running', 'done', 'failed')", name=op.f("ck_import_run_state")),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_import_run_account_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_import_run_region_code")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_import_run_file_digest"), "import_run", ["file_digest"], unique=False)


def _idempotency_key() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("key", sa.String(length=120), nullable=False, comment="Key"),
        sa.Column("request_digest", sa.String(length=64), nullable=False, comment="Digest of the request"),
        sa.Column("answer", postgresql.JSONB(astext_type=Text()), nullable=False, comment="Answer"),
        sa.Column(
            "created_on",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Created on",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_idempotency_key_account_id")),
        sa.PrimaryKeyConstraint("account_id", "key"),
    )
    op.create_index(op.f("ix_idempotency_key_created_on"), "idempotency_key", ["created_on"], unique=False)
