"""Keys for programs, as digests: scoped, expiring, revocable, paced."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0047"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("hat_id", sa.BigInteger(), nullable=False, comment="Role"),
        sa.Column("name", sa.String(60), nullable=False, comment="Name of the key"),
        sa.Column("prefix", sa.String(20), nullable=False, comment="Begins with"),
        sa.Column("key_hash", sa.String(64), nullable=False, comment="Digest of the key"),
        sa.Column("scopes", postgresql.ARRAY(sa.String(80)), nullable=False, comment="May"),
        sa.Column("per_minute", sa.Integer(), server_default="60", nullable=False, comment="Requests a minute"),
        sa.Column("expires_on", sa.Date(), nullable=False, comment="Last day"),
        sa.Column("key_state", sa.String(10), server_default="active", nullable=False, comment="State of the key"),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True, comment="Last used"),
        sa.Column("last_address", sa.String(45), server_default="", nullable=False, comment="Last used from"),
        sa.Column(
            "created_on", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="Created on"
        ),
        sa.Column(
            "changed_on", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="Changed on"
        ),
        sa.CheckConstraint("key_state IN ('active', 'revoked')", name=op.f("ck_api_key_key_state")),
        sa.CheckConstraint("per_minute BETWEEN 1 AND 600", name=op.f("ck_api_key_per_minute")),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_api_key_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["hat_id"], ["hat.id"], name=op.f("fk_api_key_hat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_key_key_hash")),
    )
    op.create_index(op.f("ix_api_key_account_id"), "api_key", ["account_id"])
    op.create_index(op.f("ix_api_key_hat_id"), "api_key", ["hat_id"])


def downgrade() -> None:
    op.drop_table("api_key")
