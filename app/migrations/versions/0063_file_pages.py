"""Papers come as PDF too: the pictures of their pages belong to the file."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0063"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "stored_file",
        sa.Column(
            "page_keys", ARRAY(sa.String(120)), server_default="{}", nullable=False, comment="Storage keys of the drawn pages"
        ),
    )


def downgrade() -> None:
    op.drop_column("stored_file", "page_keys")
