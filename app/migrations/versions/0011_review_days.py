"""What a review day came to, and the indexes that the start pages count from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0013"
branch_labels = None
depends_on = None

COUNTS = (
    ("received", "Received"),
    ("gone", "Gone without a verdict"),
    ("approved", "Approved"),
    ("returned", "Returned for mending"),
    ("rejected", "Rejected"),
    ("late", "Decided late"),
)
SPREADS = (
    ("reasons", "Reasons given"),
    ("waits", "Spread: arrival to verdict"),
    ("efforts", "Spread: claim to verdict"),
)
INDEXES = (
    ("ix_review_round_submitted", "review_round", "submitted_at", None),
    ("ix_review_round_gone", "review_round", "decided_at", "state IN ('withdrawn','superseded','lapsed')"),
    ("ix_review_round_aside", "review_round", "region_code", "state IN ('need_info','held')"),
    ("ix_review_seat_decided", "review_seat", "decided_at", None),
    ("ix_login_event_refused", "login_event", "at", "outcome <> 'ok'"),
    ("ix_outbox_dead", "outbox", "id", "state = 'dead'"),
    ("ix_posting_agency_status", "posting", "agency_id status id", "agency_id IS NOT NULL"),
)


def upgrade() -> None:
    op.create_table(
        "review_day",
        sa.Column("day", sa.Date(), nullable=False, comment="Day"),
        sa.Column("region_code", sa.String(6), nullable=False, comment="Division"),
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False, comment="Reviewer"),
        *(sa.Column(name, sa.Integer(), nullable=False, comment=words) for name, words in COUNTS),
        *(sa.Column(name, postgresql.JSONB(), nullable=False, comment=words) for name, words in SPREADS),
        sa.PrimaryKeyConstraint("day", "region_code", "account_id"),
    )
    op.alter_column("visit", "since", nullable=True)  # the first visit has none before it
    for name, table, column, where in INDEXES:
        op.create_index(name, table, column.split(), postgresql_where=sa.text(where) if where else None)


def downgrade() -> None:
    for name, table, _column, _where in INDEXES:
        op.drop_index(name, table_name=table)
    op.execute("DELETE FROM visit WHERE since IS NULL")
    op.alter_column("visit", "since", nullable=False)
    op.drop_table("review_day")
