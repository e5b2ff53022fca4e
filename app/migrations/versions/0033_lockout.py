"""Failures are counted by account and by address: an index for each."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0016"
branch_labels = None
depends_on = None

WRONG = "outcome IN ('wrong','wrong_code')"
TOLD = "outcome IN ('wrong','wrong_code','ok','unlocked')"


def upgrade() -> None:
    by_name = [sa.text("lower(user_name)"), "id"]
    op.create_index("ix_login_event_name", "login_event", by_name, postgresql_where=sa.text(TOLD))
    op.create_index("ix_login_event_account", "login_event", ["account_id", "id"])
    op.create_index("ix_login_event_address", "login_event", ["address", "at"], postgresql_where=sa.text(WRONG))


def downgrade() -> None:
    for name in ("name", "account", "address"):
        op.drop_index(f"ix_login_event_{name}", table_name="login_event")
