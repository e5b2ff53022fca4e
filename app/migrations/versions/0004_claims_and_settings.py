"""When a claim began; seats of a policy; settings kept on screens: words of messages, jobs switched off, long values."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _changed() -> list[sa.Column]:
    return [
        sa.Column(
            name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False, comment=comment
        )
        for name, comment in (("created_on", "Created on"), ("changed_on", "Changed on"))
    ]


def _text(name: str, length: int, comment: str) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=False, comment=comment)


def upgrade() -> None:
    op.add_column("review_round", sa.Column("claimed_at", sa.DateTime(timezone=True), comment="Claimed at"))
    op.add_column(
        "review_policy",
        sa.Column("seats_needed", sa.SmallInteger(), server_default="1", nullable=False, comment="Seats needed"),
    )
    op.create_check_constraint(op.f("ck_review_policy_seats_needed"), "review_policy", "seats_needed BETWEEN 1 AND 3")
    op.alter_column("parameter", "value", type_=sa.String(2000), existing_type=sa.String(200), existing_nullable=False)
    op.add_column("job_run", sa.Column("account_id", sa.Integer(), comment="Started by"))
    op.create_foreign_key(op.f("fk_job_run_account_id"), "job_run", "ab_user", ["account_id"], ["id"])
    op.create_table(
        "job_switch",
        sa.Column("job", sa.String(60), primary_key=True, comment="Job"),
        sa.Column("off", sa.Boolean(), nullable=False, comment="Switched off"),
        _text("reason", 300, "Reason"),
        sa.Column("account_id", sa.Integer(), comment="By"),
        *_changed(),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_job_switch_account_id")),
    )
    op.create_table(
        "notice_text",
        sa.Column("template", sa.String(60), primary_key=True, comment="Message"),
        _text("subject_zh", 100, "Subject (Chinese)"),
        _text("subject_en", 160, "Subject (English)"),
        _text("text_zh", 600, "Text (Chinese)"),
        _text("text_en", 1000, "Text (English)"),
        sa.Column("own", sa.Boolean(), nullable=False, comment="Own words"),
        *_changed(),
    )


def downgrade() -> None:
    op.drop_table("notice_text")
    op.drop_table("job_switch")
    op.drop_constraint(op.f("fk_job_run_account_id"), "job_run", type_="foreignkey")
    op.drop_column("job_run", "account_id")
    op.execute("UPDATE parameter SET value = left(value, 200)")
    op.alter_column("parameter", "value", type_=sa.String(200), existing_type=sa.String(2000), existing_nullable=False)
    op.drop_constraint(op.f("ck_review_policy_seats_needed"), "review_policy", type_="check")
    op.drop_column("review_policy", "seats_needed")
    op.drop_column("review_round", "claimed_at")
