"""What one decides where two should is marked and bears a ground; grave findings want two; rounds go upwards in time."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

HOME = Path(__file__).resolve().parent.parent
# The ledger has said since 0064 how many should have agreed where more than one did. Rows of that time that are decided
# keep everything else as it is; the mark is the one under which the guard lets them be touched.
TOLD = """
    UPDATE review_round r SET seats_wanted = t.wanted, alone = r.seats_needed < t.wanted
    FROM (SELECT round_id, CAST(CAST(body AS jsonb) -> 'facts' ->> 'seats_set' AS smallint) AS wanted
          FROM review_event WHERE action = 'submit' AND body LIKE '%"seats_set":%') t
    WHERE r.id = t.round_id AND t.wanted > 1 AND r.state IN ('queued', 'second', 'need_info', 'held', 'approved', 'rejected')
"""


def _run(name: str) -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((HOME / name).read_text(encoding="utf-8"))


def upgrade() -> None:
    op.add_column(
        "review_policy",
        sa.Column("seats_grave", sa.SmallInteger(), server_default="2", nullable=False, comment="Seats for grave findings"),
    )
    op.create_check_constraint(op.f("ck_review_policy_seats_grave"), "review_policy", "seats_grave BETWEEN 1 AND 3")
    for name, kind, default, label in (
        ("seats_wanted", sa.SmallInteger(), "1", "Seats wanted"),
        ("alone", sa.Boolean(), "false", "Decided by fewer than wanted"),
        ("escalated", sa.SmallInteger(), "0", "Escalated"),
    ):
        op.add_column("review_round", sa.Column(name, kind, server_default=default, nullable=False, comment=label))
    op.execute("SELECT set_config('gongjiu.undo', 'on', true)")
    op.execute("UPDATE review_round SET seats_wanted = seats_needed WHERE seats_needed > 1 AND state IN"
               " ('queued', 'second', 'need_info', 'held', 'approved', 'rejected')")  # fmt: skip
    op.execute(TOLD)
    op.execute("SELECT set_config('gongjiu.undo', '', true)")
    # Those that were withdrawn or superseded never change again: for them the number that counted is enough.
    op.create_check_constraint(
        op.f("ck_review_round_alone"), "review_round", "alone = (seats_needed < seats_wanted)"
    )
    op.create_index(
        "ix_review_round_alone", "review_round", ["region_code", "submitted_at"], postgresql_where=sa.text("alone")
    )
    _run("decided_alone.sql")


def downgrade() -> None:
    op.execute("DROP TRIGGER review_round_seats_kept ON review_round")
    op.execute("DROP TRIGGER review_round_seats ON review_round")
    _run("second_seat.sql")
    op.drop_index("ix_review_round_alone", table_name="review_round")
    op.drop_constraint(op.f("ck_review_round_alone"), "review_round", type_="check")
    for name in ("escalated", "alone", "seats_wanted"):
        op.drop_column("review_round", name)
    op.drop_constraint(op.f("ck_review_policy_seats_grave"), "review_policy", type_="check")
    op.drop_column("review_policy", "seats_grave")
