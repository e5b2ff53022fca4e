"""What the rows that an export was narrowed by were called; the comments of an account by time, for their pace."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "export_event",
        sa.Column(
            "names", postgresql.JSONB(), server_default="{}", nullable=False, comment="Names in the conditions"
        ),
    )
    op.create_index("ix_record_comment_account", "record_comment", ["account_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_record_comment_account", table_name="record_comment")
    op.drop_column("export_event", "names")
