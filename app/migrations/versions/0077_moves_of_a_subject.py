"""What happened to a subject outside its rounds is found without reading the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    outside = sa.text("round_id IS NULL")
    op.create_index("ix_review_event_moved", "review_event", ["subject_id", "kind", "id"], postgresql_where=outside)


def downgrade() -> None:
    op.drop_index("ix_review_event_moved", table_name="review_event")
