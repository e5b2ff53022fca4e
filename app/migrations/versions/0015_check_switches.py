"""What divisions set about the checks: off, or of another grade, from a day on, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "check_switch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("rule", sa.String(20), nullable=False, comment="Check or rule of words"),
        sa.Column("region_code", sa.String(6), nullable=True, comment="Division"),
        sa.Column("effect", sa.String(10), nullable=False, comment="Is"),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="From"),
        sa.Column("reason", sa.String(300), nullable=False, comment="Why"),
        sa.Column(
            "created_on", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False,
            comment="Created on",
        ),
        sa.Column(
            "changed_on", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False,
            comment="Changed on",
        ),
        sa.CheckConstraint(
            "effect IN ('off', 'info', 'warn', 'high', 'usual')", name=op.f("ck_check_switch_effect")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_check_switch_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_switch")),
        sa.UniqueConstraint(
            "rule", "region_code", "valid_from", name=op.f("uq_check_switch_rule_region_code_valid_from"),
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip
    op.execute(
        "CREATE TRIGGER settings_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON check_switch "
        "FOR EACH STATEMENT EXECUTE FUNCTION settings_stamp()"
    )


def downgrade() -> None:
    op.drop_table("check_switch")
