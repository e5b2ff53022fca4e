"""Units with their changes and papers, whom an agency acts for, the list of those shut out, residency at schools."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql


def upgrade() -> None:
    """Makes the tables of this part."""
    _blacklisted()
    _unit()
    _agency_unit()
    _unit_change()
    _residency()


def downgrade() -> None:
    """Takes them away again, with their indexes."""
    op.drop_table("residency")
    op.drop_table("unit_change")
    op.drop_table("agency_unit")
    op.drop_table("unit")
    op.drop_table("blacklisted")


def _blacklisted() -> None:
    op.create_table(
        "blacklisted",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("subject", sa.String(length=20), nullable=False, comment="What is banned"),
        sa.Column("value_hash", sa.String(length=64), nullable=False, comment="Value (blind index)"),
        sa.Column("shown", sa.String(length=60), nullable=False, comment="Shown as"),
        sa.Column("reason", sa.String(length=300), nullable=False, comment="Reason"),
        sa.Column("active", sa.Boolean(), nullable=False, comment="Active"),
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
        sa.CheckConstraint("subject IN ('uscc', 'id_number', 'phone')", name=op.f("ck_blacklisted_subject")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("subject", "value_hash", name=op.f("uq_blacklisted_subject_value_hash")),
    )


def _unit() -> None:
    op.create_table(
        "unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("uscc", sa.String(length=18), nullable=True, comment="Unified social credit code"),
        sa.Column("initials", sa.String(length=60), nullable=True, comment="Pinyin initials"),
        sa.Column("source", sa.String(length=10), nullable=False, comment="Source"),
        sa.Column("verified_on", sa.Date(), nullable=True, comment="Verified on"),
        sa.Column("reverify_due", sa.Date(), nullable=True, comment="Re-verification due"),
        sa.Column("phone_hash", sa.String(length=64), nullable=True, comment="Contact phone (blind index)"),
        sa.Column("name", sa.String(length=120), nullable=False, comment="Unit name"),
        sa.Column("nature", sa.String(length=30), nullable=False, comment="Unit type"),
        sa.Column("account_kind", sa.String(length=20), nullable=True, comment="Account kind"),
        sa.Column("legal_rep", sa.String(length=60), nullable=True, comment="Legal representative"),
        sa.Column("founded_on", sa.Date(), nullable=True, comment="Founded on"),
        sa.Column("registered_capital", sa.Integer(), nullable=True, comment="Registered capital (10,000 yuan)"),
        sa.Column("address", sa.String(length=200), nullable=True, comment="Address"),
        sa.Column("staff_count", sa.Integer(), nullable=True, comment="Staff"),
        sa.Column("size_class", sa.String(length=20), nullable=True, comment="Size class"),
        sa.Column("ownership", sa.String(length=30), nullable=True, comment="Ownership"),
        sa.Column("contact_name", sa.String(length=60), nullable=True, comment="Contact person"),
        sa.Column("contact_email", sa.String(length=120), nullable=True, comment="E-mail"),
        sa.Column("website", sa.String(length=200), nullable=True, comment="Web site"),
        sa.Column("intro", sa.Text(), nullable=True, comment="Introduction"),
        sa.Column("licence_valid_until", sa.Date(), nullable=True, comment="Licence valid until"),
        sa.Column("letter_valid_until", sa.Date(), nullable=True, comment="Letter of authority valid until"),
        sa.Column("industry_code", sa.String(length=6), nullable=True, comment="Industry"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="Division"),
        sa.Column("contact_phone", sa.String(length=600), nullable=True, comment="Contact phone"),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True, comment="Search tokens"),
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
        sa.CheckConstraint("source IN ('form', 'import', 'demo')", name=op.f("ck_unit_source")),
        sa.CheckConstraint(
            "status IN ('draft', 'returned', 'rejected', 'imported', 'pending', 'approved', 'frozen')",
            name=op.f("ck_unit_status"),
        ),
        sa.CheckConstraint("uscc IS NOT NULL OR source = 'import'", name=op.f("ck_unit_uscc_unless_imported")),
        sa.CheckConstraint("uscc IS NULL OR uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name=op.f("ck_unit_uscc")),
        sa.CheckConstraint("char_length(intro) <= 2000", name=op.f("ck_unit_intro_length")),
        sa.CheckConstraint("staff_count >= 0", name=op.f("ck_unit_staff_count")),
        sa.ForeignKeyConstraint(["created_by_id"], ["ab_user.id"], name=op.f("fk_unit_created_by_id")),
        sa.ForeignKeyConstraint(["industry_code"], ["industry.code"], name=op.f("fk_unit_industry_code")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_unit_region_code")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uscc", name=op.f("uq_unit_uscc")),
    )
    op.create_index(op.f("ix_unit_created_by_id"), "unit", ["created_by_id"], unique=False)
    op.create_index(op.f("ix_unit_phone_hash"), "unit", ["phone_hash"], unique=False)
    op.create_index(op.f("ix_unit_region_code"), "unit", ["region_code"], unique=False)
    op.create_index("ix_unit_region_status", "unit", ["region_code", "status", "id"], unique=False)
    op.create_index(op.f("ix_unit_reverify_due"), "unit", ["reverify_due"], unique=False)
    op.create_index("ix_unit_search", "unit", ["search"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_unit_status"), "unit", ["status"], unique=False)
    op.create_index(
        "uq_unit_import_name",
        "unit",
        ["name"],
        unique=True,
        postgresql_where=sa.text("source = 'import' AND uscc IS NULL"),
    )


def _agency_unit() -> None:
    op.create_table(
        "agency_unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("agency_id", sa.BigInteger(), nullable=False, comment="Agency"),
        sa.Column("unit_id", sa.BigInteger(), nullable=False, comment="Unit"),
        sa.Column("authorised", sa.Boolean(), nullable=False, comment="Authorised"),
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
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_unit_agency_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_agency_unit_unit_id")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("agency_id", "unit_id", name=op.f("uq_agency_unit_agency_id_unit_id")),
    )
    op.create_index(op.f("ix_agency_unit_unit_id"), "agency_unit", ["unit_id"], unique=False)


def _unit_change() -> None:
    op.create_table(
        "unit_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("unit_id", sa.BigInteger(), nullable=False, comment="Unit"),
        sa.Column("note", sa.String(length=500), nullable=False, comment="Explanation"),
        sa.Column("name", sa.String(length=120), nullable=False, comment="Unit name"),
        sa.Column("nature", sa.String(length=30), nullable=False, comment="Unit type"),
        sa.Column("account_kind", sa.String(length=20), nullable=True, comment="Account kind"),
        sa.Column("legal_rep", sa.String(length=60), nullable=True, comment="Legal representative"),
        sa.Column("founded_on", sa.Date(), nullable=True, comment="Founded on"),
        sa.Column("registered_capital", sa.Integer(), nullable=True, comment="Registered capital (10,000 yuan)"),
        sa.Column("address", sa.String(length=200), nullable=True, comment="Address"),
        sa.Column("staff_count", sa.Integer(), nullable=True, comment="Staff"),
        sa.Column("size_class", sa.String(length=20), nullable=True, comment="Size class"),
        sa.Column("ownership", sa.String(length=30), nullable=True, comment="Ownership"),
        sa.Column("contact_name", sa.String(length=60), nullable=True, comment="Contact person"),
        sa.Column("contact_email", sa.String(length=120), nullable=True, comment="E-mail"),
        sa.Column("website", sa.String(length=200), nullable=True, comment="Web site"),
        sa.Column("intro", sa.Text(), nullable=True, comment="Introduction"),
        sa.Column("licence_valid_until", sa.Date(), nullable=True, comment="Licence valid until"),
        sa.Column("letter_valid_until", sa.Date(), nullable=True, comment="Letter of authority valid until"),
        sa.Column("industry_code", sa.String(length=6), nullable=True, comment="Industry"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="Division"),
        sa.Column("contact_phone", sa.String(length=600), nullable=True, comment="Contact phone"),
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
        sa.CheckConstraint(
            "status IN ('draft', 'returned', 'rejected', 'pending', 'approved', 'deleted')",
            name=op.f("ck_unit_change_status"),
        ),
        sa.CheckConstraint("char_length(intro) <= 2000", name=op.f("ck_unit_change_intro_length")),
        sa.ForeignKeyConstraint(["created_by_id"], ["ab_user.id"], name=op.f("fk_unit_change_created_by_id")),
        sa.ForeignKeyConstraint(["industry_code"], ["industry.code"], name=op.f("fk_unit_change_industry_code")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_unit_change_region_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_change_unit_id")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_unit_change_created_by_id"), "unit_change", ["created_by_id"], unique=False)
    op.create_index(op.f("ix_unit_change_region_code"), "unit_change", ["region_code"], unique=False)
    op.create_index(op.f("ix_unit_change_status"), "unit_change", ["status"], unique=False)
    op.create_index(op.f("ix_unit_change_unit_id"), "unit_change", ["unit_id"], unique=False)
    op.create_index(
        "uq_unit_change_open",
        "unit_change",
        ["unit_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('draft','pending','returned')"),
    )


def _residency() -> None:
    op.create_table(
        "residency",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("unit_id", sa.BigInteger(), nullable=False, comment="Unit"),
        sa.Column("school_id", sa.BigInteger(), nullable=False, comment="School"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="Division"),
        sa.Column("statement", sa.String(length=500), nullable=False, comment="Statement of the unit"),
        sa.Column("revoked_reason", sa.String(length=300), nullable=False, comment="Reason of revocation"),
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
        sa.CheckConstraint(
            "status IN ('draft', 'returned', 'rejected', 'withdrawn', 'revoked', 'pending', 'active')",
            name=op.f("ck_residency_status"),
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["ab_user.id"], name=op.f("fk_residency_created_by_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_residency_region_code")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_residency_school_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_residency_unit_id")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("unit_id", "school_id", name=op.f("uq_residency_unit_id_school_id")),
    )
    op.create_index(op.f("ix_residency_created_by_id"), "residency", ["created_by_id"], unique=False)
    op.create_index("ix_residency_school_status", "residency", ["school_id", "status", "id"], unique=False)
    op.create_index(op.f("ix_residency_status"), "residency", ["status"], unique=False)
