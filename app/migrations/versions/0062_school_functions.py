"""Whoever acts for a school has functions, as handlers of units do; those who did have all of them."""

from alembic import op

revision = "0062"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE hat SET grants = ARRAY['residency', 'roster', 'staff'] WHERE role = 'school_admin'")


def downgrade() -> None:
    op.execute("UPDATE hat SET grants = '{}' WHERE role = 'school_admin'")
