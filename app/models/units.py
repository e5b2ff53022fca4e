"""Units (单位): registration, detailed data, materials and change requests (GD-24..31, HL-12..15, SG-07)."""

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
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import declared_attr, relationship

from app.models.base import (
    ONE_WAY,
    PERSONAL,
    Reviewable,
    Sealed,
    Searchable,
    Stamped,
    Traced,
    col,
    index_of,
    one_of,
    pk,
)
from app.models.custom import Extensible
from app.models.files import StoredFile
from app.models.reference import Industry, Region
from app.rules.dates import today
from app.rules.masks import mask_phone
from app.rules.units import CHANGE, HOLDING, REGISTRATION

MATERIAL_SLOTS = ("licence", "handler_id", "letter", "change_proof", "hr_licence", "approval")


class UnitFacts:
    """What is known and shown of a unit: the same columns on the unit and on a request to change it."""

    FACTS = (
        "name", "nature", "account_kind", "legal_rep", "founded_on", "registered_capital", "industry_code", "region_code",
        "address", "staff_count", "size_class", "ownership", "contact_name", "contact_phone", "contact_email", "website",
        "intro", "licence_valid_until", "letter_valid_until",
    )  # fmt: skip

    name = col("Unit name", String(120), nullable=False, help=_l("The full name as on the licence"))
    nature = col("Unit type", String(30), nullable=False, words="unit_nature", default="enterprise")
    account_kind = col("Account kind", String(20), words="account_kind", help=_l("Class of the recruiting account"))
    legal_rep = col("Legal representative", String(60), info=PERSONAL)
    founded_on = col("Founded on", Date)
    registered_capital = col("Registered capital (10,000 yuan)", Integer)
    address = col("Address", String(200))
    staff_count = col("Staff", Integer)
    size_class = col("Size class", String(20), words="unit_size")
    ownership = col("Ownership", String(30), words="ownership")
    contact_name = col("Contact person", String(60), info=PERSONAL)
    contact_email = col("E-mail", String(120), info=PERSONAL)
    website = col("Web site", String(200))
    intro = col("Introduction", Text, help=_l("At most 2,000 characters; public after approval"))
    licence_valid_until = col("Licence valid until", Date, help=_l("Empty: no end date"))
    letter_valid_until = col("Letter of authority valid until", Date)

    @declared_attr
    def industry_code(cls):
        return col("Industry", String(6), ForeignKey("industry.code"))

    @declared_attr
    def region_code(cls):
        return col("Division", String(6), ForeignKey("region.code"), nullable=False, index=True)

    @declared_attr
    def contact_phone(cls):
        return col("Contact phone", Sealed(f"{cls.__tablename__}.contact_phone"))

    @declared_attr
    def industry(cls):
        return relationship(Industry, info={"label": _l("Industry")})

    @declared_attr
    def region(cls):
        return relationship(Region, info={"label": _l("Division")})

    @property
    def contact_phone_masked(self) -> str:
        return mask_phone(self.contact_phone or "")


