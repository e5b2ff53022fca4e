"""Gigs offered and wanted, with pictures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql


def upgrade() -> None:
    """Makes the tables of this part."""
    _gig_wanted()
    _gig_offer()
    _gig_picture()


def downgrade() -> None:
    """Takes them away again, with their indexes."""
    op.drop_table("gig_picture")
    op.drop_table("gig_offer")
    op.drop_table("gig_wanted")


def _gig_wanted() -> None:
    op.create_table(
        "gig_wanted",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("headcount", sa.Integer(), nullable=False, comment="People available"),
        sa.Column("settlement", sa.String(length=20), nullable=False, comment="Settlement of pay"),
        sa.Column("expected_pay", sa.Numeric(precision=10, scale=2), nullable=False, comment="Expected pay (yuan)"),
        sa.Column("pay_unit", sa.String(length=10), nullable=False, comment="Pay unit"),
        sa.Column("expected_time", sa.String(length=100), nullable=False, comment="Expected working time"),
        sa.Column("description", sa.String(length=500), nullable=False, comment="About me"),
        sa.Column("type_code", sa.String(length=30), nullable=False, comment="Gig type"),
        sa.Column("title", sa.String(length=60), nullable=False, comment="Gig name"),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False, comment="Work starts"),
        sa.Column("address", sa.String(length=120), nullable=False, comment="Work place"),
        sa.Column("mode", sa.String(length=10), nullable=False, comment="Way of working"),
        sa.Column("own_tools", sa.Boolean(), nullable=False, comment="Brings own tools"),
        sa.Column("phone_public", sa.Boolean(), nullable=False, comment="Phone is public"),
        sa.Column("valid_until", sa.Date(), nullable=False, comment="Valid until"),
        sa.Column("agreed", sa.Boolean(), nullable=False, comment="Platform agreement accepted"),
        sa.Column("agreement_version", sa.String(length=20), nullable=False, comment="Version of the agreement"),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True, comment="Agreed at"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="Division"),
        sa.Column("poster_id", sa.Integer(), nullable=False, comment="Posted by"),
        sa.Column("phone", sa.String(length=600), nullable=False, comment="Phone"),
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
        sa.CheckConstraint("mode IN ('onsite', 'remote')", name=op.f("ck_gig_wanted_mode")),
        sa.CheckConstraint(
            "status IN ('draft', 'returned', 'rejected', 'off', 'expired', 'pending', 'live', 'paused', 'deleted')",
            name=op.f("ck_gig_wanted_status"),
        ),
        sa.CheckConstraint(
            "status IN ('draft','returned','rejected','deleted') OR agreed", name=op.f("ck_gig_wanted_agreed")
        ),
        sa.CheckConstraint("char_length(description) <= 500", name=op.f("ck_gig_wanted_description_length")),
        sa.CheckConstraint("expected_pay > 0", name=op.f("ck_gig_wanted_expected_pay")),
        sa.CheckConstraint("headcount >= 1", name=op.f("ck_gig_wanted_headcount")),
        sa.ForeignKeyConstraint(["created_by_id"], ["ab_user.id"], name=op.f("fk_gig_wanted_created_by_id")),
        sa.ForeignKeyConstraint(["poster_id"], ["ab_user.id"], name=op.f("fk_gig_wanted_poster_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_gig_wanted_region_code")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_gig_wanted_created_by_id"), "gig_wanted", ["created_by_id"], unique=False)
    op.create_index(
        "ix_gig_wanted_expiry",
        "gig_wanted",
        ["valid_until"],
        unique=False,
        postgresql_where=sa.text("status IN ('live','paused')"),
    )
    op.create_index(
        "ix_gig_wanted_live",
        "gig_wanted",
        [sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("status = 'live'"),
    )
    op.create_index(op.f("ix_gig_wanted_poster_id"), "gig_wanted", ["poster_id"], unique=False)
    op.create_index("ix_gig_wanted_region_status", "gig_wanted", ["region_code", "status", "id"], unique=False)
    op.create_index("ix_gig_wanted_search", "gig_wanted", ["search"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_gig_wanted_status"), "gig_wanted", ["status"], unique=False)


def _gig_offer() -> None:
    op.create_table(
        "gig_offer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("unit_id", sa.BigInteger(), nullable=True, comment="Unit"),
        sa.Column("headcount", sa.Integer(), nullable=False, comment="People needed"),
        sa.Column("pay_amount", sa.Numeric(precision=10, scale=2), nullable=False, comment="Pay per person (yuan)"),
        sa.Column("pay_unit", sa.String(length=10), nullable=False, comment="Pay unit"),
        sa.Column("quantity", sa.Integer(), nullable=False, comment="Total quantity"),
        sa.Column("quantity_unit", sa.String(length=10), nullable=False, comment="Unit of the quantity"),
        sa.Column("requirements", sa.String(length=200), nullable=False, comment="Requirements"),
        sa.Column("description", sa.String(length=500), nullable=False, comment="Gig description"),
        sa.Column("type_code", sa.String(length=30), nullable=False, comment="Gig type"),
        sa.Column("title", sa.String(length=60), nullable=False, comment="Gig name"),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False, comment="Work starts"),
        sa.Column("address", sa.String(length=120), nullable=False, comment="Work place"),
        sa.Column("mode", sa.String(length=10), nullable=False, comment="Way of working"),
        sa.Column("own_tools", sa.Boolean(), nullable=False, comment="Brings own tools"),
        sa.Column("phone_public", sa.Boolean(), nullable=False, comment="Phone is public"),
        sa.Column("valid_until", sa.Date(), nullable=False, comment="Valid until"),
        sa.Column("agreed", sa.Boolean(), nullable=False, comment="Platform agreement accepted"),
        sa.Column("agreement_version", sa.String(length=20), nullable=False, comment="Version of the agreement"),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True, comment="Agreed at"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="Division"),
        sa.Column("poster_id", sa.Integer(), nullable=False, comment="Posted by"),
        sa.Column("phone", sa.String(length=600), nullable=False, comment="Phone"),
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
        sa.CheckConstraint("mode IN ('onsite', 'remote')", name=op.f("ck_gig_offer_mode")),
        sa.CheckConstraint("pay_unit IN ('day', 'time', 'piece', 'hour')", name=op.f("ck_gig_offer_pay_unit")),
        sa.CheckConstraint("quantity_unit IN ('day', 'hour')", name=op.f("ck_gig_offer_quantity_unit")),
        sa.CheckConstraint(
            "status IN ('draft', 'returned', 'rejected', 'off', 'expired', 'pending', 'live', 'paused', 'deleted')",
            name=op.f("ck_gig_offer_status"),
        ),
        sa.CheckConstraint(
            "status IN ('draft','returned','rejected','deleted') OR agreed", name=op.f("ck_gig_offer_agreed")
        ),
        sa.CheckConstraint("char_length(description) <= 500", name=op.f("ck_gig_offer_description_length")),
        sa.CheckConstraint("headcount >= 1", name=op.f("ck_gig_offer_headcount")),
        sa.CheckConstraint("pay_amount > 0", name=op.f("ck_gig_offer_pay_amount")),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_gig_offer_quantity")),
        sa.ForeignKeyConstraint(["created_by_id"], ["ab_user.id"], name=op.f("fk_gig_offer_created_by_id")),
        sa.ForeignKeyConstraint(["poster_id"], ["ab_user.id"], name=op.f("fk_gig_offer_poster_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_gig_offer_region_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_gig_offer_unit_id")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_gig_offer_created_by_id"), "gig_offer", ["created_by_id"], unique=False)
    op.create_index(
        "ix_gig_offer_expiry",
        "gig_offer",
        ["valid_until"],
        unique=False,
        postgresql_where=sa.text("status IN ('live','paused')"),
    )
    op.create_index(
        "ix_gig_offer_live",
        "gig_offer",
        [sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("status = 'live'"),
    )
    op.create_index(op.f("ix_gig_offer_poster_id"), "gig_offer", ["poster_id"], unique=False)
    op.create_index("ix_gig_offer_region_status", "gig_offer", ["region_code", "status", "id"], unique=False)
    op.create_index("ix_gig_offer_search", "gig_offer", ["search"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_gig_offer_status"), "gig_offer", ["status"], unique=False)
    op.create_index(op.f("ix_gig_offer_unit_id"), "gig_offer", ["unit_id"], unique=False)


def _gig_picture() -> None:
    op.create_table(
        "gig_picture",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("gig_id", sa.BigInteger(), nullable=False, comment="Gig post"),
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
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_gig_picture_file_id")),
        sa.ForeignKeyConstraint(["gig_id"], ["gig_offer.id"], name=op.f("fk_gig_picture_gig_id")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_gig_picture_gig_id"), "gig_picture", ["gig_id"], unique=False)
