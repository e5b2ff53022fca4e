"""Schools and the residency of units at them (HL-54..57)."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import relationship

from app.models.base import Reviewable, Sealed, Searchable, Stamped, Traced, col, index_of, one_of, pk, vault
from app.models.custom import Extensible
from app.models.reference import Major, Region
from app.models.units import Unit
from app.rules.masks import mask_id, mask_phone
from app.rules.names import initials
from app.rules.schools import RESIDENCY


class School(Extensible, Traced, Searchable, Stamped, Model):
    """A school known by its five-digit code (nothing may be derived from the digits)."""

    __tablename__ = "school"
    __table_args__ = (Index("ix_school_search", "search", postgresql_using="gin"),)
    SEARCHED = ("name", "code", "initials")
    SPELLED = ("name",)
    CUSTOM, CUSTOM_LABEL = "school", _l("Schools")
    id = pk()
    code = col("School code", String(10), nullable=False, unique=True)
    name = col("School", String(80), nullable=False)
    region_code = col("Division", String(6), ForeignKey("region.code"), nullable=False, index=True)
    website = col("Web site", String(200))
    initials = col("Pinyin initials", String(60))
    open_for_residency = col("Open for residency", Boolean, nullable=False, default=True)
    region = relationship(Region, info={"label": _l("Division")})

    def __str__(self) -> str:
        return self.name


class Student(Traced, Searchable, Stamped, Model):
    """Somebody on the roster of a school: who it is, what is studied, when it ends. Nothing a roster does not need."""

    __tablename__ = "student"
    __table_args__ = (
        UniqueConstraint("school_id", "student_no"),
        UniqueConstraint("school_id", "id_hash"),
        CheckConstraint("graduation_year BETWEEN 1950 AND 2100", name="graduation_year"),
        Index("ix_student_search", "search", postgresql_using="gin"),
        Index("ix_student_school_year", "school_id", "graduation_year", "id"),
    )
    SEARCHED = ("name", "student_no", "initials")
    id = pk()
    school_id = col("School", BigInteger, ForeignKey("school.id"), nullable=False)
    name = col("Name", String(60), nullable=False)
    student_no = col("Student number", String(30), nullable=False)
    document_kind = col("Document kind", String(30), nullable=False, default="resident_id", words="document_kind")
    id_number = col("Document number", Sealed("student.id_number"), nullable=False)
    id_hash = col("Document number (blind index)", String(64), nullable=False, index=True, info=index_of("id_number"))
    phone = col("Phone", Sealed("student.phone"))
    phone_hash = col("Phone (blind index)", String(64), index=True, info=index_of("phone"))
    college = col("College", String(80), nullable=False, default="")
    major_id = col("Major", BigInteger, ForeignKey("major.id"), index=True)
    class_name = col("Class", String(60), nullable=False, default="")
    education = col("Level of study", String(20), nullable=False, words="education")
    graduation_year = col("Year of graduation", Integer, nullable=False, help=_l("The class of 2027: 2027"))
    graduates_on = col("Day of graduation", Date)
    enrolled = col("On the roster", Boolean, nullable=False, default=True, help=_l("Off for who left the school"))
    initials = col("Pinyin initials", String(60))
    school = relationship(School, info={"label": _l("School")})
    major = relationship(Major, info={"label": _l("Major")})

    @property
    def id_number_masked(self) -> str:
        """First three and last four characters of the document number."""
        return mask_id(self.id_number or "")

    @property
    def phone_masked(self) -> str:
        """The phone without its middle."""
        return mask_phone(self.phone or "")

    def index_personal(self) -> None:
        """Keeps the blind indexes and the initials beside what they are made of."""
        self.id_hash = vault().blind(self.id_number, "id_number")
        self.phone_hash = vault().blind(self.phone, "phone") if self.phone else None
        self.initials = initials(self.name)[:60]

    def __str__(self) -> str:
        return self.name


class Residency(Reviewable, Model):
    """One unit at one school; active residency opens postings and cooperation needs to the school (HL-57)."""

    __tablename__ = "residency"
    __table_args__ = (
        UniqueConstraint("unit_id", "school_id"),
        one_of("status", RESIDENCY.statuses, "status"),
        Index("ix_residency_school_status", "school_id", "status", "id"),
    )
    CONTENT = ("statement",)
    id = pk()
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"), nullable=False)
    school_id = col("School", BigInteger, ForeignKey("school.id"), nullable=False)
    region_code = col("Division", String(6), ForeignKey("region.code"), nullable=False)
    statement = col("Statement of the unit", String(500), nullable=False, default="")
    revoked_reason = col("Reason of revocation", String(300), nullable=False, default="")
    unit = relationship(Unit, info={"label": _l("Unit")})
    school = relationship(School, info={"label": _l("School")})
    region = relationship(Region, info={"label": _l("Division")})

    def __str__(self) -> str:
        return f"{self.unit} – {self.school}"
