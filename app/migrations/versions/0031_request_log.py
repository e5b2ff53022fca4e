"""The log of requests, the triggers that keep it and the log of logins as written, and the index of their seals."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

HOME = Path(__file__).resolve().parent.parent
SEALS = "action IN ('seal_logins','seal_requests','purge_logins','purge_requests')"


def upgrade() -> None:
    words = {"nullable": False}
    op.create_table(
        "request_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), comment="ID", **words),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), comment="At", **words
        ),
        sa.Column("account_id", sa.Integer(), comment="Account", **words),
        sa.Column("role", sa.String(20), comment="Role", **words),
        sa.Column("hat_id", sa.BigInteger(), nullable=True, comment="Worn role"),
        sa.Column("screen", sa.String(60), comment="Screen", **words),
        sa.Column("step", sa.String(40), comment="Action", **words),
        sa.Column("row_key", sa.String(60), comment="Row", **words),
        sa.Column("address", sa.String(45), comment="Address", **words),
        sa.Column("result", sa.String(10), comment="Result", **words),
        sa.Column("status", sa.SmallInteger(), comment="HTTP status", **words),
        sa.Column("request_id", sa.String(64), comment="Request number", **words),
        sa.CheckConstraint("result IN ('done', 'refused', 'failed')", name=op.f("ck_request_event_result")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_request_event_at"), "request_event", ["at"])
    op.create_index("ix_request_event_account", "request_event", ["account_id", sa.text("id DESC")])
    op.create_index("ix_review_event_seal", "review_event", ["action", "subject_id"], postgresql_where=sa.text(SEALS))
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((HOME / "kept_logs.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.drop_index("ix_review_event_seal", table_name="review_event")
    op.drop_table("request_event")
    for name in ("no_change", "no_loss", "no_truncate"):
        op.execute(f"DROP TRIGGER login_event_{name} ON login_event")
    op.execute("DROP FUNCTION kept_log_no_change()")
    op.execute("DROP FUNCTION kept_log_no_loss()")
