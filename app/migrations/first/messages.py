"""Notices on their way and messages that have arrived."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql


def upgrade() -> None:
    """Makes the tables of this part."""
    _outbox()
    _message()


def downgrade() -> None:
    """Takes them away again, with their indexes."""
    op.drop_table("message")
    op.drop_table("outbox")


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False, comment="Dedupe key"),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="To"),
        sa.Column("round_id", sa.BigInteger(), nullable=True, comment="Round"),
        sa.Column("message_kind", sa.String(length=20), nullable=False, comment="Kind of message"),
        sa.Column("template", sa.String(length=60), nullable=False, comment="Template"),
        sa.Column("facts", postgresql.JSONB(astext_type=Text()), nullable=False, comment="Facts"),
        sa.Column("link", sa.String(length=200), nullable=False, comment="Link"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="State"),
        sa.Column(
            "not_before",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Not before",
        ),
        sa.Column("tries", sa.Integer(), nullable=False, comment="Tries"),
        sa.Column("error", sa.String(length=200), nullable=False, comment="Last error"),
        sa.Column(
            "created_on",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Created on",
        ),
        sa.Column("sent_on", sa.DateTime(timezone=True), nullable=True, comment="Sent on"),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'cancelled', 'dead')", name=op.f("ck_outbox_state")),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_outbox_account_id")),
        sa.ForeignKeyConstraint(["round_id"], ["review_round.id"], name=op.f("fk_outbox_round_id")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
    )
    op.create_index(op.f("ix_outbox_round_id"), "outbox", ["round_id"], unique=False)
    op.create_index(
        "ix_outbox_waiting", "outbox", ["not_before", "id"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("outbox_id", sa.BigInteger(), nullable=True, comment="Outbox entry"),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="To"),
        sa.Column("message_kind", sa.String(length=20), nullable=False, comment="Kind of message"),
        sa.Column("template", sa.String(length=60), nullable=False, comment="Template"),
        sa.Column("facts", postgresql.JSONB(astext_type=Text()), nullable=False, comment="Facts"),
        sa.Column("link", sa.String(length=200), nullable=False, comment="Link"),
        sa.Column(
            "sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="Sent at"
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True, comment="Read at"),
        sa.CheckConstraint(
            "message_kind IN ('system', 'job', 'gig', 'recruit', 'fair', 'guidance')",
            name=op.f("ck_message_message_kind"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_message_account_id")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_message_outbox_id")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_message_outbox_id")),
    )
    op.create_index("ix_message_account", "message", ["account_id", sa.literal_column("id DESC")], unique=False)
    op.create_index(
        "ix_message_unread", "message", ["account_id"], unique=False, postgresql_where=sa.text("read_at IS NULL")
    )
