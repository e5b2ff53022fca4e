"""Schools and the residency of units at them (HL-54..57)."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import relationship

from app.models.base import Reviewable, Searchable, Stamped, Traced, col, one_of, pk
from app.models.custom import Extensible
from app.models.reference import Region
from app.models.units import Unit
from app.rules.schools import RESIDENCY


class School(Extensible, Traced, Searchable, Stamped, Model):
    """A school known by its five-digit code (nothing may be derived from the digits)."""

    __tablename__ = "school"
    __table_args__ = (Index("ix_school_search", "search", postgresql_using="gin"),)
    SEARCHED = ("name", "code", "initials")
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
