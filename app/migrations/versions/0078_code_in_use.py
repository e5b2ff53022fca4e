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


TWICE = sa.text("SELECT string_agg(id::text, ', ' ORDER BY id) FROM unit GROUP BY uscc HAVING count(uscc) > 1 ORDER BY min(id)")
REFUSED = (
    "以下单位的统一社会信用代码重复（每组只能留一个），不能退回旧版本：{ids}。"
    " / These units have a credit code twice, and the release before allows each once; somebody decides whose it is: {ids}"
)


def downgrade() -> None:
    """Raises RuntimeError with the numbers of the units in the way. The code of that time knows no deleted unit."""
    groups = op.get_bind().execute(TWICE).scalars().all()
    if groups:
        raise RuntimeError(REFUSED.format(ids="; ".join(groups)))
    op.execute("UPDATE unit SET status = 'rejected' WHERE status = 'deleted'")
    _statuses(BEFORE)
    op.drop_index("ix_unit_uscc", "unit")
    op.drop_index("uq_unit_uscc", "unit")
    op.create_unique_constraint(op.f("uq_unit_uscc"), "unit", ["uscc"])
