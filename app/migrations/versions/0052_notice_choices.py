"""Which kinds of messages somebody also wants by SMS or mail."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_choice",
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("message_kind", sa.String(length=20), nullable=False, comment="Kind of message"),
        sa.Column("channel", sa.String(length=10), nullable=False, comment="Channel"),
        sa.CheckConstraint("channel IN ('sms', 'mail')", name=op.f("ck_notice_choice_channel")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ab_user.id"], name=op.f("fk_notice_choice_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "message_kind", "channel"),
    )


def downgrade() -> None:
    op.drop_table("notice_choice")
