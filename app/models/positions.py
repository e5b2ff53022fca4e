"""Job postings 职位 (GD-38..49, SG-08..20, HL-16..24) and the schools they are sent to (HL-21..23)."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import relationship

from app.models.agencies import Agency
from app.models.base import Reviewable, Searchable, col, one_of, pk
from app.models.custom import Extensible
from app.models.reference import Industry, Occupation, Region
from app.models.schools import School
from app.models.units import Unit
from app.rules.positions import POSTING

posting_school = Table(
    "posting_school",
    Model.metadata,
    Column("posting_id", BigInteger, ForeignKey("posting.id", ondelete="CASCADE"), primary_key=True, comment="Posting"),
    Column("school_id", BigInteger, ForeignKey("school.id"), primary_key=True, index=True, comment="School"),
)


class Posting(Extensible, Searchable, Reviewable, Model):
    """A position a unit wants to fill. Pay in whole yuan a month; `pay_text` keeps the pay as it was written."""

    __tablename__ = "posting"
    __table_args__ = (
        one_of("status", POSTING.statuses, "status"),
        one_of("source", ("form", "copy", "import", "demo"), "source"),
        CheckConstraint("headcount >= 1", name="headcount"),
        CheckConstraint("pay_min >= 0 AND pay_max >= pay_min", name="pay"),
        Index("ix_posting_search", "search", postgresql_using="gin"),
        Index("ix_posting_unit_status", "unit_id", "status", "id"),
        Index("ix_posting_agency_status", "agency_id", "status", "id", postgresql_where=text("agency_id IS NOT NULL")),
        Index("ix_posting_region_status", "region_code", "status", "id"),
        Index("ix_posting_live", text("id DESC"), postgresql_where=text("status = 'live'")),
        # A wish for pay that few postings meet: without them the portal reads every live row in search of a page. They are not
        # partial, because the database tells a rare wish from a common one by the figures it keeps of whole indexes only.
        Index("ix_posting_pay_top", text("coalesce(pay_max, pay_min)"), "id"),
        Index("ix_posting_pay_base", text("coalesce(pay_min, pay_max)"), "id"),
        Index("ix_posting_withheld", "id", postgresql_where=text("withheld")),
        Index("ix_posting_expiry", "valid_until", postgresql_where=text("status = 'live'")),
        Index("uq_posting_source_key", "source_key", unique=True, postgresql_where=text("source_key IS NOT NULL")),
    )
    CONTENT = (
        "title", "occupation_code", "headcount", "education", "experience", "region_code", "address", "pay_min", "pay_max",
        "pay_negotiable", "pay_text", "benefits", "board_lodging", "requirements", "description", "gender_ground",
        "gender_ground_note", "valid_until", "schools",
    )  # fmt: skip
    SEARCHED = ("title", "unit_name", "description")
    SPELLED = ("unit_name",)
    CUSTOM, CUSTOM_LABEL = "posting", _l("Postings")

    id = pk()
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"), nullable=False)
    unit_name = col("Unit name", String(120), nullable=False, default="")
    agency_id = col("Agency", BigInteger, ForeignKey("agency.id"), index=True)
    title = col("Position", String(80), nullable=False)
    occupation_code = col("Occupation", String(12), ForeignKey("occupation.code"))
    headcount = col("People wanted", Integer, nullable=False, default=1)
    education = col("Education", String(20), words="education", help=_l("This level and above"))
    experience = col("Experience", String(20), words="experience")
    region_code = col("Work place (division)", String(6), ForeignKey("region.code"), nullable=False)
    address = col("Work address", String(120), nullable=False, default="")
    pay_min = col("Lowest monthly pay (yuan)", Integer)
    pay_max = col("Highest monthly pay (yuan)", Integer)
    pay_negotiable = col("Pay negotiable", Boolean, nullable=False, default=False)
    pay_text = col("Pay as written", String(60), nullable=False, default="")
    benefits = col("Benefits", String(300), nullable=False, default="")
    board_lodging = col("Board and lodging", String(20), words="board_lodging")
    requirements = col("Conditions", Text, nullable=False, default="")
    description = col("Duties", Text, nullable=False, default="", help=_l("At least 20 characters"))
    gender_ground = col(
        "Lawful ground for a sex limit", String(30), words="gender_ground",
        help=_l("Only the annex of the rules on the protection of women workers; leave empty otherwise"),
    )  # fmt: skip
    gender_ground_note = col("Explanation of the ground", String(300), nullable=False, default="")
    industry_code = col("Industry", String(6), ForeignKey("industry.code"))
    valid_until = col("Valid until", Date, help=_l("Taken down automatically after this day"))
    source = col("Source", String(10), nullable=False, default="form", words="source")
    source_key = col("Key in the source", String(60))
    # The agency has lost its right; the public reads it no longer, the clock takes it down (review/agency_postings.py).
    withheld = col("Withheld", Boolean, nullable=False, default=False, server_default="false")
    assumed = col("Assumed on import", ARRAY(String(30)), nullable=False, server_default="{}", default=list)
    unit = relationship(Unit, info={"label": _l("Unit")})
    agency = relationship(Agency, info={"label": _l("Agency")})
    occupation = relationship(Occupation, info={"label": _l("Occupation")})
    industry = relationship(Industry, info={"label": _l("Industry")})
    region = relationship(Region, info={"label": _l("Work place (division)")})
    schools = relationship(School, secondary=posting_school, order_by=School.code, info={"label": _l("Target schools")})

    def __str__(self) -> str:
        return self.title

    @property
    def pay(self) -> tuple[int | None, int | None, bool, str]:
        """What the words about pay are made of: lowest, highest, negotiable, as written."""
        return self.pay_min, self.pay_max, self.pay_negotiable, self.pay_text
