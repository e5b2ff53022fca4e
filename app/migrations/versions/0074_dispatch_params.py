"""What fills the template of an SMS provider, sealed, for as long as the text is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dispatch", sa.Column("params", sa.String(length=4000), comment="What fills its template"))


def downgrade() -> None:
    op.drop_column("dispatch", "params")
