"""Appeals for a lost account with documents, and the materials that come with them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0046"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
UNTOLD = "status IN ('approved','rejected','returned') AND purged_at IS NULL"


def _moment(name: str, comment: str, *, needed: bool = False) -> sa.Column:
    default = NOW if needed else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not needed, comment=comment)


def _text(name: str, length: int, comment: str, *, empty: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=empty, comment=comment)


def upgrade() -> None:
    op.create_table(
        "account_appeal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        _text("party", 10, "For whom"),
        _text("wish", 10, "What was lost"),
        _text("real_name", 60, "Real name"),
        _text("document_kind", 30, "Document kind"),
        _text("id_number", 600, "Document number", empty=True),
        _text("id_hash", 64, "Document number (blind index)", empty=True),
        _text("unit_name", 100, "Unit name"),
        _text("uscc", 18, "Unified social credit code"),
        _text("phone", 600, "New phone", empty=True),
        _text("phone_hash", 64, "Phone (blind index)", empty=True),
        _text("reason", 500, "Reason of the appeal"),
        _text("region_code", 6, "Division"),
        sa.Column("agreed", sa.Boolean(), nullable=False, comment="Consent to the use of identity pictures"),
        sa.Column("account_id", sa.Integer(), nullable=True, comment="Account"),
        _text("address", 45, "Address"),
        _moment("told_at", "Result told at"),
        _moment("purged_at", "Materials purged at"),
        _text("status", 20, "Status"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Version"),
        sa.Column("edit_state", sa.String(20), server_default="", nullable=False, comment="State of a waiting edit"),
        sa.Column(
            "edit_content", postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment="Content of a waiting edit"
        ),
        _moment("submitted_at", "Submitted at"),
        _moment("decided_at", "Decided at"),
        _moment("published_at", "First public at"),
        sa.Column("created_by_id", sa.Integer(), nullable=True, comment="Created by"),
        _moment("created_on", "Created on", needed=True),
        _moment("changed_on", "Changed on", needed=True),
        sa.CheckConstraint(
            "status IN ('draft', 'returned', 'withdrawn', 'pending', 'approved', 'rejected')",
            name=op.f("ck_account_appeal_status"),
        ),
        sa.CheckConstraint("party IN ('person', 'unit')", name=op.f("ck_account_appeal_party")),
        sa.CheckConstraint("wish IN ('account', 'password')", name=op.f("ck_account_appeal_wish")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_account_appeal_region_code")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ab_user.id"], name=op.f("fk_account_appeal_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["ab_user.id"], name=op.f("fk_account_appeal_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_appeal")),
    )
    for name in ("status", "created_by_id", "id_hash", "phone_hash", "account_id"):
        op.create_index(f"ix_account_appeal_{name}", "account_appeal", [name])
    op.create_index("ix_account_appeal_list", "account_appeal", ["region_code", "id"])
    op.create_index("ix_account_appeal_untold", "account_appeal", ["decided_at"], postgresql_where=sa.text(UNTOLD))
    op.create_table(
        "account_appeal_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("appeal_id", sa.BigInteger(), nullable=True, comment="Appeal"),
        _text("slot", 20, "Material"),
        sa.Column("file_id", sa.UUID(), nullable=False, comment="File"),
        _text("phone_hash", 64, "Phone (blind index)", empty=True),
        _moment("at", "Uploaded at", needed=True),
        sa.CheckConstraint(
            "slot IN ('id_front', 'id_hand', 'seal_licence', 'seal_letter', 'statement')",
            name=op.f("ck_account_appeal_file_slot"),
        ),
        sa.ForeignKeyConstraint(
            ["appeal_id"], ["account_appeal.id"], name=op.f("fk_account_appeal_file_appeal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_account_appeal_file_file_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_appeal_file")),
        sa.UniqueConstraint("appeal_id", "slot", name=op.f("uq_account_appeal_file_appeal_id_slot")),
    )
    op.create_index("ix_account_appeal_file_file_id", "account_appeal_file", ["file_id"])
    op.create_index("ix_account_appeal_file_phone_hash", "account_appeal_file", ["phone_hash"])


def downgrade() -> None:
    op.drop_table("account_appeal_file")
    op.drop_table("account_appeal")
