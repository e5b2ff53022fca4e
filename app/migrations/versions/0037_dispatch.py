"""SMS and mail on their way; one-time codes and links."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0038"
branch_labels = None
depends_on = None


def _at(name: str, comment: str, *, now: str | None = None, null: bool = True) -> sa.Column:
    default = sa.text(now) if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=null, comment=comment)


def _id() -> sa.Column:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID")


def upgrade() -> None:
    op.create_table(
        "dispatch",
        _id(),
        sa.Column("channel", sa.String(length=10), nullable=False, comment="Channel"),
        sa.Column("target", sa.String(length=600), nullable=False, comment="To"),
        sa.Column("account_id", sa.Integer(), nullable=True, comment="Account"),
        sa.Column("template", sa.String(length=40), nullable=False, comment="Template"),
        sa.Column("subject", sa.String(length=200), nullable=False, comment="Subject"),
        sa.Column("text", sa.String(length=4000), nullable=True, comment="Text"),
        sa.Column("blanked", sa.String(length=4000), nullable=True, comment="Text without its secret"),
        sa.Column("state", sa.String(length=10), nullable=False, comment="State"),
        sa.Column("tries", sa.Integer(), nullable=False, comment="Tries"),
        _at("next_try", "Next try", now="now()", null=False),
        _at("not_after", "Worthless after"),
        sa.Column("dedupe_key", sa.String(length=120), nullable=True, comment="Dedupe key"),
        sa.Column("via", sa.String(length=20), nullable=False, comment="Gateway"),
        sa.Column("error", sa.String(length=200), nullable=False, comment="Last error"),
        _at("created_on", "Created on", now="now()", null=False),
        _at("sent_on", "Sent on"),
        sa.CheckConstraint("channel IN ('sms', 'mail')", name=op.f("ck_dispatch_channel")),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed', 'dead')", name=op.f("ck_dispatch_state")),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_dispatch_account_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_dispatch_dedupe_key")),
    )
    op.create_index(op.f("ix_dispatch_account_id"), "dispatch", ["account_id"])
    op.create_index(op.f("ix_dispatch_created_on"), "dispatch", ["created_on"])
    op.create_index(
        "ix_dispatch_due", "dispatch", ["next_try", "id"], postgresql_where=sa.text("state IN ('queued','failed')")
    )
    op.create_index("ix_dispatch_dead", "dispatch", ["id"], postgresql_where=sa.text("state = 'dead'"))
    op.create_table(
        "one_time_code",
        _id(),
        sa.Column("purpose", sa.String(length=30), nullable=False, comment="Purpose"),
        sa.Column("target_hash", sa.String(length=64), nullable=False, comment="Target (blind index)"),
        sa.Column("code_hash", sa.String(length=64), nullable=False, comment="Keyed hash of the code"),
        sa.Column("address", sa.String(length=45), nullable=False, comment="Address"),
        _at("made_at", "Made at", now="clock_timestamp()", null=False),
        _at("expires_at", "Good until", null=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False, comment="Tries"),
        _at("used_at", "Used at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_one_time_code_target", "one_time_code", ["target_hash", "made_at"])
    op.create_index("ix_one_time_code_address", "one_time_code", ["address", "made_at"])
    op.create_table(
        "one_time_link",
        _id(),
        sa.Column("purpose", sa.String(length=30), nullable=False, comment="Purpose"),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("token_hash", sa.String(length=64), nullable=False, comment="Keyed hash of the token"),
        _at("made_at", "Made at", now="clock_timestamp()", null=False),
        _at("expires_at", "Good until", null=False),
        _at("used_at", "Used at"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ab_user.id"], name=op.f("fk_one_time_link_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    op.create_index("ix_one_time_link_account", "one_time_link", ["account_id", "purpose"])


def downgrade() -> None:
    op.drop_table("one_time_link")
    op.drop_table("one_time_code")
    op.drop_table("dispatch")
