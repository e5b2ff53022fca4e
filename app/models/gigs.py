"""Gig posts 零工: hiring 招工 (TJ-17..33) and looking for work 找活 (TJ-34..47)."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
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
    Numeric,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import declared_attr, relationship

from app.models.base import Reviewable, Sealed, Searchable, Stamped, col, one_of, pk
from app.models.custom import Extensible
from app.models.files import StoredFile
from app.models.reference import Region
from app.models.units import Unit
from app.rules.gigs import GIG
from app.rules.masks import mask_phone


class GigFacts:
    """What both kinds of gig post have."""

    type_code = col("Gig type", String(30), nullable=False, words="gig_type")
    title = col("Gig name", String(60), nullable=False)
    start_at = col("Work starts", DateTime(timezone=True), nullable=False)
    address = col("Work address", String(120), nullable=False)
    mode = col("Way of working", String(10), nullable=False, words="work_mode", default="onsite")
    own_tools = col("Brings own tools", Boolean, nullable=False, default=False)
    phone_public = col("Phone is public", Boolean, nullable=False, default=False, help=_l("Hidden unless switched on"))
    valid_until = col(
        "Information valid until", Date, nullable=False, help=_l("Others can make contact only until this day")
    )
    agreed = col("Platform agreement accepted", Boolean, nullable=False, default=False)
    agreement_version = col("Version of the agreement", String(20), nullable=False, default="")
    agreed_at = col("Agreed at", DateTime(timezone=True))
    source_key = col("Key in the source", String(80))

    @declared_attr
    def region_code(cls):
        return col("Division", String(6), ForeignKey("region.code"), nullable=False)

    @declared_attr
    def region(cls):
        return relationship(Region, info={"label": _l("Division")})

    @declared_attr
    def poster_id(cls):
        return col("Posted by", Integer, ForeignKey("ab_user.id"), nullable=False, index=True)

    @declared_attr
    def poster(cls):
        return relationship(User, foreign_keys=[cls.poster_id], info={"label": _l("Posted by")})

    @declared_attr
    def phone(cls):
        return col("Phone", Sealed(f"{cls.__tablename__}.phone"), nullable=False)

    @property
    def phone_masked(self) -> str:
        return mask_phone(self.phone or "")

    def __str__(self) -> str:
        return self.title


def _gig_constraints(table: str) -> tuple[object, ...]:
    return (
        one_of("status", GIG.statuses, "status"),
        one_of("mode", ("onsite", "remote"), "mode"),
        CheckConstraint("headcount >= 1", name="headcount"),
        CheckConstraint("char_length(description) <= 500", name="description_length"),
        CheckConstraint("status IN ('draft','returned','rejected','deleted') OR agreed", name="agreed"),
        Index(f"uq_{table}_source_key", "source_key", unique=True, postgresql_where=text("source_key IS NOT NULL")),
        Index(f"ix_{table}_search", "search", postgresql_using="gin"),
        Index(f"ix_{table}_region_status", "region_code", "status", "id"),
        Index(f"ix_{table}_live", text("id DESC"), postgresql_where=text("status = 'live'")),
        Index(f"ix_{table}_expiry", "valid_until", postgresql_where=text("status IN ('live','paused')")),
    )


class GigOffer(GigFacts, Extensible, Searchable, Reviewable, Model):
    """招工: somebody looks for people. Any individual or unit may post (TJ-17)."""

    __tablename__ = "gig_offer"
    __table_args__ = (
        *_gig_constraints("gig_offer"),
        CheckConstraint("pay_amount > 0", name="pay_amount"),
        CheckConstraint("quantity >= 1", name="quantity"),
        one_of("pay_unit", ("day", "time", "piece", "hour"), "pay_unit"),
        one_of("quantity_unit", ("day", "hour"), "quantity_unit"),
    )
    CONTENT = (
        "type_code", "title", "start_at", "headcount", "region_code", "address", "mode", "pay_amount", "pay_unit", "quantity",
        "quantity_unit", "own_tools", "requirements", "description", "phone", "phone_public", "valid_until", "agreed",
    )  # fmt: skip
    SEALED = ("phone",)
    SEARCHED = ("title", "requirements", "description")
    CUSTOM, CUSTOM_LABEL = "gig_offer", _l("Gigs: hiring")

    id = pk()
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"), index=True)
    headcount = col("People needed", Integer, nullable=False)
    pay_amount = col("Pay per person (yuan)", Numeric(10, 2), nullable=False)
    pay_unit = col("Pay unit", String(10), nullable=False, words="pay_unit", default="day")
    quantity = col("Total quantity", Integer, nullable=False, default=1, help=_l("e.g. 100 yuan a day, 10 days in all"))
    quantity_unit = col("Unit of the quantity", String(10), nullable=False, words="quantity_unit", default="day")
    requirements = col("Requirements", String(200), nullable=False, default="", info={"several_lines": True})
    description = col(
        "Gig description", String(500), nullable=False, default="", help=_l("At most 500 characters; public")
    )
    unit = relationship(Unit, info={"label": _l("Unit")})
    pictures = relationship(
        "GigPicture", back_populates="gig", order_by="GigPicture.id", info={"label": _l("Work environment")}
    )


class GigWanted(GigFacts, Extensible, Searchable, Reviewable, Model):
    """找活: somebody looks for work (TJ-34). `headcount` is how many people can come (table (b) row 20)."""

    __tablename__ = "gig_wanted"
    __table_args__ = (*_gig_constraints("gig_wanted"), CheckConstraint("expected_pay > 0", name="expected_pay"))
    CONTENT = (
        "type_code", "title", "start_at", "headcount", "region_code", "address", "mode", "settlement", "expected_pay",
        "pay_unit", "expected_time", "own_tools", "description", "phone", "phone_public", "valid_until", "agreed",
    )  # fmt: skip
    SEALED = ("phone",)
    SEARCHED = ("title", "description", "expected_time")
    CUSTOM, CUSTOM_LABEL = "gig_wanted", _l("Gigs: looking for work")

    id = pk()
    headcount = col("People available", Integer, nullable=False, default=1)
    settlement = col("Settlement of pay", String(20), nullable=False, words="settlement")
    expected_pay = col("Expected pay (yuan)", Numeric(10, 2), nullable=False)
    pay_unit = col("Pay unit", String(10), nullable=False, words="pay_unit", default="day")
    expected_time = col("Expected working time", String(100), nullable=False, help=_l("e.g. Sundays 8:00-12:00"))
    description = col("About me", String(500), nullable=False, default="", help=_l("At most 500 characters; public"))


class GigPicture(Stamped, Model):
    """A picture of the work place (TJ-30), public together with its post."""

    __tablename__ = "gig_picture"
    id = pk()
    gig_id = col("Gig post", BigInteger, ForeignKey("gig_offer.id"), nullable=False, index=True)
    file_id = col("File", UUID(as_uuid=True), ForeignKey("stored_file.id"), nullable=False)
    gig = relationship(GigOffer, back_populates="pictures", info={"label": _l("Gig post")})
    file = relationship(StoredFile, lazy="joined", innerjoin=True, info={"label": _l("File")})
