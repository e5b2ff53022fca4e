"""A role of the three administrators given on the screen waits for another administrator."""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

STANDING = "CASE WHEN active THEN 'active' WHEN given_by_id IS NOT NULL AND confirmed_by_id IS NULL THEN 'waiting' ELSE 'off' END"
CONFIRMED = (
    "NOT active OR role NOT IN ('sysadmin','secadmin','auditor') OR given_by_id IS NULL"
    " OR (confirmed_by_id IS NOT NULL AND confirmed_by_id <> given_by_id AND confirmed_by_id <> account_id)"
)


def upgrade() -> None:
    for name, words in (("given_by_id", "Given by"), ("confirmed_by_id", "Confirmed by")):
        op.add_column("hat", sa.Column(name, sa.Integer(), nullable=True, comment=words))
        op.create_foreign_key(op.f(f"fk_hat_{name}"), "hat", "ab_user", [name], ["id"])
    standing = sa.Column("standing", sa.String(10), sa.Computed(STANDING, persisted=True), nullable=False, comment="State")
    op.add_column("hat", standing)
    op.create_check_constraint(op.f("ck_hat_confirmed"), "hat", CONFIRMED)
    waits = sa.text("standing = 'waiting'")
    op.create_index("uq_hat_one_waiting", "hat", ["account_id"], unique=True, postgresql_where=waits)


def downgrade() -> None:
    op.drop_index("uq_hat_one_waiting", table_name="hat")
    op.drop_constraint(op.f("ck_hat_confirmed"), "hat", type_="check")
    for name in ("standing", "confirmed_by_id", "given_by_id"):
        op.drop_column("hat", name)
