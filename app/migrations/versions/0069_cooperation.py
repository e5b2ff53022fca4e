"""Needs of units and schools that wish to work together, and the answers to them."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0072"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def _moment(name: str, comment: str, *, needed: bool = False) -> sa.Column:
    default = NOW if needed else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not needed, comment=comment)


def _key() -> sa.Column:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID")


def upgrade() -> None:
    op.create_table(
        "cooperation_need",
        _key(),
        sa.Column("unit_id", sa.BigInteger(), nullable=True, comment="Unit"),
        sa.Column("school_id", sa.BigInteger(), nullable=True, comment="School"),
        sa.Column("author_name", sa.String(120), server_default="", nullable=False, comment="Sent by"),
        sa.Column("topic", sa.String(20), nullable=False, comment="Kind of cooperation"),
        sa.Column("title", sa.String(80), nullable=False, comment="Title"),
        sa.Column("body", sa.Text(), nullable=False, comment="What is wanted"),
        sa.Column("contact_name", sa.String(60), nullable=False, comment="Contact person"),
        sa.Column("contact_phone", sa.String(600), nullable=False, comment="Contact phone"),
        sa.Column("valid_until", sa.Date(), nullable=False, comment="Answers wanted until"),
        sa.Column("everyone", sa.Boolean(), server_default="true", nullable=False, comment="Sent to all"),
        sa.Column("state", sa.String(10), server_default="open", nullable=False, comment="State"),
        sa.Column("reached", sa.Integer(), server_default="0", nullable=False, comment="Sent to"),
        sa.Column("answered", sa.Integer(), server_default="0", nullable=False, comment="Responses"),
        _moment("ended_at", "Ended at"),
        sa.Column("created_by_id", sa.Integer(), nullable=True, comment="Created by"),
        _moment("created_on", "Created on", needed=True),
        _moment("changed_on", "Changed on", needed=True),
        sa.CheckConstraint("state IN ('open', 'withdrawn', 'expired')", name=op.f("ck_cooperation_need_state")),
        sa.CheckConstraint("num_nonnulls(unit_id, school_id) = 1", name=op.f("ck_cooperation_need_author")),
        sa.CheckConstraint("char_length(body) <= 2000", name=op.f("ck_cooperation_need_body_length")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_cooperation_need_unit_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_cooperation_need_school_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_cooperation_need_created_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cooperation_need")),
    )
    op.create_index("ix_cooperation_need_unit", "cooperation_need", ["unit_id", "id"])
    op.create_index("ix_cooperation_need_school", "cooperation_need", ["school_id", "id"])
    op.create_index("ix_cooperation_need_created_by_id", "cooperation_need", ["created_by_id"])
    op.create_index(
        "ix_cooperation_need_open", "cooperation_need", ["valid_until"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "cooperation_call",
        _key(),
        sa.Column("need_id", sa.BigInteger(), nullable=False, comment="Cooperation need"),
        sa.Column("unit_id", sa.BigInteger(), nullable=True, comment="Addressed unit"),
        sa.Column("school_id", sa.BigInteger(), nullable=True, comment="Addressed school"),
        sa.Column("author_name", sa.String(120), server_default="", nullable=False, comment="Sent by"),
        sa.Column("topic", sa.String(20), server_default="other", nullable=False, comment="Kind of cooperation"),
        sa.Column("state", sa.String(12), server_default="unanswered", nullable=False, comment="Answer"),
        sa.Column("words", sa.Text(), server_default="", nullable=False, comment="Words of the answer"),
        _moment("answered_at", "Answered at"),
        sa.Column("answered_by_id", sa.Integer(), nullable=True, comment="Answered by"),
        _moment("sent_at", "Sent at", needed=True),
        _moment("created_on", "Created on", needed=True),
        _moment("changed_on", "Changed on", needed=True),
        sa.CheckConstraint(
            "state IN ('unanswered', 'responded', 'declined')", name=op.f("ck_cooperation_call_state")
        ),
        sa.CheckConstraint("num_nonnulls(unit_id, school_id) = 1", name=op.f("ck_cooperation_call_addressed")),
        sa.ForeignKeyConstraint(
            ["need_id"], ["cooperation_need.id"], name=op.f("fk_cooperation_call_need_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_cooperation_call_unit_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_cooperation_call_school_id")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["ab_user.id"], name=op.f("fk_cooperation_call_answered_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cooperation_call")),
        sa.UniqueConstraint("need_id", "school_id", name=op.f("uq_cooperation_call_need_id_school_id")),
        sa.UniqueConstraint("need_id", "unit_id", name=op.f("uq_cooperation_call_need_id_unit_id")),
    )
    op.create_index("ix_cooperation_call_school", "cooperation_call", ["school_id", "id"])
    op.create_index("ix_cooperation_call_unit", "cooperation_call", ["unit_id", "id"])


def downgrade() -> None:
    op.drop_table("cooperation_call")
    op.drop_table("cooperation_need")
