"""What is looked up: dictionary, trades, occupations, divisions, calendar, wages, settings, schools, agencies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def upgrade() -> None:
    """Makes the tables of this part."""
    _dict_item()
    _industry()
    _occupation()
    _region()
    _work_day()
    _minimum_wage()
    _parameter()
    _school()
    _agency()


def downgrade() -> None:
    """Takes them away again, with their indexes."""
    op.drop_table("agency")
    op.drop_table("school")
    op.drop_table("parameter")
    op.drop_table("minimum_wage")
    op.drop_table("work_day")
    op.drop_table("region")
    op.drop_table("occupation")
    op.drop_table("industry")
    op.drop_table("dict_item")


def _dict_item() -> None:
    op.create_table(
        "dict_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("dict_code", sa.String(length=40), nullable=False, comment="Dictionary"),
        sa.Column("code", sa.String(length=40), nullable=False, comment="Code"),
        sa.Column("name_zh", sa.String(length=80), nullable=False, comment="Name (Chinese)"),
        sa.Column("name_en", sa.String(length=120), nullable=False, comment="Name (English)"),
        sa.Column("sort", sa.Integer(), nullable=False, comment="Order"),
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
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dict_code", "code", name=op.f("uq_dict_item_dict_code_code")),
    )


def _industry() -> None:
    op.create_table(
        "industry",
        sa.Column("code", sa.String(length=6), nullable=False, comment="Industry code"),
        sa.Column("name", sa.String(length=80), nullable=False, comment="Industry"),
        sa.Column("parent_code", sa.String(length=6), nullable=True, comment="Parent industry"),
        sa.Column("level", sa.SmallInteger(), nullable=False, comment="Level"),
        sa.Column("edition", sa.String(length=20), nullable=False, comment="Edition"),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True, comment="Search tokens"),
        sa.ForeignKeyConstraint(["parent_code"], ["industry.code"], name=op.f("fk_industry_parent_code")),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index(op.f("ix_industry_parent_code"), "industry", ["parent_code"], unique=False)
    op.create_index("ix_industry_search", "industry", ["search"], unique=False, postgresql_using="gin")


def _occupation() -> None:
    op.create_table(
        "occupation",
        sa.Column("code", sa.String(length=12), nullable=False, comment="Occupation code"),
        sa.Column("name", sa.String(length=80), nullable=False, comment="Occupation"),
        sa.Column("parent_code", sa.String(length=12), nullable=True, comment="Parent occupation"),
        sa.Column("level", sa.SmallInteger(), nullable=False, comment="Level"),
        sa.Column("edition", sa.String(length=20), nullable=False, comment="Edition"),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True, comment="Search tokens"),
        sa.ForeignKeyConstraint(["parent_code"], ["occupation.code"], name=op.f("fk_occupation_parent_code")),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index(op.f("ix_occupation_parent_code"), "occupation", ["parent_code"], unique=False)
    op.create_index("ix_occupation_search", "occupation", ["search"], unique=False, postgresql_using="gin")


def _region() -> None:
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=6), nullable=False, comment="Division code"),
        sa.Column("name", sa.String(length=60), nullable=False, comment="Division"),
        sa.Column("parent_code", sa.String(length=6), nullable=True, comment="Parent division"),
        sa.Column("level", sa.SmallInteger(), nullable=False, comment="Level"),
        sa.Column("pseudo", sa.Boolean(), nullable=False, comment="Pseudo level"),
        sa.Column("full_name", sa.String(length=120), nullable=False, comment="Full name of the division"),
        sa.Column("pinyin", sa.String(length=160), nullable=True, comment="Pinyin"),
        sa.Column("initials", sa.String(length=60), nullable=True, comment="Pinyin initials"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="Valid from"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="Valid to"),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True, comment="Search tokens"),
        sa.CheckConstraint("code ~ '^[0-9]{6}$'", name=op.f("ck_region_code")),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_region_level")),
        sa.ForeignKeyConstraint(["parent_code"], ["region.code"], name=op.f("fk_region_parent_code")),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index(op.f("ix_region_parent_code"), "region", ["parent_code"], unique=False)
    op.create_index("ix_region_search", "region", ["search"], unique=False, postgresql_using="gin")


def _work_day() -> None:
    op.create_table(
        "work_day",
        sa.Column("day", sa.Date(), nullable=False, comment="Day"),
        sa.Column("is_work", sa.Boolean(), nullable=False, comment="Working day"),
        sa.Column("note", sa.String(length=80), nullable=False, comment="Note"),
        sa.Column("provisional", sa.Boolean(), nullable=False, comment="Provisional"),
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
        sa.PrimaryKeyConstraint("day"),
    )


def _minimum_wage() -> None:
    op.create_table(
        "minimum_wage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="Division"),
        sa.Column("monthly", sa.Integer(), nullable=False, comment="Monthly (yuan)"),
        sa.Column("hourly", sa.Integer(), nullable=False, comment="Hourly (yuan, cents)"),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="Valid from"),
        sa.Column("source", sa.String(length=200), nullable=False, comment="Source"),
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
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_minimum_wage_region_code")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region_code", "valid_from", name=op.f("uq_minimum_wage_region_code_valid_from")),
    )


def _parameter() -> None:
    op.create_table(
        "parameter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("key", sa.String(length=60), nullable=False, comment="Parameter"),
        sa.Column("region_code", sa.String(length=6), nullable=True, comment="Division"),
        sa.Column("value", sa.String(length=200), nullable=False, comment="Value"),
        sa.Column("note", sa.String(length=200), nullable=False, comment="Note"),
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
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_parameter_region_code")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "key", "region_code", name=op.f("uq_parameter_key_region_code"), postgresql_nulls_not_distinct=True
        ),
    )


def _school() -> None:
    op.create_table(
        "school",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("code", sa.String(length=10), nullable=False, comment="School code"),
        sa.Column("name", sa.String(length=80), nullable=False, comment="School"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="Division"),
        sa.Column("website", sa.String(length=200), nullable=True, comment="Web site"),
        sa.Column("initials", sa.String(length=60), nullable=True, comment="Pinyin initials"),
        sa.Column("open_for_residency", sa.Boolean(), nullable=False, comment="Open for residency"),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True, comment="Search tokens"),
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
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_school_region_code")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code", name=op.f("uq_school_code")),
    )
    op.create_index(op.f("ix_school_region_code"), "school", ["region_code"], unique=False)
    op.create_index("ix_school_search", "school", ["search"], unique=False, postgresql_using="gin")


def _agency() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("name", sa.String(length=120), nullable=False, comment="Agency"),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="Agency kind"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="Division"),
        sa.Column("licence_no", sa.String(length=40), nullable=True, comment="Licence number"),
        sa.Column("licence_valid_until", sa.Date(), nullable=True, comment="Licence valid until"),
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
        sa.CheckConstraint("kind IN ('public', 'commercial')", name=op.f("ck_agency_kind")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_agency_region_code")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name=op.f("uq_agency_name")),
    )
