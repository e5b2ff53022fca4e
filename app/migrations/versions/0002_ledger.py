"""Triggers: the append-only chained ledger, immutable credit codes, immutable decided rounds."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HOME = Path(__file__).resolve().parent.parent


def run(name: str) -> None:
    """Runs a file of statements as it stands: no placeholders, so % signs in function bodies are safe."""
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((HOME / name).read_text(encoding="utf-8"))


def upgrade() -> None:
    run("ledger.sql")


def downgrade() -> None:
    run("ledger_drop.sql")
