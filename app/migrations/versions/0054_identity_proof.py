"""Proofs of identity by documents; where a person's level comes from, and since when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def _moment(name: str, comment: str, *, needed: bool = False) -> sa.Column:
    default = NOW if needed else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not needed, comment=comment)


def _text(name: str, length: int, comment: str, *, empty: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=empty, comment=comment)


def upgrade() -> None:
    op.add_column("person", _text("level_source", 40, "Level proven by", empty=True))
    op.add_column("person", _moment("level_at", "Level proven at"))
    op.create_table(
        "identity_proof",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        _text("real_name", 60, "Real name"),
        _text("document_kind", 30, "Document kind"),
        _text("id_number", 600, "Document number", empty=True),
        _text("region_code", 6, "Division"),
        sa.Column("agreed", sa.Boolean(), nullable=False, comment="Consent to the use of identity pictures"),
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
            name=op.f("ck_identity_proof_status"),
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_identity_proof_region_code")),
        sa.ForeignKeyConstraint(["created_by_id"], ["ab_user.id"], name=op.f("fk_identity_proof_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_proof")),
    )
    for name in ("status", "created_by_id"):
        op.create_index(f"ix_identity_proof_{name}", "identity_proof", [name])
    op.create_index("ix_identity_proof_list", "identity_proof", ["region_code", "id"])
    op.create_table(
        "identity_proof_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("proof_id", sa.BigInteger(), nullable=True, comment="Identity proof"),
        _text("slot", 20, "Material"),
        sa.Column("file_id", sa.UUID(), nullable=False, comment="File"),
        _moment("at", "Uploaded at", needed=True),
        sa.CheckConstraint(
            "slot IN ('id_front', 'id_back', 'holder_photo')", name=op.f("ck_identity_proof_file_slot")
        ),
        sa.ForeignKeyConstraint(
            ["proof_id"], ["identity_proof.id"], name=op.f("fk_identity_proof_file_proof_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_identity_proof_file_file_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_proof_file")),
        sa.UniqueConstraint("proof_id", "slot", name=op.f("uq_identity_proof_file_proof_id_slot")),
    )
    op.create_index("ix_identity_proof_file_file_id", "identity_proof_file", ["file_id"])
    op.execute(
        "UPDATE review_reason SET kinds = kinds || '|identity_proof'"
        " WHERE code IN ('R01', 'R02', 'R03', 'R12', 'R14') AND kinds <> '*' AND kinds NOT LIKE '%identity_proof%'"
        " AND length(kinds) <= 285"
    )


def downgrade() -> None:
    op.execute("UPDATE review_reason SET kinds = replace(kinds, '|identity_proof', '')")
    op.drop_table("identity_proof_file")
    op.drop_table("identity_proof")
    op.drop_column("person", "level_at")
    op.drop_column("person", "level_source")
