"""A credit code is in use while a unit with it waits or stands: drafts and refused ones hold it no more, and may be deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

HOLDING = "status IN ('pending', 'approved', 'frozen', 'imported')"
BEFORE = "'draft', 'returned', 'rejected', 'imported', 'pending', 'approved', 'frozen'"


def _statuses(listed: str) -> None:
    op.drop_constraint(op.f("ck_unit_status"), "unit", type_="check")
    op.create_check_constraint(op.f("ck_unit_status"), "unit", f"status IN ({listed})")


def upgrade() -> None:
    _statuses(f"{BEFORE}, 'deleted'")
    op.drop_constraint(op.f("uq_unit_uscc"), "unit", type_="unique")
    op.create_index("uq_unit_uscc", "unit", ["uscc"], unique=True, postgresql_where=sa.text(HOLDING))
    op.create_index("ix_unit_uscc", "unit", ["uscc"])


def downgrade() -> None:
    # The code of that time knows no deleted unit. Where a code stands twice it stays so: somebody decides whose it is.
    op.execute("UPDATE unit SET status = 'rejected' WHERE status = 'deleted'")
    _statuses(BEFORE)
    op.drop_index("ix_unit_uscc", "unit")
    op.drop_index("uq_unit_uscc", "unit")
    op.create_unique_constraint(op.f("uq_unit_uscc"), "unit", ["uscc"])
