"""A second factor for the staff: devices, recovery codes, resets by two persons; logins that await it."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def _account(name: str, words: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=nullable, comment=words)


def _moment(name: str, words: str, *, given: bool = False) -> sa.Column:
    default = {"server_default": sa.text("now()"), "nullable": False} if given else {"nullable": True}
    return sa.Column(name, sa.DateTime(timezone=True), comment=words, **default)


def _person(table: str, column: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["ab_user.id"], name=op.f(f"fk_{table}_{column}"), **more)


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False, comment="Account"),
        sa.Column("secret", sa.String(600), nullable=True, comment="Secret"),
        sa.Column("pending", sa.String(600), nullable=True, comment="Secret to be confirmed"),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False, comment="Last time step used"),
        _moment("confirmed_at", "Set up at"),
        _moment("created_on", "Created on", given=True),
        _moment("changed_on", "Changed on", given=True),
        _person("second_factor", "account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        _account("account_id", "Account"),
        sa.Column("code_hash", sa.String(64), nullable=False, comment="Keyed hash of the code"),
        _moment("used_at", "Used at"),
        _person("recovery_code", "account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("uq_recovery_code", "recovery_code", ["account_id", "code_hash"], unique=True)
    op.create_table(
        "factor_reset",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        _account("account_id", "Account"),
        sa.Column("state", sa.String(10), server_default="open", nullable=False, comment="State"),
        sa.Column("reason", sa.String(300), nullable=False, comment="How the identity was proven"),
        _account("asked_by_id", "Asked for by"),
        _moment("asked_at", "Asked for at", given=True),
        _account("decided_by_id", "Decided by", nullable=True),
        _moment("decided_at", "Decided at"),
        sa.CheckConstraint("state IN ('open', 'done', 'declined')", name=op.f("ck_factor_reset_state")),
        sa.CheckConstraint("asked_by_id <> account_id", name=op.f("ck_factor_reset_not_oneself")),
        sa.CheckConstraint(
            "decided_by_id <> account_id AND decided_by_id <> asked_by_id", name=op.f("ck_factor_reset_two_persons")
        ),
        sa.CheckConstraint("(state = 'open') = (decided_by_id IS NULL)", name=op.f("ck_factor_reset_decided")),
        _person("factor_reset", "account_id", ondelete="CASCADE"),
        _person("factor_reset", "asked_by_id"),
        _person("factor_reset", "decided_by_id"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_factor_reset_account_id"), "factor_reset", ["account_id"])
    op.create_index(
        "uq_factor_reset_open", "factor_reset", ["account_id"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    op.add_column(
        "login_session",
        sa.Column("waiting", sa.Boolean(), server_default=sa.text("false"), nullable=False, comment="Second factor awaited"),
    )
    op.add_column("login_session", _moment("proved_at", "Identity proven at", given=True))


def downgrade() -> None:
    op.drop_column("login_session", "proved_at")
    op.drop_column("login_session", "waiting")
    for table in ("factor_reset", "recovery_code", "second_factor"):
        op.drop_table(table)
