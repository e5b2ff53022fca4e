"""Consents; the claim to a document before it is proven."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "person",
        sa.Column("claim_hash", sa.String(length=64), nullable=True, comment="Claimed document number (blind index)"),
    )
    op.create_index(op.f("ix_person_claim_hash"), "person", ["claim_hash"])
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("kind", sa.String(length=30), nullable=False, comment="Consent"),
        sa.Column("version", sa.String(length=20), nullable=False, comment="Version"),
        sa.Column("given_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="Given at"),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True, comment="Withdrawn at"),
        sa.CheckConstraint(
            "kind IN ('terms', 'privacy', 'recommendation', 'sms_notices', 'mail_notices')", name=op.f("ck_consent_kind")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_consent_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "uq_consent_in_force",
        "consent",
        ["account_id", "kind"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("consent")
    op.drop_index(op.f("ix_person_claim_hash"), table_name="person")
    op.drop_column("person", "claim_hash")
