"""Review: cases, rounds, seats, evidence, events and the heads of their chains, reasons, policies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import String, Text
from sqlalchemy.dialects import postgresql


def upgrade() -> None:
    """Makes the tables of this part."""
    _ledger_head()
    _review_case()
    _review_event()
    _review_evidence()
    _review_reason()
    _review_policy()
    _review_round()
    _review_query()
    _review_seat()
    _review_skip()


def downgrade() -> None:
    """Takes them away again, with their indexes."""
    op.drop_table("review_skip")
    op.drop_table("review_seat")
    op.drop_table("review_query")
    op.drop_table("review_round")
    op.drop_table("review_policy")
    op.drop_table("review_reason")
    op.drop_table("review_evidence")
    op.drop_table("review_event")
    op.drop_table("review_case")
    op.drop_table("ledger_head")


def _ledger_head() -> None:
    op.create_table(
        "ledger_head",
        sa.Column("chain", sa.String(length=6), nullable=False, comment="Chain"),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="Number in the chain"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="Digest"),
        sa.PrimaryKeyConstraint("chain"),
    )


def _review_case() -> None:
    op.create_table(
        "review_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("kind", sa.String(length=30), nullable=False, comment="Kind"),
        sa.Column("subject_id", sa.BigInteger(), nullable=False, comment="Subject"),
        sa.Column(
            "opened_on",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Opened on",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_review_case_kind_subject_id")),
    )


def _review_event() -> None:
    op.create_table(
        "review_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("chain", sa.String(length=6), nullable=False, comment="Chain"),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False, comment="Number in the chain"),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False, comment="At"
        ),
        sa.Column("action", sa.String(length=30), nullable=False, comment="Action"),
        sa.Column("kind", sa.String(length=30), nullable=False, comment="Kind"),
        sa.Column("subject_id", sa.BigInteger(), nullable=True, comment="Subject"),
        sa.Column("round_id", sa.BigInteger(), nullable=True, comment="Round"),
        sa.Column("actor_id", sa.Integer(), nullable=True, comment="Actor"),
        sa.Column("actor_role", sa.String(length=20), nullable=False, comment="Role"),
        sa.Column("body", sa.Text(), nullable=False, comment="Canonical event"),
        sa.Column("prev_digest", sa.String(length=64), server_default="", nullable=False, comment="Previous digest"),
        sa.Column("digest", sa.String(length=64), server_default="", nullable=False, comment="Digest"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("chain", "seq", name=op.f("uq_review_event_chain_seq")),
    )
    op.create_index(op.f("ix_review_event_at"), "review_event", ["at"], unique=False)
    op.create_index("ix_review_event_round", "review_event", ["round_id", "id"], unique=False)


def _review_evidence() -> None:
    op.create_table(
        "review_evidence",
        sa.Column("digest", sa.String(length=64), nullable=False, comment="Digest"),
        sa.Column("content", postgresql.JSONB(astext_type=Text()), nullable=True, comment="Evidence"),
        sa.Column(
            "created_on",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Created on",
        ),
        sa.Column("erased_on", sa.DateTime(timezone=True), nullable=True, comment="Erased on"),
        sa.PrimaryKeyConstraint("digest"),
    )


def _review_reason() -> None:
    op.create_table(
        "review_reason",
        sa.Column("code", sa.String(length=10), nullable=False, comment="Reason code"),
        sa.Column("name_zh", sa.String(length=60), nullable=False, comment="Name (Chinese)"),
        sa.Column("name_en", sa.String(length=100), nullable=False, comment="Name (English)"),
        sa.Column("text_zh", sa.String(length=300), nullable=False, comment="Text (Chinese)"),
        sa.Column("text_en", sa.String(length=400), nullable=False, comment="Text (English)"),
        sa.Column("field", sa.String(length=40), nullable=False, comment="Field it points to"),
        sa.Column("kinds", sa.String(length=300), nullable=False, comment="Kinds"),
        sa.Column("active", sa.Boolean(), nullable=False, comment="Active"),
        sa.Column(
            "created_on",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Created on",
        ),
        sa.Column(
            "changed_on",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Changed on",
        ),
        sa.PrimaryKeyConstraint("code"),
    )


def _review_policy() -> None:
    op.create_table(
        "review_policy",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("kind", sa.String(length=30), nullable=False, comment="Kind"),
        sa.Column("region_code", sa.String(length=6), nullable=True, comment="Division"),
        sa.Column("needs_review", sa.Boolean(), nullable=False, comment="Needs review"),
        sa.Column("working_days", sa.SmallInteger(), nullable=False, comment="Working days"),
        sa.Column("tier", sa.SmallInteger(), nullable=False, comment="Tier"),
        sa.Column("lease_minutes", sa.SmallInteger(), nullable=False, comment="Lease (minutes)"),
        sa.Column(
            "created_on",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Created on",
        ),
        sa.Column(
            "changed_on",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Changed on",
        ),
        sa.CheckConstraint("lease_minutes BETWEEN 1 AND 240", name=op.f("ck_review_policy_lease_minutes")),
        sa.CheckConstraint("working_days BETWEEN 1 AND 60", name=op.f("ck_review_policy_working_days")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_review_policy_region_code")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "kind", "region_code", name=op.f("uq_review_policy_kind_region_code"), postgresql_nulls_not_distinct=True
        ),
    )


def _review_round() -> None:
    op.create_table(
        "review_round",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("case_id", sa.BigInteger(), nullable=False, comment="Case"),
        sa.Column("kind", sa.String(length=30), nullable=False, comment="Kind"),
        sa.Column("subject_id", sa.BigInteger(), nullable=False, comment="Subject"),
        sa.Column("title", sa.String(length=160), nullable=False, comment="Subject name"),
        sa.Column("round_no", sa.Integer(), nullable=False, comment="Round no."),
        sa.Column("receipt_no", sa.String(length=40), nullable=False, comment="Receipt no."),
        sa.Column("state", sa.String(length=20), nullable=False, comment="State"),
        sa.Column("is_change", sa.Boolean(), nullable=False, comment="Change of approved content"),
        sa.Column("evidence_digest", sa.String(length=64), nullable=False, comment="Digest of the evidence"),
        sa.Column("base_digest", sa.String(length=64), nullable=True, comment="Digest of the approved version"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="Division"),
        sa.Column("school_id", sa.BigInteger(), nullable=True, comment="School"),
        sa.Column("unit_id", sa.BigInteger(), nullable=True, comment="Unit"),
        sa.Column("tier", sa.SmallInteger(), nullable=False, comment="Tier"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="Due"),
        sa.Column("clock_stopped_at", sa.DateTime(timezone=True), nullable=True, comment="Clock stopped at"),
        sa.Column("seats_needed", sa.SmallInteger(), nullable=False, comment="Seats needed"),
        sa.Column("all_green", sa.Boolean(), nullable=False, comment="All checks green"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Version"),
        sa.Column("epoch", sa.Integer(), nullable=False, comment="Epoch of the lease"),
        sa.Column("holder_id", sa.Integer(), nullable=True, comment="Holder"),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True, comment="Lease until"),
        sa.Column("parent_id", sa.BigInteger(), nullable=True, comment="Earlier round"),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True, comment="Submitted by"),
        sa.Column("acting_for", sa.String(length=160), nullable=False, comment="Acting for"),
        sa.Column(
            "submitted_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Submitted at",
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="Decided at"),
        sa.Column("checks", postgresql.JSONB(astext_type=Text()), nullable=False, comment="Findings of the checks"),
        sa.CheckConstraint(
            "state IN ('queued', 'second', 'need_info', 'held', 'approved', 'rejected', 'withdrawn', 'superseded', 'lapsed')",
            name=op.f("ck_review_round_state"),
        ),
        sa.CheckConstraint("seats_needed BETWEEN 1 AND 3", name=op.f("ck_review_round_seats_needed")),
        sa.ForeignKeyConstraint(["base_digest"], ["review_evidence.digest"], name=op.f("fk_review_round_base_digest")),
        sa.ForeignKeyConstraint(["case_id"], ["review_case.id"], name=op.f("fk_review_round_case_id")),
        sa.ForeignKeyConstraint(
            ["evidence_digest"], ["review_evidence.digest"], name=op.f("fk_review_round_evidence_digest")
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["ab_user.id"], name=op.f("fk_review_round_holder_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["review_round.id"], name=op.f("fk_review_round_parent_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_review_round_region_code")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_review_round_school_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["ab_user.id"], name=op.f("fk_review_round_submitted_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_review_round_unit_id")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_review_round_receipt_no")),
    )
    op.create_index(op.f("ix_review_round_case_id"), "review_round", ["case_id"], unique=False)
    op.create_index(
        "ix_review_round_holder",
        "review_round",
        ["holder_id"],
        unique=False,
        postgresql_where=sa.text("holder_id IS NOT NULL"),
    )
    op.create_index("ix_review_round_list", "review_round", ["region_code", "id"], unique=False)
    op.create_index(
        "ix_review_round_queue",
        "review_round",
        ["region_code", "kind", "tier", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued','second')"),
    )
    op.create_index(
        "ix_review_round_school",
        "review_round",
        ["school_id", "tier", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued','second') AND school_id IS NOT NULL"),
    )
    op.create_index("ix_review_round_subject", "review_round", ["kind", "subject_id", "id"], unique=False)
    op.create_index(op.f("ix_review_round_unit_id"), "review_round", ["unit_id"], unique=False)
    op.create_index(
        "uq_review_round_open",
        "review_round",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('queued','second','need_info','held')"),
    )


def _review_query() -> None:
    op.create_table(
        "review_query",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("round_id", sa.BigInteger(), nullable=False, comment="Round"),
        sa.Column("asked_by_id", sa.Integer(), nullable=False, comment="Asked by"),
        sa.Column(
            "asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="Asked at"
        ),
        sa.Column("is_return", sa.Boolean(), nullable=False, comment="Returned for mending"),
        sa.Column("items", postgresql.JSONB(astext_type=Text()), nullable=False, comment="Deficiencies"),
        sa.Column("answer", sa.Text(), nullable=False, comment="Answer"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="Answered at"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["ab_user.id"], name=op.f("fk_review_query_asked_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["review_round.id"], name=op.f("fk_review_query_round_id")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_review_query_round_id"), "review_query", ["round_id"], unique=False)


def _review_seat() -> None:
    op.create_table(
        "review_seat",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("round_id", sa.BigInteger(), nullable=False, comment="Round"),
        sa.Column("seat_no", sa.SmallInteger(), nullable=False, comment="Seat"),
        sa.Column("reviewer_id", sa.Integer(), nullable=False, comment="Reviewer"),
        sa.Column("verdict", sa.String(length=20), nullable=False, comment="Verdict"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="Digest decided on"),
        sa.Column(
            "reason_codes",
            postgresql.ARRAY(String(length=10)),
            server_default="{}",
            nullable=False,
            comment="Reason codes",
        ),
        sa.Column("reason_text", sa.Text(), nullable=False, comment="Reason"),
        sa.Column(
            "acknowledged",
            postgresql.ARRAY(String(length=10)),
            server_default="{}",
            nullable=False,
            comment="Findings verified by hand",
        ),
        sa.Column("seconds", sa.Integer(), nullable=True, comment="Seconds from claim to verdict"),
        sa.Column(
            "decided_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Decided at",
        ),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True, comment="Undone at"),
        sa.Column("before", postgresql.JSONB(astext_type=Text()), nullable=True, comment="State before, for undo"),
        sa.CheckConstraint("verdict IN ('approve', 'return', 'reject')", name=op.f("ck_review_seat_verdict")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["ab_user.id"], name=op.f("fk_review_seat_reviewer_id")),
        sa.ForeignKeyConstraint(["round_id"], ["review_round.id"], name=op.f("fk_review_seat_round_id")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_review_seat_person", "review_seat", ["reviewer_id", "decided_at"], unique=False)
    op.create_index(
        "uq_review_seat_no",
        "review_seat",
        ["round_id", "seat_no"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_index(
        "uq_review_seat_person",
        "review_seat",
        ["round_id", "reviewer_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )


def _review_skip() -> None:
    op.create_table(
        "review_skip",
        sa.Column("round_id", sa.BigInteger(), nullable=False, comment="Round"),
        sa.Column("reviewer_id", sa.Integer(), nullable=False, comment="Reviewer"),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False, comment="Hidden until"),
        sa.ForeignKeyConstraint(["reviewer_id"], ["ab_user.id"], name=op.f("fk_review_skip_reviewer_id")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["review_round.id"], name=op.f("fk_review_skip_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "reviewer_id"),
    )
