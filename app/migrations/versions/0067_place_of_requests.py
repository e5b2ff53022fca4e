"""The log of requests says where the hat stood."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "request_event", sa.Column("place", sa.String(140), server_default="", nullable=False, comment="Place")
    )


def downgrade() -> None:
    op.drop_column("request_event", "place")
