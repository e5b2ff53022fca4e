"""校企合作: needs of units and of schools, and what those they were sent to answer (HL-57, HL-89..98)."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import Model
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
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import relationship

from app.models.base import PERSONAL, Sealed, Stamped, Traced, col, one_of, pk
from app.models.schools import School
from app.models.units import Unit
from app.rules.cooperation import ANSWERS, STATES
from app.rules.masks import mask_phone


class CooperationNeed(Traced, Stamped, Model):
    """What a unit asks of schools, or a school of units: exactly one of the two is the author."""

    __tablename__ = "cooperation_need"
    __table_args__ = (
        one_of("state", STATES, "state"),
        CheckConstraint("num_nonnulls(unit_id, school_id) = 1", name="author"),
        CheckConstraint("char_length(body) <= 2000", name="body_length"),
        Index("ix_cooperation_need_unit", "unit_id", "id"),
        Index("ix_cooperation_need_school", "school_id", "id"),
        Index("ix_cooperation_need_open", "valid_until", postgresql_where="state = 'open'"),
    )
    id = pk()
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"))
    school_id = col("School", BigInteger, ForeignKey("school.id"))
    author_name = col("Sent by", String(120), nullable=False, default="", server_default="")
    topic = col("Kind of cooperation", String(20), nullable=False, words="cooperation_topic", default="internship")
    title = col("Title", String(80), nullable=False)
    body = col("What is wanted", Text, nullable=False, help=_l("10 to 2,000 characters; without contact data"))
    contact_name = col("Contact person", String(60), nullable=False, info=PERSONAL)
    contact_phone = col(
        "Contact phone", Sealed("cooperation_need.contact_phone"), nullable=False,
        help=_l("Those who respond read it in full, everybody else without its middle"),
    )  # fmt: skip
    valid_until = col("Answers wanted until", Date, nullable=False)
    everyone = col("Sent to all", Boolean, nullable=False, default=True, server_default="true")
    state = col("State", String(10), nullable=False, default="open", server_default="open")
    reached = col("Sent to", Integer, nullable=False, default=0, server_default="0")
    answered = col("Responses", Integer, nullable=False, default=0, server_default="0")
    ended_at = col("Ended at", DateTime(timezone=True))
    created_by_id = col("Created by", Integer, ForeignKey("ab_user.id", ondelete="SET NULL"), index=True)
    unit = relationship(Unit, info={"label": _l("Unit")})
    school = relationship(School, foreign_keys=[school_id], info={"label": _l("School")})
    schools = relationship(
        School, secondary="cooperation_call", order_by=School.code, overlaps="school,unit,need,units",
        info={"label": _l("Schools"), "help": _l("Left empty: all schools where the unit is resident, later ones too")},
    )  # fmt: skip
    units = relationship(
        Unit, secondary="cooperation_call", order_by=Unit.id, overlaps="school,unit,need,schools",
        info={"label": _l("Units"), "help": _l("Left empty: all units resident at the school, later ones too")},
    )  # fmt: skip

    @property
    def contact_phone_masked(self) -> str:
        """The phone without its middle."""
        return mask_phone(self.contact_phone or "")

    @property
    def responses(self) -> str:
        """How many responded, of those it was sent to (HL-93)."""
        return f"{self.answered} / {self.reached}"

    def __str__(self) -> str:
        return self.title


class CooperationCall(Traced, Stamped, Model):
    """One need at one of those it was sent to, with the answer. Shown while the residency between the two stands."""

    __tablename__ = "cooperation_call"
    __table_args__ = (
        one_of("state", ANSWERS, "state"),
        CheckConstraint("num_nonnulls(unit_id, school_id) = 1", name="addressed"),
        UniqueConstraint("need_id", "school_id"),
        UniqueConstraint("need_id", "unit_id"),
        Index("ix_cooperation_call_school", "school_id", "id"),
        Index("ix_cooperation_call_unit", "unit_id", "id"),
    )
    id = pk()
    need_id = col("Cooperation need", BigInteger, ForeignKey("cooperation_need.id", ondelete="CASCADE"), nullable=False)
    unit_id = col("Addressed unit", BigInteger, ForeignKey("unit.id"))
    school_id = col("Addressed school", BigInteger, ForeignKey("school.id"))
    author_name = col(
        "Sent by", String(120), nullable=False, default="", server_default=""
    )  # for lists, as are the next
    topic = col(
        "Kind of cooperation", String(20), nullable=False, words="cooperation_topic", default="other", server_default="other",
    )  # fmt: skip
    state = col("Answer", String(12), nullable=False, default="unanswered", server_default="unanswered")
    words = col("Words of the answer", Text, nullable=False, default="", server_default="")
    answered_at = col("Answered at", DateTime(timezone=True))
    answered_by_id = col("Answered by", Integer, ForeignKey("ab_user.id", ondelete="SET NULL"))
    sent_at = col("Sent at", DateTime(timezone=True), nullable=False, server_default=func.now())
    need = relationship(CooperationNeed, overlaps="schools,units", info={"label": _l("Cooperation need")})
    unit = relationship(Unit, overlaps="schools,units", info={"label": _l("Addressed unit")})
    school = relationship(School, overlaps="schools,units", info={"label": _l("Addressed school")})

    @property
    def body(self) -> str:
        """The text of the need."""
        return str(self.need.body)

    @property
    def valid_until(self) -> Any:
        """The last day."""
        return self.need.valid_until

    @property
    def contact(self) -> str:
        """Whom to reach: in full for those who responded, so that the two get in touch (HL-90)."""
        need = self.need
        phone = need.contact_phone if self.state == "responded" else need.contact_phone_masked
        return f"{need.contact_name} {phone}"

    def __str__(self) -> str:
        return str(self.need)
