"""Rosters of students, majors, imports of every entity: whose run it is, what was chosen, what a person chose before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "major",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("catalogue", sa.String(length=20), nullable=False, comment="Catalogue of majors"),
        sa.Column("code", sa.String(length=10), nullable=False, comment="Major code"),
        sa.Column("name", sa.String(length=80), nullable=False, comment="Major"),
        sa.Column("parent_code", sa.String(length=10), nullable=True, comment="Parent major"),
        sa.Column("level", sa.SmallInteger(), nullable=False, comment="Level"),
        sa.Column("edition", sa.String(length=20), nullable=False, comment="Edition"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="Valid from"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="Valid to"),
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
        sa.CheckConstraint("catalogue IN ('undergraduate', 'vocational', 'graduate')", name=op.f("ck_major_catalogue")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("catalogue", "code", name=op.f("uq_major_catalogue_code")),
    )
    op.create_index("ix_major_search", "major", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "import_mapping",
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("entity", sa.String(length=30), nullable=False, comment="Entity"),
        sa.Column("signature", sa.String(length=64), nullable=False, comment="SHA-256 of the headings"),
        sa.Column("chosen", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="Columns"),
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
        sa.ForeignKeyConstraint(
            ["account_id"], ["ab_user.id"], name=op.f("fk_import_mapping_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "entity", "signature"),
    )
    op.create_table(
        "student",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("school_id", sa.BigInteger(), nullable=False, comment="School"),
        sa.Column("name", sa.String(length=60), nullable=False, comment="Name"),
        sa.Column("student_no", sa.String(length=30), nullable=False, comment="Student number"),
        sa.Column("document_kind", sa.String(length=30), nullable=False, comment="Document kind"),
        sa.Column("id_number", sa.String(length=600), nullable=False, comment="Document number"),
        sa.Column("id_hash", sa.String(length=64), nullable=False, comment="Document number (blind index)"),
        sa.Column("phone", sa.String(length=600), nullable=True, comment="Phone"),
        sa.Column("phone_hash", sa.String(length=64), nullable=True, comment="Phone (blind index)"),
        sa.Column("college", sa.String(length=80), nullable=False, comment="College"),
        sa.Column("major_id", sa.BigInteger(), nullable=True, comment="Major"),
        sa.Column("class_name", sa.String(length=60), nullable=False, comment="Class"),
        sa.Column("education", sa.String(length=20), nullable=False, comment="Level of study"),
        sa.Column("graduation_year", sa.Integer(), nullable=False, comment="Year of graduation"),
        sa.Column("graduates_on", sa.Date(), nullable=True, comment="Day of graduation"),
        sa.Column("enrolled", sa.Boolean(), nullable=False, comment="On the roster"),
        sa.Column("initials", sa.String(length=60), nullable=True, comment="Pinyin initials"),
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
        sa.CheckConstraint("graduation_year BETWEEN 1950 AND 2100", name=op.f("ck_student_graduation_year")),
        sa.ForeignKeyConstraint(["major_id"], ["major.id"], name=op.f("fk_student_major_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_student_school_id")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("school_id", "id_hash", name=op.f("uq_student_school_id_id_hash")),
        sa.UniqueConstraint("school_id", "student_no", name=op.f("uq_student_school_id_student_no")),
    )
    op.create_index(op.f("ix_student_id_hash"), "student", ["id_hash"], unique=False)
    op.create_index(op.f("ix_student_major_id"), "student", ["major_id"], unique=False)
    op.create_index(op.f("ix_student_phone_hash"), "student", ["phone_hash"], unique=False)
    op.create_index("ix_student_school_year", "student", ["school_id", "graduation_year", "id"], unique=False)
    op.create_index("ix_student_search", "student", ["search"], unique=False, postgresql_using="gin")
    op.add_column(
        "gig_offer", sa.Column("source_key", sa.String(length=80), nullable=True, comment="Key in the source")
    )
    op.create_index(
        "uq_gig_offer_source_key",
        "gig_offer",
        ["source_key"],
        unique=True,
        postgresql_where=sa.text("source_key IS NOT NULL"),
    )
    op.add_column(
        "gig_wanted", sa.Column("source_key", sa.String(length=80), nullable=True, comment="Key in the source")
    )
    op.create_index(
        "uq_gig_wanted_source_key",
        "gig_wanted",
        ["source_key"],
        unique=True,
        postgresql_where=sa.text("source_key IS NOT NULL"),
    )
    op.add_column("import_run", sa.Column("school_id", sa.BigInteger(), nullable=True, comment="School"))
    op.add_column(
        "import_run",
        sa.Column(
            "options",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="Columns and assumptions",
        ),
    )
    op.add_column(
        "import_run", sa.Column("changed", sa.Integer(), server_default="0", nullable=False, comment="Changed")
    )
    op.alter_column(
        "import_run", "region_code", existing_type=sa.VARCHAR(length=6), nullable=True, existing_comment="Division"
    )
    op.create_index("ix_import_run_account", "import_run", ["account_id", sa.literal_column("id DESC")], unique=False)
    op.create_index(op.f("ix_import_run_school_id"), "import_run", ["school_id"], unique=False)
    op.create_foreign_key(op.f("fk_import_run_school_id"), "import_run", "school", ["school_id"], ["id"])
    op.add_column(
        "unit", sa.Column("listed_uscc", sa.String(length=18), nullable=True, comment="Credit code as listed")
    )
    op.create_index(op.f("ix_unit_listed_uscc"), "unit", ["listed_uscc"], unique=False)
    op.drop_constraint(op.f("ck_import_run_state"), "import_run", type_="check")
    op.create_check_constraint(
        op.f("ck_import_run_state"), "import_run", "state IN ('dry_run', 'running', 'done', 'failed', 'cancelled')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM import_run WHERE region_code IS NULL")
    op.execute("UPDATE import_run SET state = 'failed' WHERE state = 'cancelled'")
    op.drop_constraint(op.f("ck_import_run_state"), "import_run", type_="check")
    op.create_check_constraint(
        op.f("ck_import_run_state"), "import_run", "state IN ('dry_run', 'running', 'done', 'failed')"
    )
    op.drop_index(op.f("ix_unit_listed_uscc"), table_name="unit")
    op.drop_column("unit", "listed_uscc")
    op.drop_constraint(op.f("fk_import_run_school_id"), "import_run", type_="foreignkey")
    op.drop_index(op.f("ix_import_run_school_id"), table_name="import_run")
    op.drop_index("ix_import_run_account", table_name="import_run")
    op.alter_column(
        "import_run", "region_code", existing_type=sa.VARCHAR(length=6), nullable=False, existing_comment="Division"
    )
    op.drop_column("import_run", "changed")
    op.drop_column("import_run", "options")
    op.drop_column("import_run", "school_id")
    op.drop_index(
        "uq_gig_wanted_source_key", table_name="gig_wanted", postgresql_where=sa.text("source_key IS NOT NULL")
    )
    op.drop_column("gig_wanted", "source_key")
    op.drop_index("uq_gig_offer_source_key", table_name="gig_offer", postgresql_where=sa.text("source_key IS NOT NULL"))
    op.drop_column("gig_offer", "source_key")
    op.drop_index("ix_student_search", table_name="student", postgresql_using="gin")
    op.drop_index("ix_student_school_year", table_name="student")
    op.drop_index(op.f("ix_student_phone_hash"), table_name="student")
    op.drop_index(op.f("ix_student_major_id"), table_name="student")
    op.drop_index(op.f("ix_student_id_hash"), table_name="student")
    op.drop_table("student")
    op.drop_table("import_mapping")
    op.drop_index("ix_major_search", table_name="major", postgresql_using="gin")
    op.drop_table("major")
