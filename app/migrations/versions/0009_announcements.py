"""Notices of the platform with their readers; when somebody was last on the start page."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0005"
branch_labels = None
depends_on = None


def instant(name: str, comment: str, **more: object) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), comment=comment, **more)


def now(name: str, comment: str) -> sa.Column:
    return instant(name, comment, server_default=sa.text("now()"), nullable=False)


def key(table: str, column: str, target: str, **more: object) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **more)


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("title_zh", sa.String(80), nullable=False, comment="Title (Chinese)"),
        sa.Column("body_zh", sa.String(4000), nullable=False, comment="Text (Chinese)"),
        sa.Column("title_en", sa.String(120), nullable=False, comment="Title (English)"),
        sa.Column("body_en", sa.String(6000), nullable=False, comment="Text (English)"),
        sa.Column("importance", sa.String(20), nullable=False, comment="Importance"),
        sa.Column("pinned", sa.Boolean(), nullable=False, comment="Pinned"),
        sa.Column(
            "roles", postgresql.ARRAY(sa.String(20)), server_default="{}", nullable=False, comment="For these roles"
        ),
        sa.Column("shown_from", sa.Date(), nullable=False, comment="Shown from"),
        sa.Column("shown_until", sa.Date(), nullable=True, comment="Shown until"),
        now("created_on", "Created on"),
        now("changed_on", "Changed on"),
        sa.CheckConstraint("(title_en = '') = (body_en = '')", name=op.f("ck_announcement_english_whole")),
        sa.CheckConstraint("importance IN ('normal', 'important')", name=op.f("ck_announcement_importance")),
        sa.CheckConstraint("shown_until IS NULL OR shown_until >= shown_from", name=op.f("ck_announcement_days")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_announcement_shown", "announcement", [sa.literal_column("shown_from DESC"), sa.literal_column("id DESC")]
    )
    op.create_table(
        "announcement_region",
        sa.Column("announcement_id", sa.BigInteger(), nullable=False, comment="Official notice"),
        sa.Column("region_code", sa.String(6), nullable=False, comment="Division"),
        key("announcement_region", "announcement_id", "announcement.id", ondelete="CASCADE"),
        key("announcement_region", "region_code", "region.code"),
        sa.PrimaryKeyConstraint("announcement_id", "region_code"),
    )
    op.create_table(
        "announcement_read",
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("announcement_id", sa.BigInteger(), nullable=False, comment="Official notice"),
        now("read_at", "Read at"),
        instant("acknowledged_at", "Confirmed at", nullable=True),
        key("announcement_read", "account_id", "ab_user.id", ondelete="CASCADE"),
        key("announcement_read", "announcement_id", "announcement.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "announcement_id"),
    )
    op.create_index(op.f("ix_announcement_read_announcement_id"), "announcement_read", ["announcement_id"])
    op.create_table(
        "visit",
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("hat_id", sa.BigInteger(), nullable=False, comment="Role in use"),
        instant("seen_at", "Last seen", nullable=False),
        instant("since", "End of the visit before", nullable=False),
        key("visit", "account_id", "ab_user.id", ondelete="CASCADE"),
        key("visit", "hat_id", "hat.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "hat_id"),
    )


def downgrade() -> None:
    for table in ("visit", "announcement_read", "announcement_region", "announcement"):
        op.drop_table(table)
