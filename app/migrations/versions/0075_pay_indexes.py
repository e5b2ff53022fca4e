"""The portal's filters by pay have indexes of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    top, base = sa.text("coalesce(pay_max, pay_min)"), sa.text("coalesce(pay_min, pay_max)")
    op.create_index("ix_posting_pay_top", "posting", [top, "id"])
    op.create_index("ix_posting_pay_base", "posting", [base, "id"])


def downgrade() -> None:
    op.drop_index("ix_posting_pay_base", table_name="posting")
    op.drop_index("ix_posting_pay_top", table_name="posting")