class Unit(UnitFacts, Extensible, Searchable, Reviewable, Model):
    """A unit, known by its credit code, which never changes."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("uscc IS NULL OR uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name="uscc"),
        CheckConstraint("uscc IS NOT NULL OR source = 'import'", name="uscc_unless_imported"),
        CheckConstraint("char_length(intro) <= 2000", name="intro_length"),
        CheckConstraint("staff_count >= 0", name="staff_count"),
        one_of("status", REGISTRATION.statuses, "status"),
        one_of("source", ("form", "import", "demo"), "source"),
        Index("ix_unit_search", "search", postgresql_using="gin"),
        Index("ix_unit_region_status", "region_code", "status", "id"),
        Index("uq_unit_uscc", "uscc", unique=True, postgresql_where=text(f"status IN {HOLDING}")),
        Index("uq_unit_import_name", "name", unique=True, postgresql_where=text("source = 'import' AND uscc IS NULL")),
    )
    CONTENT = ("uscc", *UnitFacts.FACTS)
    SEALED = ("contact_phone",)
    SEARCHED = ("name", "uscc", "listed_uscc", "initials")
    SPELLED = ("name",)
    CUSTOM, CUSTOM_LABEL = "unit", _l("Units")

    id = pk()
    uscc = col(
        "Unified social credit code", String(18), index=True, help=_l("18 characters, no blanks; can never be changed")
    )
    listed_uscc = col(
        "Credit code as listed", String(18), index=True,
        help=_l("From an imported list; it counts as the unit's own once the unit has registered with it"),
    )  # fmt: skip
    initials = col("Pinyin initials", String(60))
    source = col("Source", String(10), nullable=False, default="form", words="source")
    verified_on = col("Verified on", Date)
    reverify_due = col("Re-verification due", Date, index=True)
    certified_until = col(
        "Certified employer until",
        Date,
        help=_l("Person, enterprise and employment were proven (employer certification)"),
    )
    phone_hash = col("Contact phone (blind index)", String(64), index=True, info=index_of("contact_phone", "phone"))
    materials = relationship(
        "UnitMaterial", back_populates="unit", foreign_keys="UnitMaterial.unit_id", order_by="UnitMaterial.id",
        info={"label": _l("Materials")},
    )  # fmt: skip

    @property
    def verification(self) -> str:
        """What the public reads beside the name: "verified", "overdue" (U17), or "" before the approval."""
        if self.status != "approved":
            return ""
        return "overdue" if self.reverify_due and self.reverify_due < today() else "verified"

    @property
    def certified(self) -> bool:
        """Whether the certification of the employer is in force (ZX-06)."""
        return bool(self.certified_until and self.certified_until >= today())

    def __str__(self) -> str:
        return self.name


class UnitChange(UnitFacts, Extensible, Reviewable, Model):
    """A request to change an approved unit; the old data stay in force until it is approved (HL-15, GD-30)."""

    __tablename__ = "unit_change"
    __table_args__ = (
        one_of("status", CHANGE.statuses, "status"),
        CheckConstraint("char_length(intro) <= 2000", name="intro_length"),
        Index(
            "uq_unit_change_open",
            "unit_id",
            unique=True,
            postgresql_where=text("status IN ('draft','pending','returned')"),
        ),
    )
    CONTENT = UnitFacts.FACTS
    CUSTOM, CUSTOM_FREE = "unit", False
    SEALED = ("contact_phone",)

    id = pk()
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"), nullable=False, index=True)
    note = col("Explanation", String(500), nullable=False, default="")
    unit = relationship(Unit, info={"label": _l("Unit")})
    materials = relationship(
        "UnitMaterial", back_populates="change", foreign_keys="UnitMaterial.change_id", order_by="UnitMaterial.id",
        info={"label": _l("Materials")},
    )  # fmt: skip

    def __str__(self) -> str:
        return self.name


class UnitMaterial(Stamped, Model):
    """A document that proves what a registration or a change says."""

    __tablename__ = "unit_material"
    __table_args__ = (
        one_of("slot", MATERIAL_SLOTS, "slot"),
        UniqueConstraint("unit_id", "change_id", "slot", postgresql_nulls_not_distinct=True),
    )
    id = pk()
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"), nullable=False, index=True)
    change_id = col("Change request", BigInteger, ForeignKey("unit_change.id"), index=True)
    slot = col("Material", String(20), nullable=False, words="material_slot")
    file_id = col("File", UUID(as_uuid=True), ForeignKey("stored_file.id"), nullable=False)
    unit = relationship(Unit, back_populates="materials", foreign_keys=[unit_id], info={"label": _l("Unit")})
    change = relationship(UnitChange, back_populates="materials", foreign_keys=[change_id])
    file = relationship(StoredFile, lazy="joined", innerjoin=True, info={"label": _l("File")})


class Blacklisted(Traced, Stamped, Model):
    """A unit, handler or phone that may not register again (2025 notice: graded penalties); U14."""

    __tablename__ = "blacklisted"
    __table_args__ = (
        one_of("subject", ("uscc", "id_number", "phone"), "subject"),
        UniqueConstraint("subject", "value_hash"),
    )
    id = pk()
    subject = col("What is banned", String(20), nullable=False, words="banned")
    value_hash = col("Value (blind index)", String(64), nullable=False, info=ONE_WAY)
    shown = col("Shown as", String(60), nullable=False, help=_l("Masked"))
    reason = col("Reason", String(300), nullable=False)
    active = col("Active", Boolean, nullable=False, default=True)
