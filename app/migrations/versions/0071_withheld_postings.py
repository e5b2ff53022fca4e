"""Postings of agencies that lose their right are withheld at once."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "posting", sa.Column("withheld", sa.Boolean(), server_default="false", nullable=False, comment="Withheld")
    )
    op.create_index("ix_posting_withheld", "posting", ["id"], postgresql_where=sa.text("withheld"))


def downgrade() -> None:
    op.drop_index("ix_posting_withheld", table_name="posting")
    op.drop_column("posting", "withheld")
