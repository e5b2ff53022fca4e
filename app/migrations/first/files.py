"""Stored files and what is made of them: pictures, videos, papers of units."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import String, Text
from sqlalchemy.dialects import postgresql


def upgrade() -> None:
    """Makes the tables of this part."""
    _stored_file()
    _medium()
    _unit_material()


def downgrade() -> None:
    """Takes them away again, with their indexes."""
    op.drop_table("unit_material")
    op.drop_table("medium")
    op.drop_table("stored_file")


def _stored_file() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", sa.UUID(), nullable=False, comment="File"),
        sa.Column("key", sa.String(length=120), nullable=False, comment="Storage key"),
        sa.Column("thumb_key", sa.String(length=120), nullable=True, comment="Storage key of the preview"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="File name"),
        sa.Column("mime", sa.String(length=60), nullable=False, comment="Content type"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="Size (bytes)"),
        sa.Column("width", sa.Integer(), nullable=True, comment="Width (px)"),
        sa.Column("height", sa.Integer(), nullable=True, comment="Height (px)"),
        sa.Column("seconds", sa.Integer(), nullable=True, comment="Duration (s)"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="SHA-256"),
        sa.Column("phash", sa.BigInteger(), nullable=True, comment="Perceptual hash"),
        sa.Column("blank", sa.Boolean(), nullable=False, comment="Nearly one colour"),
        sa.Column("blurred", sa.Boolean(), nullable=False, comment="Blurred"),
        sa.Column("had_gps", sa.Boolean(), nullable=False, comment="Carried a position (removed)"),
        sa.Column(
            "codes",
            postgresql.ARRAY(String(length=300)),
            server_default="{}",
            nullable=False,
            comment="QR or bar codes found",
        ),
        sa.Column("malware", sa.String(length=20), nullable=False, comment="Malware scan"),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True, comment="Uploaded by"),
        sa.Column(
            "uploaded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Uploaded at",
        ),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["ab_user.id"], name=op.f("fk_stored_file_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", name=op.f("uq_stored_file_key")),
    )
    op.create_index(op.f("ix_stored_file_phash"), "stored_file", ["phash"], unique=False)
    op.create_index(op.f("ix_stored_file_sha256"), "stored_file", ["sha256"], unique=False)
    op.create_index(op.f("ix_stored_file_uploaded_by_id"), "stored_file", ["uploaded_by_id"], unique=False)


def _medium() -> None:
    op.create_table(
        "medium",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("unit_id", sa.BigInteger(), nullable=True, comment="Unit"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="Person"),
        sa.Column("slot", sa.String(length=20), nullable=False, comment="Kind of picture"),
        sa.Column("title", sa.String(length=80), nullable=False, comment="Title"),
        sa.Column("file_id", sa.UUID(), nullable=False, comment="File"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="Division"),
        sa.Column("status", sa.String(length=20), nullable=False, comment="Status"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Version"),
        sa.Column(
            "edit_state", sa.String(length=20), server_default="", nullable=False, comment="State of a waiting edit"
        ),
        sa.Column(
            "edit_content", postgresql.JSONB(astext_type=Text()), nullable=True, comment="Content of a waiting edit"
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True, comment="Submitted at"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="Decided at"),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True, comment="First public at"),
        sa.Column("created_by_id", sa.Integer(), nullable=True, comment="Created by"),
        sa.Column(
            "created_on",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Created on",
        ),
        sa.Column(
            "changed_on",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Changed on",
        ),
        sa.CheckConstraint("slot IN ('image', 'logo', 'avatar', 'video')", name=op.f("ck_medium_slot")),
        sa.CheckConstraint(
            "status IN ('draft', 'returned', 'pending', 'approved', 'rejected', 'removed', 'deleted')",
            name=op.f("ck_medium_status"),
        ),
        sa.CheckConstraint("(unit_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_medium_one_owner")),
        sa.ForeignKeyConstraint(["created_by_id"], ["ab_user.id"], name=op.f("fk_medium_created_by_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_medium_file_id")),
        sa.ForeignKeyConstraint(["person_id"], ["ab_user.id"], name=op.f("fk_medium_person_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_medium_region_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_medium_unit_id")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_medium_created_by_id"), "medium", ["created_by_id"], unique=False)
    op.create_index("ix_medium_person", "medium", ["person_id", "status"], unique=False)
    op.create_index("ix_medium_region_status", "medium", ["region_code", "status", "id"], unique=False)
    op.create_index(op.f("ix_medium_status"), "medium", ["status"], unique=False)
    op.create_index("ix_medium_unit", "medium", ["unit_id", "status"], unique=False)


def _unit_material() -> None:
    op.create_table(
        "unit_material",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("unit_id", sa.BigInteger(), nullable=False, comment="Unit"),
        sa.Column("change_id", sa.BigInteger(), nullable=True, comment="Change request"),
        sa.Column("slot", sa.String(length=20), nullable=False, comment="Material"),
        sa.Column("file_id", sa.UUID(), nullable=False, comment="File"),
        sa.Column(
            "created_on",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Created on",
        ),
        sa.Column(
            "changed_on",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Changed on",
        ),
        sa.CheckConstraint(
            "slot IN ('licence', 'handler_id', 'letter', 'change_proof', 'hr_licence', 'approval')",
            name=op.f("ck_unit_material_slot"),
        ),
        sa.ForeignKeyConstraint(["change_id"], ["unit_change.id"], name=op.f("fk_unit_material_change_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_unit_material_file_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_material_unit_id")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "unit_id",
            "change_id",
            "slot",
            name=op.f("uq_unit_material_unit_id_change_id_slot"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_unit_material_change_id"), "unit_material", ["change_id"], unique=False)
    op.create_index(op.f("ix_unit_material_unit_id"), "unit_material", ["unit_id"], unique=False)
