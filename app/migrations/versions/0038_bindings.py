"""Bindings of persons to units: invitations, answers, granted functions. Handlers there are become bound ones."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0036"
branch_labels = None
depends_on = None

_THERE_ARE = """
INSERT INTO binding (unit_id, account_id, invited_as, real_name, grants, state, invited_at, expires_at, answered_at)
SELECT h.unit_id, h.account_id,
    CASE WHEN u.username ~ '^[0-9]{11}$' THEN left(u.username, 3) || '****' || right(u.username, 4)
        ELSE left(u.username, 64) END,
    coalesce(p.real_name, left(u.last_name || u.first_name, 60)), h.grants, 'bound', h.created_on, h.created_on, h.created_on
FROM hat h JOIN ab_user u ON u.id = h.account_id LEFT JOIN person p ON p.account_id = h.account_id
WHERE h.active AND h.role = 'unit_handler' AND h.unit_id IS NOT NULL
"""


def _moment(name: str, words: str, *, given: bool = False, needed: bool = False) -> sa.Column:
    default = {"server_default": sa.text("now()")} if given else {}
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not (given or needed), comment=words, **default)


def upgrade() -> None:
    op.create_table(
        "binding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("unit_id", sa.BigInteger(), nullable=False, comment="Unit"),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("invited_as", sa.String(64), nullable=False, comment="Phone or user name"),
        sa.Column("real_name", sa.String(60), nullable=False, comment="Real name"),
        sa.Column(
            "grants", postgresql.ARRAY(sa.String(30)), server_default="{}", nullable=False, comment="Granted functions"
        ),
        sa.Column("state", sa.String(10), server_default="invited", nullable=False, comment="State"),
        sa.Column("invited_by_id", sa.Integer(), nullable=True, comment="Invited by"),
        _moment("invited_at", "Invited at", given=True),
        _moment("expires_at", "Answer until", needed=True),
        _moment("answered_at", "Answered at"),
        _moment("ended_at", "Ended at"),
        _moment("created_on", "Created on", given=True),
        _moment("changed_on", "Changed on", given=True),
        sa.CheckConstraint(
            "state IN ('invited', 'bound', 'refused', 'withdrawn', 'expired', 'ended')", name=op.f("ck_binding_state")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_binding_unit_id")),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_binding_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["ab_user.id"], name=op.f("fk_binding_invited_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    open_ones = sa.text("state IN ('invited','bound')")
    op.create_index("uq_binding_open", "binding", ["unit_id", "account_id"], unique=True, postgresql_where=open_ones)
    op.create_index("ix_binding_waiting", "binding", ["expires_at"], postgresql_where=sa.text("state = 'invited'"))
    op.create_index(op.f("ix_binding_account_id"), "binding", ["account_id"])
    op.create_table(
        "binding_miss",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("unit_id", sa.BigInteger(), nullable=False, comment="Unit"),
        _moment("at", "At", given=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_binding_miss_unit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_binding_miss_unit", "binding_miss", ["unit_id", "at"])
    op.execute(_THERE_ARE)


def downgrade() -> None:
    op.drop_table("binding_miss")
    op.drop_table("binding")
