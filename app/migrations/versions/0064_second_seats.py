"""Two people agree to an appeal and to a takeover; the database counts them."""

from pathlib import Path

from alembic import op

revision = "0064"
down_revision = "0062"
branch_labels = None
depends_on = None

HOME = Path(__file__).resolve().parent.parent
TWO = "kind IN ('account_appeal', 'unit_takeover')"


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((HOME / "second_seat.sql").read_text(encoding="utf-8"))
    # Until now nobody could set more than one: in a division neither.
    op.execute(f"UPDATE review_policy SET seats_needed = 2 WHERE {TWO}")


def downgrade() -> None:
    op.execute("DROP TRIGGER review_round_seats_kept ON review_round")
    op.execute("DROP FUNCTION review_round_seats_kept()")
    op.execute("DROP TRIGGER review_round_seats ON review_round")
    op.execute("DROP FUNCTION review_round_seats()")
    op.execute("UPDATE review_policy SET seats_needed = 1")
    # The code of that time decides such rounds with one seat, or never.
    op.execute("UPDATE review_round SET state = 'queued' WHERE state = 'second'")
    op.execute("UPDATE review_round SET seats_needed = 1 WHERE state IN ('queued', 'need_info', 'held')")
