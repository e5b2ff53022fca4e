"""Persons, the hats they wear, and their logins."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import String
from sqlalchemy.dialects import postgresql


def upgrade() -> None:
    """Makes the tables of this part."""
    _person()
    _hat()
    _login_event()


def downgrade() -> None:
    """Takes them away again, with their indexes."""
    op.drop_table("login_event")
    op.drop_table("hat")
    op.drop_table("person")


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("real_name", sa.String(length=60), nullable=False, comment="Real name"),
        sa.Column("document_kind", sa.String(length=30), nullable=False, comment="Document kind"),
        sa.Column("id_number", sa.String(length=600), nullable=True, comment="Document number"),
        sa.Column("id_hash", sa.String(length=64), nullable=True, comment="Document number (blind index)"),
        sa.Column("phone", sa.String(length=600), nullable=True, comment="Phone"),
        sa.Column("phone_hash", sa.String(length=64), nullable=True, comment="Phone (blind index)"),
        sa.Column("born_on", sa.Date(), nullable=True, comment="Born on"),
        sa.Column("identity_level", sa.SmallInteger(), nullable=False, comment="Identity level"),
        sa.Column("demo", sa.Boolean(), nullable=False, comment="Demo account"),
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
        sa.CheckConstraint("identity_level BETWEEN 0 AND 3", name=op.f("ck_person_identity_level")),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_person_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id"),
        sa.UniqueConstraint("id_hash", name=op.f("uq_person_id_hash")),
        sa.UniqueConstraint("phone_hash", name=op.f("uq_person_phone_hash")),
    )


def _hat() -> None:
    op.create_table(
        "hat",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("role", sa.String(length=20), nullable=False, comment="Role"),
        sa.Column("region_code", sa.String(length=6), nullable=True, comment="Division"),
        sa.Column("unit_id", sa.BigInteger(), nullable=True, comment="Unit"),
        sa.Column("school_id", sa.BigInteger(), nullable=True, comment="School"),
        sa.Column("agency_id", sa.BigInteger(), nullable=True, comment="Agency"),
        sa.Column(
            "grants",
            postgresql.ARRAY(String(length=30)),
            server_default="{}",
            nullable=False,
            comment="Granted functions",
        ),
        sa.Column("is_default", sa.Boolean(), nullable=False, comment="Default hat"),
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
        sa.CheckConstraint("role <> 'agency' OR agency_id IS NOT NULL", name=op.f("ck_hat_agency")),
        sa.CheckConstraint("role <> 'school_admin' OR school_id IS NOT NULL", name=op.f("ck_hat_school")),
        sa.CheckConstraint(
            "role IN ('reviewer', 'lead', 'school_admin', 'unit_owner', 'unit_handler', "
            "'agency', 'seeker', 'student', 'operator', 'sysadmin', 'secadmin', 'auditor')",
            name=op.f("ck_hat_role"),
        ),
        sa.CheckConstraint("role NOT IN ('reviewer','lead') OR region_code IS NOT NULL", name=op.f("ck_hat_region")),
        sa.CheckConstraint(
            "role NOT IN ('unit_owner','unit_handler') OR unit_id IS NOT NULL", name=op.f("ck_hat_unit")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_hat_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_hat_agency_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_hat_region_code")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_hat_school_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hat_unit_id")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_hat_account_id"), "hat", ["account_id"], unique=False)
    op.create_index(op.f("ix_hat_agency_id"), "hat", ["agency_id"], unique=False)
    op.create_index(op.f("ix_hat_school_id"), "hat", ["school_id"], unique=False)
    op.create_index(op.f("ix_hat_unit_id"), "hat", ["unit_id"], unique=False)
    op.create_index(
        "uq_hat_once",
        "hat",
        [
            "account_id",
            "role",
            sa.literal_column("coalesce(unit_id, 0)"),
            sa.literal_column("coalesce(school_id, 0)"),
            sa.literal_column("coalesce(agency_id, 0)"),
            sa.literal_column("coalesce(region_code, '')"),
        ],
        unique=True,
        postgresql_where=sa.text("active"),
    )
    op.create_index(
        "uq_hat_one_administrator",
        "hat",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("active AND role IN ('sysadmin','secadmin','auditor')"),
    )


def _login_event() -> None:
    op.create_table(
        "login_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="At"),
        sa.Column("account_id", sa.Integer(), nullable=True, comment="Account"),
        sa.Column("user_name", sa.String(length=128), nullable=False, comment="User name"),
        sa.Column("address", sa.String(length=45), nullable=False, comment="Address"),
        sa.Column("outcome", sa.String(length=20), nullable=False, comment="Outcome"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ab_user.id"], name=op.f("fk_login_event_account_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_login_event_at"), "login_event", ["at"], unique=False)
