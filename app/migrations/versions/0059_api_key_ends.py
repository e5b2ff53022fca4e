"""Keys of programs end with password, account and role; the lockout of an address counts the network of an IPv6 address."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0056"
branch_labels = None
depends_on = None

HOME = Path(__file__).resolve().parent.parent
COUNTED = sa.text("outcome IN ('wrong','wrong_code')")
# What the triggers would have done, had they been there.
ENDED = """
UPDATE api_key SET key_state = 'ended', ended_at = clock_timestamp() WHERE key_state = 'active' AND (
    EXISTS (SELECT 1 FROM token_floor f WHERE f.account_id = api_key.account_id AND f.since > api_key.created_on)
    OR EXISTS (SELECT 1 FROM ab_user u WHERE u.id = api_key.account_id AND u.active IS NOT TRUE)
    OR EXISTS (SELECT 1 FROM hat h WHERE h.id = api_key.hat_id AND NOT h.active))
"""


def _run(name: str) -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((HOME / name).read_text(encoding="utf-8"))


def _states(*states: str) -> None:
    op.drop_constraint("ck_api_key_key_state", "api_key")
    listed = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(op.f("ck_api_key_key_state"), "api_key", f"key_state IN ({listed})")


def upgrade() -> None:
    op.add_column("api_key", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="Ended at"))
    _states("active", "revoked", "expired", "ended")
    op.execute(ENDED)
    _run("api_key_ends.sql")
    op.add_column(
        "login_event",
        sa.Column("net", sa.String(45), server_default="", nullable=False, comment="Network of the address"),
    )
    op.drop_index("ix_login_event_address", table_name="login_event")
    op.create_index("ix_login_event_net", "login_event", ["net", "at"], postgresql_where=COUNTED)


def downgrade() -> None:
    op.drop_index("ix_login_event_net", table_name="login_event")
    op.create_index("ix_login_event_address", "login_event", ["address", "at"], postgresql_where=COUNTED)
    op.drop_column("login_event", "net")
    op.execute("DROP TRIGGER api_key_hat ON hat")
    op.execute("DROP FUNCTION api_key_hat()")
    _run("token_floor.sql")
    op.execute("UPDATE api_key SET key_state = 'revoked' WHERE key_state IN ('expired', 'ended')")
    _states("active", "revoked")
    op.drop_column("api_key", "ended_at")
