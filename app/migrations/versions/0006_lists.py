"""Saved views of lists, and the columns and density a person chose for a list."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0010"
branch_labels = None
depends_on = None


def _person() -> list[sa.Column]:
    return [
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False, comment="ID"),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("role", sa.String(20), nullable=False, comment="Role"),
        sa.Column("screen", sa.String(60), nullable=False, comment="List"),
        sa.Column("columns", postgresql.ARRAY(sa.String(60)), nullable=True, comment="Columns shown"),
        sa.Column("density", sa.String(10), server_default="", nullable=False, comment="Density"),
        sa.Column(
            "created_on", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False,
            comment="Created on",
        ),
        sa.Column(
            "changed_on", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False,
            comment="Changed on",
        ),
    ]


def _account(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=f"fk_{table}_account_id", ondelete="CASCADE"),
        sa.CheckConstraint("density IN ('', 'compact', 'normal', 'roomy')", name=f"ck_{table}_density"),
    ]


def upgrade() -> None:
    op.create_table(
        "saved_view",
        *_person(),
        sa.Column("name", sa.String(30), nullable=False, comment="Name"),
        sa.Column("conditions", postgresql.JSONB(), nullable=False, comment="Conditions"),
        sa.Column("audience", sa.String(30), server_default="", nullable=False, comment="Shared with"),
        sa.Column("position", sa.SmallInteger(), server_default="0", nullable=False, comment="Place in the order"),
        *_account("saved_view"),
        sa.UniqueConstraint(
            "account_id", "role", "screen", "name", name="uq_saved_view_account_id_role_screen_name"
        ),
    )
    op.create_index(
        "ix_saved_view_shared", "saved_view", ["screen", "audience"], postgresql_where=sa.text("audience <> ''")
    )
    op.create_table(
        "list_layout",
        *_person(),
        sa.Column("opens_with_id", sa.BigInteger(), nullable=True, comment="Opens with"),
        *_account("list_layout"),
        sa.ForeignKeyConstraint(
            ["opens_with_id"], ["saved_view.id"], name="fk_list_layout_opens_with_id", ondelete="SET NULL"
        ),
        sa.UniqueConstraint("account_id", "role", "screen", name="uq_list_layout_account_id_role_screen"),
    )
    op.create_index("ix_list_layout_opens_with_id", "list_layout", ["opens_with_id"])


def downgrade() -> None:
    op.drop_table("list_layout")
    op.drop_table("saved_view")
