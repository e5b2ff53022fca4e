"""What the bureau recommended of an agency's entry is kept as a digest."""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    digest = sa.Column("recommended_digest", sa.String(64), nullable=True, comment="Digest of what was recommended")
    op.add_column("agency_entry", digest)


def downgrade() -> None:
    op.drop_column("agency_entry", "recommended_digest")
