"""The stamp by which processes notice a changed setting; the hour or interval an administrator gives a job."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0011"
branch_labels = None
depends_on = None

HOME = Path(__file__).resolve().parent.parent
TABLES = ("dict_item", "parameter", "notice_text")


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((HOME / "settings_stamp.sql").read_text(encoding="utf-8"))
    op.add_column(
        "job_switch",
        sa.Column("own_time", sa.String(5), server_default="", nullable=False, comment="Own time"),
    )
    op.add_column(
        "job_switch", sa.Column("running_since", sa.DateTime(timezone=True), nullable=True, comment="Running since")
    )


def downgrade() -> None:
    op.drop_column("job_switch", "running_since")
    op.drop_column("job_switch", "own_time")
    for table in TABLES:  # a name cannot be a parameter of a statement; these are the constants above
        op.execute(f"DROP TRIGGER settings_stamp ON {table}")
    op.execute("DROP FUNCTION settings_stamp()")
    op.execute("DELETE FROM settings_stamp WHERE name = 'settings'")
