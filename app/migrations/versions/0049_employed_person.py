"""The person whose employment a certification proves stands in it, for the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    named = sa.Column("applicant", sa.String(60), server_default="", nullable=False, comment="Employed person")
    op.add_column("employer_certification", named)
    op.execute(
        "UPDATE employer_certification c SET applicant = p.real_name FROM person p WHERE p.account_id = c.created_by_id"
    )


def downgrade() -> None:
    op.drop_column("employer_certification", "applicant")
