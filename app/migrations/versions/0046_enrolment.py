"""Codes with which staff set up their first device; forms that wait for a proof; wrong codes among the refused logins."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

REFUSED = "outcome IN ('wrong','wrong_code','locked')"


def upgrade() -> None:
    op.create_table(
        "enrolment_code",
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("code_hash", sa.String(64), nullable=False, comment="Keyed hash of the code"),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="Made at"
        ),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, comment="Good until"),
        sa.Column("made_by_id", sa.Integer(), nullable=True, comment="Made by"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ab_user.id"], name=op.f("fk_enrolment_code_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["ab_user.id"], name=op.f("fk_enrolment_code_made_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_table(
        "carried_form",
        sa.Column("login_id", sa.BigInteger(), nullable=False, comment="Login"),
        sa.Column("back", sa.String(2000), nullable=False, comment="Page it came from"),
        sa.Column("sent", sa.Text(), nullable=False, comment="Sealed form"),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, comment="Good until"),
        sa.ForeignKeyConstraint(
            ["login_id"], ["login_session.id"], name=op.f("fk_carried_form_login_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("login_id"),
    )
    op.drop_index("ix_login_event_refused", table_name="login_event")
    op.create_index("ix_login_event_refused", "login_event", ["at"], postgresql_where=sa.text(REFUSED))


def downgrade() -> None:
    op.drop_index("ix_login_event_refused", table_name="login_event")
    former = sa.text("outcome IN ('wrong','locked')")
    op.create_index("ix_login_event_refused", "login_event", ["at"], postgresql_where=former)
    op.drop_table("carried_form")
    op.drop_table("enrolment_code")
