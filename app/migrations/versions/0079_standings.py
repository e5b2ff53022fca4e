"""What the bureau recommended of an agency's entry is kept as a digest; what gives a standing is always reviewed.

A proof of employment bears a name and a day.
"""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None

CONTENT = ("posting", "gig_offer", "gig_wanted", "unit_media", "personal_media")  # what a policy may let go unseen


def upgrade() -> None:
    digest = sa.Column("recommended_digest", sa.String(64), nullable=True, comment="Digest of what was recommended")
    op.add_column("agency_entry", digest)
    name = sa.Column("proof_name", sa.String(60), server_default="", nullable=False, comment="Name on the proof")
    op.add_column("employer_certification", name)
    issued = sa.Column("proof_date", sa.Date(), nullable=True, comment="Proof issued on")
    op.add_column("employer_certification", issued)
    policy = sa.table("review_policy", sa.column("kind", sa.String), sa.column("needs_review", sa.Boolean))
    op.execute(policy.update().where(policy.c.kind.not_in(CONTENT)).values(needs_review=True))


def downgrade() -> None:
    op.drop_column("employer_certification", "proof_date")
    op.drop_column("employer_certification", "proof_name")
    op.drop_column("agency_entry", "recommended_digest")
