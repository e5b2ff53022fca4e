"""Custom fields: their definitions, the stamp by which processes notice a change, the column of their values."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0004"
branch_labels = None
depends_on = None

HOME = Path(__file__).resolve().parent.parent
TABLES = ("unit", "unit_change", "posting", "gig_offer", "gig_wanted", "school")
TYPES = ("text", "long", "int", "decimal", "bool", "date", "choice", "choices")


def text(name: str, length: int, comment: str) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=False, comment=comment)


def flag(name: str, comment: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False, comment=comment)


def stamp(name: str, comment: str) -> sa.Column:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment=comment
    )


def run(name: str) -> None:
    """Runs a file of statements as it stands."""
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((HOME / name).read_text(encoding="utf-8"))


def upgrade() -> None:
    listed = ", ".join(f"'{name}'" for name in TYPES)
    op.create_table(
        "custom_field",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        text("entity", 30, "Belongs to"),
        text("code", 30, "Code"),
        text("type", 10, "Type"),
        text("label_zh", 40, "Label (Chinese)"),
        text("label_en", 60, "Label (English)"),
        text("help_zh", 200, "Help (Chinese)"),
        text("help_en", 200, "Help (English)"),
        sa.Column("region_code", sa.String(6), nullable=True, comment="Division"),
        flag("required", "Required"),
        sa.Column("options", postgresql.JSONB(), server_default="[]", nullable=False, comment="Options"),
        sa.Column("max_length", sa.Integer(), nullable=True, comment="Most characters"),
        text("at_least", 20, "At least"),
        text("at_most", 20, "At most"),
        sa.Column("position", sa.Integer(), nullable=False, comment="Order"),
        text("section_zh", 40, "Section (Chinese)"),
        text("section_en", 60, "Section (English)"),
        flag("in_form", "In the form"),
        flag("in_list", "In the list"),
        flag("in_filter", "As a filter"),
        flag("in_search", "Found by the search box"),
        flag("reviewed", "Reviewed"),
        flag("public", "Public"),
        flag("active", "Active"),
        sa.Column(
            "search_stale", sa.Boolean(), server_default="false", nullable=False, comment="Search index is behind"
        ),
        stamp("created_on", "Created on"),
        stamp("changed_on", "Changed on"),
        sa.CheckConstraint(f"type IN ({listed})", name=op.f("ck_custom_field_type")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_custom_field_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("custom_field_pkey")),
        sa.UniqueConstraint("entity", "code", name=op.f("uq_custom_field_entity_code")),
    )
    op.create_table(
        "settings_stamp",
        sa.Column("name", sa.String(40), nullable=False, comment="Settings"),
        sa.Column("stamp", sa.Uuid(), nullable=False, comment="State"),
        sa.PrimaryKeyConstraint("name", name=op.f("settings_stamp_pkey")),
    )
    run("custom_fields.sql")
    for table in TABLES:
        values = sa.Column(
            "extra", postgresql.JSONB(), server_default="{}", nullable=False, comment="Values of custom fields"
        )
        op.add_column(table, values)
        op.create_index(f"ix_{table}_extra", table, ["extra"], postgresql_using="gin")


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_extra", table_name=table, postgresql_using="gin")
        op.drop_column(table, "extra")
    op.drop_table("settings_stamp")
    op.drop_table("custom_field")
    op.execute("DROP FUNCTION custom_field_stamp()")
