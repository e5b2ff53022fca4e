"""Tables of the desk (review.md 4): cases, rounds, seats, evidence, queries, skips, policy, reasons, ledger."""

from __future__ import annotations

import json
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import foreign, relationship

from app.models.base import Stamped, Traced, col, one_of, pk
from app.models.reference import Region
from app.rules.checks.switching import EFFECTS

ROUND_STATES = ("queued", "second", "need_info", "held", "approved", "rejected", "withdrawn", "superseded", "lapsed")
OPEN_STATES = ("queued", "second", "need_info", "held")
VERDICTS = ("approve", "return", "reject")


class ReviewCase(Model):
    """One matter on one subject; lives through rounds."""

    __tablename__ = "review_case"
    __table_args__ = (UniqueConstraint("kind", "subject_id"),)
    id = pk()
    kind = col("Kind", String(30), nullable=False)
    subject_id = col("Subject", BigInteger, nullable=False)
    opened_on = col("Opened on", DateTime(timezone=True), server_default=func.now(), nullable=False)


class ReviewEvidence(Model):
    """What is to be decided, pinned under the SHA-256 of its canonical JSON. May be erased; the ledger keeps the digest."""

    __tablename__ = "review_evidence"
    __table_args__ = (
        Index(  # which evidence names a file
            "ix_review_evidence_files",
            text("(content -> 'files')"),
            postgresql_using="gin",
            postgresql_where=text("(content -> 'files') IS NOT NULL"),
        ),
    )
    digest = col("Digest", String(64), primary_key=True)
    content = col("Evidence", JSONB)
    created_on = col("Created on", DateTime(timezone=True), server_default=func.now(), nullable=False)
    erased_on = col("Erased on", DateTime(timezone=True))


