"""A reserved mail address of a person, sealed, found by its blind index."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("mail", sa.String(length=600), nullable=True, comment="Reserved mail address"))
    op.add_column(
        "person",
        sa.Column("mail_hash", sa.String(length=64), nullable=True, comment="Reserved mail address (blind index)"),
    )
    op.create_unique_constraint(op.f("uq_person_mail_hash"), "person", ["mail_hash"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_person_mail_hash"), "person", type_="unique")
    op.drop_column("person", "mail_hash")
    op.drop_column("person", "mail")
