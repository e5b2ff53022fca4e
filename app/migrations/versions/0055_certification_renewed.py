"""A certification may be applied for while one is in force; files that evidence names are found by their number."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

OPEN = "status IN ('draft','pending','returned','rejected')"
BEFORE = ("draft", "returned", "rejected", "expired", "revoked", "pending", "approved")


def _statuses(*names: str) -> None:
    op.drop_constraint(op.f("ck_employer_certification_status"), "employer_certification")
    listed = ", ".join(f"'{name}'" for name in names)
    op.create_check_constraint(op.f("ck_employer_certification_status"), "employer_certification", f"status IN ({listed})")


def upgrade() -> None:
    _statuses(*BEFORE, "deleted")
    op.drop_constraint("uq_employer_certification_unit_id_created_by_id", "employer_certification", type_="unique")
    op.create_index(
        "uq_employer_certification_open", "employer_certification", ["unit_id", "created_by_id"], unique=True,
        postgresql_where=sa.text(OPEN),
    )  # fmt: skip
    op.create_index(
        "ix_review_evidence_files", "review_evidence", [sa.text("(content -> 'files')")],
        postgresql_using="gin", postgresql_where=sa.text("(content -> 'files') IS NOT NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_review_evidence_files", table_name="review_evidence")
    op.drop_index("uq_employer_certification_open", table_name="employer_certification")
    op.execute("UPDATE employer_certification SET status = 'rejected' WHERE status = 'deleted'")
    _statuses(*BEFORE)
    # Of several certifications of one person for one unit the older ones keep their papers under nobody's name.
    op.execute(
        "UPDATE employer_certification c SET created_by_id = NULL WHERE EXISTS (SELECT 1 FROM employer_certification n"
        " WHERE n.unit_id = c.unit_id AND n.created_by_id = c.created_by_id AND n.id > c.id)"
    )
    op.create_unique_constraint(
        "uq_employer_certification_unit_id_created_by_id", "employer_certification", ["unit_id", "created_by_id"]
    )
