"""The first schema: FAB's security tables and ours, part by part."""

from app.migrations.first import files, gigs, messages, people, postings, reference, review, running, security, units

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PARTS = (security, reference, units, people, files, postings, gigs, review, messages, running)


def upgrade() -> None:
    """In the order in which the tables name one another."""
    for part in PARTS:
        part.upgrade()


def downgrade() -> None:
    """The other way round."""
    for part in reversed(PARTS):
        part.downgrade()
