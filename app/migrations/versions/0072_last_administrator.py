"""The last administrator of each kind cannot be taken away."""

from pathlib import Path

from alembic import op

revision = "0072"
down_revision = "0068"
branch_labels = None
depends_on = None

HOME = Path(__file__).resolve().parent.parent


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((HOME / "last_administrator.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DROP TRIGGER ab_user_administrators_stay ON ab_user")
    op.execute("DROP TRIGGER hat_administrators_gone ON hat")
    op.execute("DROP TRIGGER hat_administrators_stay ON hat")
    op.execute("DROP FUNCTION administrators_stay()")
