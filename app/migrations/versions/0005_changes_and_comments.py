"""Who changed which field, and what colleagues say about a row."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0007"
branch_labels = None
depends_on = None


def _key() -> sa.Column:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True, comment="ID")


def _moment(name: str, comment: str, *, needed: bool = True) -> sa.Column:
    default = sa.func.now() if needed else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not needed, comment=comment)


def upgrade() -> None:
    op.create_table(
        "field_change",
        _key(),
        sa.Column("entity", sa.String(60), nullable=False, comment="Table"),
        sa.Column("row_key", sa.String(60), nullable=False, comment="Row"),
        sa.Column("action", sa.String(10), nullable=False, comment="Action"),
        sa.Column("fields", postgresql.JSONB(), nullable=False, comment="Changed fields"),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("ab_user.id", name="fk_field_change_account_id"), comment="By"),
        sa.Column("role", sa.String(20), nullable=False, comment="Role"),
        _moment("at", "When"),
        sa.CheckConstraint("action IN ('changed', 'deleted')", name=op.f("ck_field_change_action")),
    )
    op.create_index("ix_field_change_row", "field_change", ["entity", "row_key", sa.text("id DESC")])
    op.create_table(
        "record_comment",
        _key(),
        sa.Column("kind", sa.String(30), nullable=False, comment="Kind"),
        sa.Column("subject_id", sa.BigInteger(), nullable=False, comment="Row"),
        sa.Column("side", sa.String(40), nullable=False, comment="Side"),
        sa.Column("text", sa.String(1000), nullable=False, comment="Comment"),
        sa.Column("mentions", postgresql.JSONB(), nullable=False, comment="Mentioned"),
        sa.Column(
            "account_id", sa.Integer(), sa.ForeignKey("ab_user.id", name="fk_record_comment_account_id"),
            nullable=False, comment="By",
        ),
        sa.Column("role", sa.String(20), nullable=False, comment="Role"),
        _moment("at", "When"),
        _moment("deleted_at", "Deleted at", needed=False),
    )
    op.create_index("ix_record_comment_row", "record_comment", ["kind", "subject_id", "side", "id"])


def downgrade() -> None:
    op.drop_table("record_comment")
    op.drop_table("field_change")
