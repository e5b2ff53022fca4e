"""Logins are kept by the server: the cookie holds a random number only."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0012"
branch_labels = None
depends_on = None

HOME = Path(__file__).resolve().parent.parent
OPEN, ENDED = sa.text("ended_at IS NULL"), sa.text("ended_at IS NOT NULL")


def _moment(name: str, words: str, **more: object) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), comment=words, **more)


def upgrade() -> None:
    now = {"server_default": sa.text("now()"), "nullable": False}
    op.create_table(
        "login_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("token_hash", sa.String(64), nullable=False, comment="Hash of the session number"),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("hat_id", sa.BigInteger(), nullable=True, comment="Worn role"),
        sa.Column("staff", sa.Boolean(), nullable=False, comment="Rules for staff"),
        sa.Column("device_kind", sa.String(10), nullable=False, comment="Kind of device"),
        sa.Column("device", sa.String(60), nullable=False, comment="Device"),
        sa.Column("address", sa.String(45), nullable=False, comment="Address"),
        _moment("started_at", "Logged in at", **now),
        _moment("seen_at", "Last seen", **now),
        _moment("ends_at", "Ends at the latest", nullable=False),
        _moment("ended_at", "Ended at", nullable=True),
        sa.Column("ended_why", sa.String(20), server_default="", nullable=False, comment="Why it ended"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ab_user.id"], name=op.f("fk_login_session_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["hat_id"], ["hat.id"], name=op.f("fk_login_session_hat_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    op.create_index(op.f("ix_login_session_account_id"), "login_session", ["account_id"])
    op.create_index(op.f("ix_login_session_hat_id"), "login_session", ["hat_id"])
    op.create_index("ix_login_session_open", "login_session", ["account_id"], postgresql_where=OPEN)
    op.create_index("ix_login_session_seen", "login_session", ["seen_at"], postgresql_where=OPEN)
    op.create_index("ix_login_session_ended", "login_session", ["ended_at"], postgresql_where=ENDED)
    op.drop_index("ix_login_event_refused", table_name="login_event")
    refused = sa.text("outcome IN ('wrong','locked')")
    op.create_index("ix_login_event_refused", "login_event", ["at"], postgresql_where=refused)
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((HOME / "login_session.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DROP TRIGGER login_session_account ON ab_user")
    for name in ("login_session_hat", "login_session_hat_gone", "login_session_hat_new"):
        op.execute(f"DROP TRIGGER {name} ON hat")
    op.drop_table("login_session")
    for function in ("login_session_noted()", "login_session_hat()", "login_session_account()"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP FUNCTION login_session_end(integer, text)")
    op.drop_index("ix_login_event_refused", table_name="login_event")
    op.create_index("ix_login_event_refused", "login_event", ["at"], postgresql_where=sa.text("outcome <> 'ok'"))
