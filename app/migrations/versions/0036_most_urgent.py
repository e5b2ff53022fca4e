"""The most urgent open round of a whole province is found without putting all of them in order."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_review_round_urgent",
        "review_round",
        ["tier", "due_at", "id", "region_code", "kind"],
        postgresql_where=sa.text("state IN ('queued','second')"),
    )


def downgrade() -> None:
    op.drop_index("ix_review_round_urgent", table_name="review_round")
