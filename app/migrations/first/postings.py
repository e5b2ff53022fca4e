"""Postings and the schools they are for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import String, Text
from sqlalchemy.dialects import postgresql


def upgrade() -> None:
    """Makes the tables of this part."""
    _posting()
    _posting_school()


def downgrade() -> None:
    """Takes them away again, with their indexes."""
    op.drop_table("posting_school")
    op.drop_table("posting")


def _posting() -> None:
    op.create_table(
        "posting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("unit_id", sa.BigInteger(), nullable=False, comment="Unit"),
        sa.Column("unit_name", sa.String(length=120), nullable=False, comment="Unit name"),
        sa.Column("agency_id", sa.BigInteger(), nullable=True, comment="Agency"),
        sa.Column("title", sa.String(length=80), nullable=False, comment="Position"),
        sa.Column("occupation_code", sa.String(length=12), nullable=True, comment="Occupation"),
        sa.Column("headcount", sa.Integer(), nullable=False, comment="People wanted"),
        sa.Column("education", sa.String(length=20), nullable=True, comment="Education"),
        sa.Column("experience", sa.String(length=20), nullable=True, comment="Experience"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="Work place (division)"),
        sa.Column("address", sa.String(length=120), nullable=False, comment="Work address"),
        sa.Column("pay_min", sa.Integer(), nullable=True, comment="Lowest monthly pay (yuan)"),
        sa.Column("pay_max", sa.Integer(), nullable=True, comment="Highest monthly pay (yuan)"),
        sa.Column("pay_negotiable", sa.Boolean(), nullable=False, comment="Pay negotiable"),
        sa.Column("pay_text", sa.String(length=60), nullable=False, comment="Pay as written"),
        sa.Column("benefits", sa.String(length=300), nullable=False, comment="Benefits"),
        sa.Column("board_lodging", sa.String(length=20), nullable=True, comment="Board and lodging"),
        sa.Column("requirements", sa.Text(), nullable=False, comment="Conditions"),
        sa.Column("description", sa.Text(), nullable=False, comment="Duties"),
        sa.Column("gender_ground", sa.String(length=30), nullable=True, comment="Lawful ground for a sex limit"),
        sa.Column("gender_ground_note", sa.String(length=300), nullable=False, comment="Explanation of the ground"),
        sa.Column("industry_code", sa.String(length=6), nullable=True, comment="Industry"),
        sa.Column("valid_until", sa.Date(), nullable=True, comment="Valid until"),
        sa.Column("source", sa.String(length=10), nullable=False, comment="Source"),
        sa.Column("source_key", sa.String(length=60), nullable=True, comment="Key in the source"),
        sa.Column(
            "assumed",
            postgresql.ARRAY(String(length=30)),
            server_default="{}",
            nullable=False,
            comment="Assumed on import",
        ),
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
        sa.CheckConstraint("source IN ('form', 'copy', 'import', 'demo')", name=op.f("ck_posting_source")),
        sa.CheckConstraint(
            "status IN ('draft', 'returned', 'rejected', 'off', 'expired', 'pending', 'live', 'deleted')",
            name=op.f("ck_posting_status"),
        ),
        sa.CheckConstraint("headcount >= 1", name=op.f("ck_posting_headcount")),
        sa.CheckConstraint("pay_min >= 0 AND pay_max >= pay_min", name=op.f("ck_posting_pay")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_posting_agency_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["ab_user.id"], name=op.f("fk_posting_created_by_id")),
        sa.ForeignKeyConstraint(["industry_code"], ["industry.code"], name=op.f("fk_posting_industry_code")),
        sa.ForeignKeyConstraint(["occupation_code"], ["occupation.code"], name=op.f("fk_posting_occupation_code")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_posting_region_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_posting_unit_id")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_posting_agency_id"), "posting", ["agency_id"], unique=False)
    op.create_index(op.f("ix_posting_created_by_id"), "posting", ["created_by_id"], unique=False)
    op.create_index(
        "ix_posting_expiry", "posting", ["valid_until"], unique=False, postgresql_where=sa.text("status = 'live'")
    )
    op.create_index(
        "ix_posting_live",
        "posting",
        [sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("status = 'live'"),
    )
    op.create_index("ix_posting_region_status", "posting", ["region_code", "status", "id"], unique=False)
    op.create_index("ix_posting_search", "posting", ["search"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_posting_status"), "posting", ["status"], unique=False)
    op.create_index("ix_posting_unit_status", "posting", ["unit_id", "status", "id"], unique=False)
    op.create_index(
        "uq_posting_source_key",
        "posting",
        ["source_key"],
        unique=True,
        postgresql_where=sa.text("source_key IS NOT NULL"),
    )


def _posting_school() -> None:
    op.create_table(
        "posting_school",
        sa.Column("posting_id", sa.BigInteger(), nullable=False, comment="Posting"),
        sa.Column("school_id", sa.BigInteger(), nullable=False, comment="School"),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_posting_school_posting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_posting_school_school_id")),
        sa.PrimaryKeyConstraint("posting_id", "school_id"),
    )
    op.create_index(op.f("ix_posting_school_school_id"), "posting_school", ["school_id"], unique=False)
