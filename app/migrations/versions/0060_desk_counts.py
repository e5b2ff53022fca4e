"""The counts of the desk by kind stop at their cap: an index that begins with the kind."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_review_round_kinds",
        "review_round",
        ["kind", "region_code"],
        postgresql_where=sa.text("state IN ('queued','second')"),
    )


def downgrade() -> None:
    op.drop_index("ix_review_round_kinds", "review_round")
