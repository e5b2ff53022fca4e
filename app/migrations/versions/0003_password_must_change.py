"""A password that somebody else has set is changed by its owner at the next login; comments follow the labels."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# (table, column, comment until now, comment from now on): labels that were made to say the same everywhere.
COMMENTS = (
    ("gig_offer", "address", "Work place", "Work address"),
    ("gig_wanted", "address", "Work place", "Work address"),
    ("gig_offer", "valid_until", "Valid until", "Information valid until"),
    ("gig_wanted", "valid_until", "Valid until", "Information valid until"),
    ("hat", "is_default", "Default hat", "Default role"),
    ("minimum_wage", "hourly", "Hourly (yuan, cents)", "Hourly (fen)"),
    ("stored_file", "had_gps", "Carried a position (removed)", "Location data removed"),
)


def upgrade() -> None:
    column = sa.Column(
        "must_change", sa.Boolean(), server_default=sa.text("false"), nullable=False, comment="Password must be changed"
    )
    op.add_column("person", column)
    for table, name, old, new in COMMENTS:
        op.alter_column(table, name, comment=new, existing_comment=old)


def downgrade() -> None:
    for table, name, old, new in COMMENTS:
        op.alter_column(table, name, comment=old, existing_comment=new)
    op.drop_column("person", "must_change")
