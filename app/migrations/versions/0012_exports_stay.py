"""A line of the log of exports stays as it was written: the ledger is compared with it."""

from alembic import op

revision = "0012"
down_revision = "0014"
branch_labels = None
depends_on = None

STAYS = """
CREATE TRIGGER export_event_no_change BEFORE UPDATE OR DELETE ON export_event
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER export_event_no_truncate BEFORE TRUNCATE ON export_event
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""


def upgrade() -> None:
    op.execute(STAYS)


def downgrade() -> None:
    op.execute("DROP TRIGGER export_event_no_truncate ON export_event")
    op.execute("DROP TRIGGER export_event_no_change ON export_event")
