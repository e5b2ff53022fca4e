"""The sections of the public page of an agency: staff, leaders, services and figures."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

SECTIONS = (("team", "Our staff"), ("leaders", "Our leaders"), ("services", "Services and results"))


def upgrade() -> None:
    for name, label in SECTIONS:
        op.add_column("agency", sa.Column(name, sa.Text(), server_default="", nullable=False, comment=label))
        op.create_check_constraint(op.f(f"ck_agency_{name}_length"), "agency", f"char_length({name}) <= 2000")


def downgrade() -> None:
    for name, _label in SECTIONS:
        op.drop_constraint(op.f(f"ck_agency_{name}_length"), "agency", type_="check")
        op.drop_column("agency", name)
