"""Tokens made before the password, the account or the roles changed count for nothing."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

HOME = Path(__file__).resolve().parent.parent


def _run(name: str) -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((HOME / name).read_text(encoding="utf-8"))


def upgrade() -> None:
    op.create_table(
        "token_floor",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False, comment="Account"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="Tokens count from"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ab_user.id"], name=op.f("fk_token_floor_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id"),
    )
    _run("token_floor.sql")


def downgrade() -> None:
    _run("login_session.sql")
    op.drop_table("token_floor")
