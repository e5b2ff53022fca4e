"""Security keys (WebAuthn) beside the codes of a device, and the challenges they answer."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "security_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("name", sa.String(60), nullable=False, comment="Name of the key"),
        sa.Column("credential_id", sa.String(1400), nullable=False, comment="Credential"),
        sa.Column("public_key", sa.Text(), nullable=False, comment="Public key"),
        sa.Column("sign_count", sa.BigInteger(), nullable=False, comment="Signatures so far"),
        sa.Column("site", sa.String(253), nullable=False, comment="Site it is for"),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="Added at"),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True, comment="Last used"),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_security_key_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credential_id", name=op.f("uq_security_key_credential_id")),
    )
    op.create_index(op.f("ix_security_key_account_id"), "security_key", ["account_id"])
    op.create_table(
        "key_challenge",
        sa.Column("login_id", sa.BigInteger(), nullable=False, comment="Login"),
        sa.Column("challenge", sa.String(200), nullable=False, comment="Challenge"),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, comment="Good until"),
        sa.ForeignKeyConstraint(["login_id"], ["login_session.id"], name=op.f("fk_key_challenge_login_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("login_id"),
    )


def downgrade() -> None:
    op.drop_table("key_challenge")
    op.drop_table("security_key")
