"""Appeals whose approval is called back: when an account was taken over, and what it was reached by until then."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

BEFORE = ("draft", "returned", "withdrawn", "pending", "approved", "rejected")


def _statuses(*words: str) -> None:
    op.drop_constraint(op.f("ck_account_appeal_status"), "account_appeal", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f("ck_account_appeal_status"), "account_appeal", f"status IN ({listed})")


def upgrade() -> None:
    moment = sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True, comment="Account taken over at")
    op.add_column("account_appeal", moment)
    for name, comment in (("former_phone", "Phone before"), ("former_mail", "Mail before")):
        words = f"{comment}, until the account is taken over"
        op.add_column("account_appeal", sa.Column(name, sa.String(600), nullable=True, comment=words))
    # Where a password was chosen since, the account was taken over; what is told earlier has the new phone already.
    op.execute(
        "UPDATE account_appeal SET taken_at = told_at WHERE status = 'approved' AND told_at IS NOT NULL AND EXISTS"
        " (SELECT FROM password_history AS h WHERE h.account_id = account_appeal.account_id AND h.until > told_at)"
    )
    _statuses(*BEFORE, "revoked")


def downgrade() -> None:
    op.execute("UPDATE account_appeal SET status = 'rejected' WHERE status = 'revoked'")
    _statuses(*BEFORE)
    for name in ("former_mail", "former_phone", "taken_at"):
        op.drop_column("account_appeal", name)
