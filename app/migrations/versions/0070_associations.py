"""An association of a unit with an agency is asked for and agreed to."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agency_unit", sa.Column("state", sa.String(10), server_default="applied", nullable=False, comment="State"))
    op.add_column(
        "agency_unit", sa.Column("statement", sa.String(300), server_default="", nullable=False, comment="Message to the agency")
    )
    op.add_column("agency_unit", sa.Column("reason", sa.String(300), server_default="", nullable=False, comment="Reason"))
    op.add_column("agency_unit", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True, comment="Since"))
    op.execute("UPDATE agency_unit SET state = CASE WHEN authorised THEN 'linked' ELSE 'applied' END")
    op.drop_column("agency_unit", "authorised")
    op.add_column(
        "agency_unit",
        sa.Column(
            "authorised", sa.Boolean(), sa.Computed("state = 'linked'", persisted=True), nullable=False, comment="Authorised"
        ),
    )
    op.create_check_constraint(
        op.f("ck_agency_unit_state"), "agency_unit", "state IN ('applied', 'linked', 'refused', 'withdrawn', 'ended')"
    )


def downgrade() -> None:
    op.drop_column("agency_unit", "authorised")
    op.add_column(
        "agency_unit",
        sa.Column("authorised", sa.Boolean(), server_default="false", nullable=False, comment="Authorised"),
    )
    op.execute("UPDATE agency_unit SET authorised = state = 'linked'")
    op.alter_column("agency_unit", "authorised", server_default=None)
    op.drop_constraint(op.f("ck_agency_unit_state"), "agency_unit", type_="check")
    for name in ("state", "statement", "reason", "moved_at"):
        op.drop_column("agency_unit", name)