class ReviewRound(Model):
    """One submission with its evidence. `holder_id`, `lease_until`, `epoch` are the fenced lease; not a state.

    `claimed_at`: since when the holder of this epoch has it open; after a verdict, since when it was decided on.
    """

    __tablename__ = "review_round"
    __table_args__ = (
        one_of("state", ROUND_STATES, "state"),
        CheckConstraint("seats_needed BETWEEN 1 AND 3", name="seats_needed"),
        CheckConstraint("alone = (seats_needed < seats_wanted)", name="alone"),
        # One open round per case (review.md 8, invariant 6).
        Index(
            "uq_review_round_open",
            "case_id",
            unique=True,
            postgresql_where=text("state IN ('queued','second','need_info','held')"),
        ),
        Index(
            "ix_review_round_queue",
            "region_code", "kind", "tier", "due_at", "id",
            postgresql_where=text("state IN ('queued','second')"),
        ),
        Index(  # for those who decide for a whole province
            "ix_review_round_urgent",
            "tier", "due_at", "id", "region_code", "kind",
            postgresql_where=text("state IN ('queued','second')"),
        ),
        Index(  # how many wait of each kind: counted to a cap
            "ix_review_round_kinds",
            "kind", "region_code",
            postgresql_where=text("state IN ('queued','second')"),
        ),
        Index(
            "ix_review_round_school",
            "school_id", "tier", "due_at", "id",
            postgresql_where=text("state IN ('queued','second') AND school_id IS NOT NULL"),
        ),
        Index("ix_review_round_subject", "kind", "subject_id", "id"),
        Index("ix_review_round_list", "region_code", "id"),
        # Figures of days that are not kept yet (app/review/statistics.py), and what lies aside at present.
        Index("ix_review_round_submitted", "submitted_at"),
        Index(
            "ix_review_round_gone",
            "decided_at",
            postgresql_where=text("state IN ('withdrawn','superseded','lapsed')"),
        ),
        Index("ix_review_round_aside", "region_code", postgresql_where=text("state IN ('need_info','held')")),
        Index("ix_review_round_alone", "region_code", "submitted_at", postgresql_where=text("alone")),
        Index("ix_review_round_holder", "holder_id", postgresql_where=text("holder_id IS NOT NULL")),
    )  # fmt: skip
    id = pk()
    case_id = col("Case", BigInteger, ForeignKey("review_case.id"), nullable=False, index=True)
    kind = col("Kind", String(30), nullable=False, words="review_kind")
    subject_id = col("Subject", BigInteger, nullable=False)
    title = col("Subject name", String(160), nullable=False)
    round_no = col("Round no.", Integer, nullable=False, default=1)
    receipt_no = col("Receipt no.", String(40), nullable=False, unique=True)
    state = col("State", String(20), nullable=False, words="round_state", default="queued")
    is_change = col("Change of approved content", Boolean, nullable=False, default=False)
    evidence_digest = col("Digest of the evidence", String(64), ForeignKey("review_evidence.digest"), nullable=False)
    base_digest = col("Digest of the approved version", String(64), ForeignKey("review_evidence.digest"))
    region_code = col("Division", String(6), ForeignKey("region.code"), nullable=False)
    school_id = col("School", BigInteger, ForeignKey("school.id"))
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"), index=True)
    tier = col("Tier", SmallInteger, nullable=False, default=5)
    due_at = col("Due", DateTime(timezone=True), nullable=False)
    clock_stopped_at = col("Clock stopped at", DateTime(timezone=True))
    seats_needed = col("Seats needed", SmallInteger, nullable=False, default=1)
    seats_wanted = col("Seats wanted", SmallInteger, nullable=False, default=1, server_default="1")
    alone = col(
        "Decided by fewer than wanted", Boolean, nullable=False, default=False, server_default="false",
        help=_l("Nobody else could decide it, neither here nor in the divisions above"),
    )  # fmt: skip
    escalated = col("Escalated", SmallInteger, nullable=False, default=0, server_default="0")
    all_green = col("All checks green", Boolean, nullable=False, default=False)
    version = col("Version", Integer, nullable=False, default=1)
    epoch = col("Epoch of the lease", Integer, nullable=False, default=0)
    holder_id = col("Holder", Integer, ForeignKey("ab_user.id"))
    lease_until = col("Lease until", DateTime(timezone=True))
    claimed_at = col("Claimed at", DateTime(timezone=True))
    parent_id = col("Earlier round", BigInteger, ForeignKey("review_round.id"))
    submitted_by_id = col("Submitted by", Integer, ForeignKey("ab_user.id"))
    acting_for = col("Acting for", String(160), nullable=False, default="")
    submitted_at = col("Submitted at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    decided_at = col("Decided at", DateTime(timezone=True))
    checks = col("Findings of the checks", JSONB, nullable=False, default=list)
    region = relationship(Region, info={"label": _l("Division")})
    holder = relationship(User, foreign_keys=[holder_id], info={"label": _l("Holder")})
    evidence = relationship(ReviewEvidence, foreign_keys=[evidence_digest])
    base = relationship(ReviewEvidence, foreign_keys=[base_digest])
    __mapper_args__ = {"eager_defaults": False}

    def __str__(self) -> str:
        return f"{self.receipt_no} {self.title}"


class ReviewSeat(Model):
    """One person's verdict in a round. Several seats mean four eyes."""

    __tablename__ = "review_seat"
    __table_args__ = (
        one_of("verdict", VERDICTS, "verdict"),
        Index("uq_review_seat_no", "round_id", "seat_no", unique=True, postgresql_where=text("undone_at IS NULL")),
        Index(
            "uq_review_seat_person", "round_id", "reviewer_id", unique=True, postgresql_where=text("undone_at IS NULL")
        ),
        Index("ix_review_seat_person", "reviewer_id", "decided_at"),
        Index("ix_review_seat_decided", "decided_at"),
    )
    id = pk()
    round_id = col("Round", BigInteger, ForeignKey("review_round.id"), nullable=False)
    seat_no = col("Seat", SmallInteger, nullable=False, default=1)
    reviewer_id = col("Reviewer", Integer, ForeignKey("ab_user.id"), nullable=False)
    verdict = col("Verdict", String(20), nullable=False)
    digest = col("Digest decided on", String(64), nullable=False)
    reason_codes = col("Reason codes", ARRAY(String(10)), nullable=False, server_default="{}", default=list)
    reason_text = col("Reason", Text, nullable=False, default="")
    acknowledged = col(
        "Findings verified by hand", ARRAY(String(10)), nullable=False, server_default="{}", default=list
    )
    seconds = col("Seconds from claim to verdict", Integer)
    decided_at = col("Decided at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    undone_at = col("Undone at", DateTime(timezone=True))
    before = col("State before, for undo", JSONB)


class ReviewQuery(Model):
    """One complete list of deficiencies sent to the sender (一次性告知), or a question, and the answer."""

    __tablename__ = "review_query"
    id = pk()
    round_id = col("Round", BigInteger, ForeignKey("review_round.id"), nullable=False, index=True)
    asked_by_id = col("Asked by", Integer, ForeignKey("ab_user.id"), nullable=False)
    asked_at = col("Asked at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    is_return = col("Returned for mending", Boolean, nullable=False, default=False)
    items = col("Deficiencies", JSONB, nullable=False)
    answer = col("Answer", Text, nullable=False, default="")
    answered_at = col("Answered at", DateTime(timezone=True))


class ReviewReason(Traced, Stamped, Model):
    """A reason of return or rejection (退回原因): code, words, canned text, the field it points to, the kinds it fits."""

    __tablename__ = "review_reason"
    code = col("Reason code", String(10), primary_key=True)
    name_zh = col("Name (Chinese)", String(60), nullable=False)
    name_en = col("Name (English)", String(100), nullable=False)
    text_zh = col("Text (Chinese)", String(300), nullable=False)
    text_en = col("Text (English)", String(400), nullable=False)
    field = col("Field it points to", String(40), nullable=False, default="")
    kinds = col("Kinds", String(300), nullable=False, default="*")
    active = col("Active", Boolean, nullable=False, default=True)

    def __str__(self) -> str:
        return f"{self.code} {self.name_en if str(get_locale()) == 'en' else self.name_zh}"


class ReviewSkip(Model):
    """Hides a round from one reviewer only; nobody else notices."""

    __tablename__ = "review_skip"
    round_id = col("Round", BigInteger, ForeignKey("review_round.id", ondelete="CASCADE"), primary_key=True)
    reviewer_id = col("Reviewer", Integer, ForeignKey("ab_user.id"), primary_key=True)
    until = col("Hidden until", DateTime(timezone=True), nullable=False)


class ReviewPolicy(Traced, Stamped, Model):
    """How a kind is reviewed in a division (table (b) row 4); no division: everywhere. The nearest upwards wins."""

    __tablename__ = "review_policy"
    __table_args__ = (
        UniqueConstraint("kind", "region_code", postgresql_nulls_not_distinct=True),
        CheckConstraint("working_days BETWEEN 1 AND 60", name="working_days"),
        CheckConstraint("lease_minutes BETWEEN 1 AND 240", name="lease_minutes"),
        CheckConstraint("seats_needed BETWEEN 1 AND 3", name="seats_needed"),
        CheckConstraint("seats_grave BETWEEN 1 AND 3", name="seats_grave"),
    )
    id = pk()
    kind = col("Kind", String(30), nullable=False, words="review_kind")
    region_code = col("Division", String(6), ForeignKey("region.code"))
    needs_review = col("Needs review", Boolean, nullable=False, default=True)
    working_days = col("Working days", SmallInteger, nullable=False, default=2)
    tier = col("Tier", SmallInteger, nullable=False, default=5, help=_l("Lower is served first"))
    lease_minutes = col("Lease (minutes)", SmallInteger, nullable=False, default=15)
    seats_needed = col(
        "Seats needed",
        SmallInteger,
        nullable=False,
        default=1,
        server_default="1",
        help=_l("How many people must agree to an approval, where as many can decide"),
    )
    seats_grave = col(
        "Seats for grave findings",
        SmallInteger,
        nullable=False,
        default=2,
        server_default="2",
        help=_l("How many people must agree where a check found something grave"),
    )
    region = relationship(Region, info={"label": _l("Division")})

    def __str__(self) -> str:
        return self.kind


class CheckSwitch(Traced, Stamped, Model):
    """A check, or a label of words, that a division has switched off or graded otherwise from a day on, and why.

    No division: everywhere. The nearest upwards wins, in it the latest day that has come.
    """

    __tablename__ = "check_switch"
    __table_args__ = (
        UniqueConstraint("rule", "region_code", "valid_from", postgresql_nulls_not_distinct=True),
        one_of("effect", EFFECTS, "effect"),
    )
    id = pk()
    rule = col("Check or rule of words", String(20), nullable=False, words="check_rule")
    region_code = col("Division", String(6), ForeignKey("region.code"))
    effect = col("Is", String(10), nullable=False, words="check_effect")
    valid_from = col("From", Date, nullable=False)
    reason = col("Why", String(300), nullable=False)
    region = relationship(Region, info={"label": _l("Division")})

    def __str__(self) -> str:
        return self.rule


# Events that say up to which line a log is sealed or purged (app/review/logs.py).
_SEALS = "action IN ('seal_logins','seal_requests','purge_logins','purge_requests')"


class ReviewEvent(Model):
    """The ledger: append-only, hash-chained by the database, one chain per province. `body` is the canonical JSON."""

    __tablename__ = "review_event"
    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        Index("ix_review_event_round", "round_id", "id"),
        Index("ix_review_event_moved", "subject_id", "kind", "id", postgresql_where=text("round_id IS NULL")),
        Index("ix_review_event_seal", "action", "subject_id", postgresql_where=text(_SEALS)),
    )
    id = pk()
    chain = col("Chain", String(6), nullable=False)
    seq = col("Number in the chain", BigInteger, nullable=False, server_default="0")
    at = col("At", DateTime(timezone=True), server_default=func.clock_timestamp(), nullable=False, index=True)
    action = col("Action", String(30), nullable=False, words="review_step")
    kind = col("Kind", String(30), nullable=False, default="", words="review_kind")
    subject_id = col("Subject", BigInteger)
    round_id = col("Round", BigInteger)
    actor_id = col("Actor", Integer)
    actor_role = col("Role", String(20), nullable=False, default="", words="role")
    body = col("Canonical event", Text, nullable=False)
    prev_digest = col("Previous digest", String(64), nullable=False, server_default="")
    digest = col("Digest", String(64), nullable=False, server_default="")
    # Read only, and without a foreign key: an entry outlives what it speaks of.
    actor = relationship(
        User, primaryjoin=lambda: foreign(ReviewEvent.actor_id) == User.id, viewonly=True, info={"label": _l("Actor")}
    )
    round = relationship(
        ReviewRound,
        primaryjoin=lambda: foreign(ReviewEvent.round_id) == ReviewRound.id,
        viewonly=True,
        info={"label": _l("Review record")},
    )

    @property
    def facts(self) -> dict[str, Any]:
        """What the canonical event says besides its columns."""
        found: dict[str, Any] = json.loads(self.body).get("facts", {})
        return found

    @property
    def said_place(self) -> str:
        """Where the hat stood: unit:12, school:3, agency:4, a division; "" before it was on record."""
        return str(json.loads(self.body).get("place", ""))

    @property
    def said_screen(self) -> str:
        return str(self.facts.get("screen", ""))

    @property
    def said_column(self) -> dict[str, Any]:
        return self.facts

    @property
    def said_row(self) -> str:
        return str(self.facts.get("row", ""))

    @property
    def said_reason(self) -> str:
        return str(self.facts.get("reason", ""))

    @property
    def said_words(self) -> str:
        return str(self.facts.get("words", ""))


class LedgerHead(Model):
    """The last link of each chain."""

    __tablename__ = "ledger_head"
    chain = col("Chain", String(6), primary_key=True)
    seq = col("Number in the chain", BigInteger, nullable=False)
    digest = col("Digest", String(64), nullable=False)


class IdempotencyKey(Model):
    """An answer already given, replayed for the same key of the same account."""

    __tablename__ = "idempotency_key"
    account_id = col("Account", Integer, ForeignKey("ab_user.id"), primary_key=True)
    key = col("Key", String(120), primary_key=True)
    request_digest = col("Digest of the request", String(64), nullable=False)
    answer = col("Answer", JSONB, nullable=False)
    created_on = col("Created on", DateTime(timezone=True), server_default=func.now(), nullable=False, index=True)
