"""Accounts of one person merged by two administrators; personal codes that were read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0052"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def _account(table: str, name: str, comment: str, *, empty: bool = False, ondelete: str | None = None) -> tuple:
    key = sa.ForeignKeyConstraint([name], ["ab_user.id"], name=op.f(f"fk_{table}_{name}"), ondelete=ondelete)
    return sa.Column(name, sa.Integer(), nullable=empty, comment=comment), key


def upgrade() -> None:
    table = "account_merge"
    moment = sa.DateTime(timezone=True)
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        *_account(table, "kept_id", "Account that stays"),
        *_account(table, "closed_id", "Account that is closed"),
        sa.Column("state", sa.String(10), server_default="open", nullable=False, comment="State"),
        sa.Column("reason", sa.String(300), nullable=False, comment="How it was found out that both are one person"),
        *_account(table, "asked_by_id", "Asked for by"),
        sa.Column("asked_at", moment, server_default=NOW, nullable=False, comment="Asked for at"),
        *_account(table, "decided_by_id", "Decided by", empty=True),
        sa.Column("decided_at", moment, nullable=True, comment="Decided at"),
        sa.Column(
            "moved", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False, comment="What was moved"
        ),
        sa.CheckConstraint("state IN ('open', 'done', 'declined')", name=op.f("ck_account_merge_state")),
        sa.CheckConstraint("kept_id <> closed_id", name=op.f("ck_account_merge_two_accounts")),
        sa.CheckConstraint("asked_by_id NOT IN (kept_id, closed_id)", name=op.f("ck_account_merge_not_oneself")),
        sa.CheckConstraint(
            "decided_by_id NOT IN (kept_id, closed_id, asked_by_id)", name=op.f("ck_account_merge_two_persons")
        ),
        sa.CheckConstraint("(state = 'open') = (decided_by_id IS NULL)", name=op.f("ck_account_merge_decided")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_merge")),
    )
    for name in ("kept_id", "closed_id"):
        op.create_index(f"ix_account_merge_{name}", table, [name])
    waits = sa.text("state = 'open'")
    op.create_index("uq_account_merge_open", table, ["closed_id"], unique=True, postgresql_where=waits)
    table = "personal_code_use"
    op.create_table(
        table,
        sa.Column("mark", sa.String(64), nullable=False, comment="Keyed mark of the code"),
        *_account(table, "account_id", "Account", ondelete="CASCADE"),
        *_account(table, "read_by_id", "Read by", ondelete="CASCADE"),
        sa.Column("read_at", moment, server_default=NOW, nullable=False, comment="Read at"),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_personal_code_use")),
    )
    for name in ("account_id", "read_at"):
        op.create_index(f"ix_personal_code_use_{name}", table, [name])


def downgrade() -> None:
    op.drop_table("personal_code_use")
    op.drop_table("account_merge")
