"""A unit is taken over by a successor of its owner."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0058"
down_revision = "0060"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
REASONS = "('R01', 'R02', 'R03', 'R05', 'R14')"


def _moment(name: str, comment: str, *, needed: bool = False) -> sa.Column:
    default = NOW if needed else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not needed, comment=comment)


def _text(name: str, length: int, comment: str) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=False, comment=comment)


def upgrade() -> None:
    op.create_table(
        "unit_takeover",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        _text("uscc", 18, "Unified social credit code"),
        _text("name", 120, "Unit name"),
        _text("reason", 500, "What has become of the former owner"),
        sa.Column("agreed", sa.Boolean(), nullable=False, comment="Consent to the use of identity pictures"),
        sa.Column("unit_id", sa.BigInteger(), nullable=False, comment="Unit"),
        _text("region_code", 6, "Division"),
        _moment("settled_at", "Handed over at"),
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
            "status IN ('draft', 'returned', 'rejected', 'pending', 'approved', 'deleted')",
            name=op.f("ck_unit_takeover_status"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_takeover_unit_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_unit_takeover_region_code")),
        sa.ForeignKeyConstraint(["created_by_id"], ["ab_user.id"], name=op.f("fk_unit_takeover_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_takeover")),
    )
    for name in ("status", "created_by_id"):
        op.create_index(f"ix_unit_takeover_{name}", "unit_takeover", [name])
    op.create_index("ix_unit_takeover_list", "unit_takeover", ["region_code", "id"])
    op.create_index(
        "uq_unit_takeover_open", "unit_takeover", ["unit_id", "created_by_id"], unique=True,
        postgresql_where=sa.text("status IN ('draft','pending','returned','rejected')"),
    )  # fmt: skip
    op.create_index(
        "ix_unit_takeover_unsettled", "unit_takeover", ["decided_at"],
        postgresql_where=sa.text("status = 'approved' AND settled_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "unit_takeover_material",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("takeover_id", sa.BigInteger(), nullable=False, comment="Takeover"),
        _text("slot", 20, "Material"),
        sa.Column("file_id", sa.UUID(), nullable=False, comment="File"),
        _moment("created_on", "Created on", needed=True),
        _moment("changed_on", "Changed on", needed=True),
        sa.CheckConstraint(
            "slot IN ('handler_id', 'holder_photo', 'licence', 'letter')", name=op.f("ck_unit_takeover_material_slot")
        ),
        sa.ForeignKeyConstraint(
            ["takeover_id"], ["unit_takeover.id"], name=op.f("fk_unit_takeover_material_takeover_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_unit_takeover_material_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_takeover_material")),
        sa.UniqueConstraint("takeover_id", "slot", name=op.f("uq_unit_takeover_material_takeover_id_slot")),
    )
    op.create_index("ix_unit_takeover_material_file_id", "unit_takeover_material", ["file_id"])
    op.execute(
        "UPDATE review_reason SET kinds = kinds || '|unit_takeover'"
        f" WHERE code IN {REASONS} AND kinds <> '*' AND kinds NOT LIKE '%unit_takeover%' AND length(kinds) <= 285"
    )


def downgrade() -> None:
    op.execute("UPDATE review_reason SET kinds = replace(kinds, '|unit_takeover', '')")
    op.drop_table("unit_takeover_material")
    op.drop_table("unit_takeover")
