"""Triggers: the append-only chained ledger, immutable credit codes, immutable decided rounds."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HOME = Path(__file__).resolve().parent.parent


def upgrade() -> None:
    op.get_bind().exec_driver_sql((HOME / "ledger.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql((HOME / "ledger_drop.sql").read_text(encoding="utf-8"))
