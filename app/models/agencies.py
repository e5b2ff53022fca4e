"""Agencies (职介), their entry, and the units they may post for (ZX-10, ZX-26..37); certification of employers (ZX-06)."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import relationship

from app.models.base import PERSONAL, Reviewable, Sealed, Stamped, Traced, col, one_of, pk
from app.models.files import Paper
from app.models.reference import Region
from app.models.units import Unit
from app.rules.agencies import ASSOCIATION_STATES, CERTIFICATION, ENTRY, ENTRY_SLOTS, PROOF_SLOTS, STATES, TEXTS
from app.rules.masks import mask_phone


class Agency(Traced, Stamped, Model):
    """A public or commercial employment agency."""

    __tablename__ = "agency"
    __table_args__ = (
        one_of("kind", ("public", "commercial"), "kind"),
        one_of("stage", STATES, "stage"),
        *(CheckConstraint(f"char_length({one}) <= 2000", name=f"{one}_length") for one in TEXTS),
    )
    id = pk()
    name = col("Agency", String(120), nullable=False, unique=True)
    kind = col("Agency kind", String(20), nullable=False, words="agency_kind", default="public")
    region_code = col("Division", String(6), ForeignKey("region.code"), nullable=False)
    licence_no = col("Licence number", String(40))
    licence_valid_from = col("Licence valid from", Date)
    licence_valid_until = col("Licence valid until", Date)
    uscc = col("Unified social credit code", String(18), unique=True)
    stage = col("Stage", String(12), nullable=False, default="open", server_default="open", words="agency_stage")
    address = col("Address", String(200), nullable=False, default="", server_default="")
    phone = col("Service phone", String(30), nullable=False, default="", server_default="", help=_l("Public"))
    service_hours = col("Opening hours", String(120), nullable=False, default="", server_default="")
    staff_count = col("Staff", Integer)
    intro = col(
        "Introduction", Text, nullable=False, default="", server_default="", help=_l("At most 2,000 characters")
    )
    team = col("Our staff", Text, nullable=False, default="", server_default="", help=_l("At most 2,000 characters"))
    leaders = col(
        "Our leaders", Text, nullable=False, default="", server_default="", help=_l("At most 2,000 characters")
    )
    services = col(
        "Services and results", Text, nullable=False, default="", server_default="", help=_l("At most 2,000 characters")
    )
    region = relationship(Region, info={"label": _l("Division")})

    def __str__(self) -> str:
        return self.name


class AgencyEntry(Reviewable, Model):
    """An agency applies for the platform: materials by its kind, recommendation of the bureau, approval (ZX-26..30)."""

    __tablename__ = "agency_entry"
    __table_args__ = (
        one_of("status", ENTRY.statuses, "status"),
        one_of("agency_kind", ("public", "commercial"), "agency_kind"),
        CheckConstraint("uscc IS NULL OR uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name="uscc"),
        Index("ix_agency_entry_region_status", "region_code", "status", "id"),
    )
    CONTENT = (
        "name", "agency_kind", "uscc", "region_code", "service_scope", "licence_no", "licence_valid_from",
        "licence_valid_until", "contact_name", "contact_phone", "photo_consent",
    )  # fmt: skip
    SEALED = ("contact_phone",)

    id = pk()
    name = col("Agency", String(120), nullable=False, help=_l("The full name as on the licence"))
    agency_kind = col("Agency kind", String(20), nullable=False, words="agency_kind", default="public")
    uscc = col("Unified social credit code", String(18), help=_l("18 characters, no blanks"))
    region_code = col("Division", String(6), ForeignKey("region.code"), nullable=False)
    service_scope = col("Scope of services", String(300), nullable=False, default="", help=_l("As on the licence"))
    licence_no = col("Licence number", String(40), help=_l("Of the human resources service licence"))
    licence_valid_from = col("Licence valid from", Date)
    licence_valid_until = col("Licence valid until", Date)
    contact_name = col("Contact person", String(60), info=PERSONAL)
    contact_phone = col("Contact phone", Sealed("agency_entry.contact_phone"))
    photo_consent = col(
        "Consent to the photo", Boolean, nullable=False, default=False,
        help=_l("I agree that the photo with my document is used for this review alone"),
    )  # fmt: skip
    recommendation = col("Recommendation of the bureau", String(300), nullable=False, default="")
    recommended_at = col("Recommended at", DateTime(timezone=True))
    recommended_digest = col("Digest of what was recommended", String(64))
    agency_id = col("Agency on the platform", BigInteger, ForeignKey("agency.id", ondelete="SET NULL"), index=True)
    region = relationship(Region, info={"label": _l("Division")})
    agency = relationship(Agency, info={"label": _l("Agency on the platform")})

    @property
    def contact_phone_masked(self) -> str:
        """The phone without its middle."""
        return mask_phone(self.contact_phone or "")

    def __str__(self) -> str:
        return self.name


class AgencyMaterial(Paper, Model):
    """A document that an entry rests on."""

    __tablename__ = "agency_material"
    __table_args__ = (one_of("slot", ENTRY_SLOTS, "slot"), UniqueConstraint("entry_id", "slot"))
    entry_id = col("Entry", BigInteger, ForeignKey("agency_entry.id"), nullable=False)


class EmployerCertification(Reviewable, Model):
    """The three proofs of an employer: real-named person, approved enterprise, proof of working there (ZX-06)."""

    __tablename__ = "employer_certification"
    __table_args__ = (
        one_of("status", CERTIFICATION.statuses, "status"),
        Index("ix_employer_certification_region_status", "region_code", "status", "id"),
        Index("ix_employer_certification_valid", "valid_until", "status"),
        Index(  # one application at a time; the next one may be made while the present one is in force
            "uq_employer_certification_open",
            "unit_id",
            "created_by_id",
            unique=True,
            postgresql_where=text("status IN ('draft','pending','returned','rejected')"),
        ),
    )
    CONTENT = ("title", "employed_since", "proof_name", "proof_date", "note")

    id = pk()
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"), nullable=False)
    region_code = col("Division", String(6), ForeignKey("region.code"), nullable=False)
    title = col("Post at the unit", String(60), nullable=False, help=_l("As the proof of employment says"))
    employed_since = col("Employed since", Date)
    proof_name = col(
        "Name on the proof", String(60), nullable=False, default="", server_default="", info=PERSONAL,
        help=_l("As the proof of employment says; it must be your own proven name"),
    )  # fmt: skip
    proof_date = col("Proof issued on", Date, help=_l("Less than 90 days ago when it is sent in"))
    note = col("Explanation", String(300), nullable=False, default="")
    applicant = col("Employed person", String(60), nullable=False, default="", server_default="", info=PERSONAL)
    valid_until = col("Certified until", Date)
    unit = relationship(Unit, info={"label": _l("Unit")})
    region = relationship(Region, info={"label": _l("Division")})

    def __str__(self) -> str:
        return f"{self.unit} – {self.title}"


class CertificationMaterial(Paper, Model):
    """A proof of employment."""

    __tablename__ = "certification_material"
    __table_args__ = (one_of("slot", PROOF_SLOTS, "slot"), UniqueConstraint("certification_id", "slot"))
    certification_id = col("Certification", BigInteger, ForeignKey("employer_certification.id"), nullable=False)


class AgencyUnit(Traced, Stamped, Model):
    """An association 关联: while it stands the agency may post for the unit (ZX-33..35, ZX-37)."""

    __tablename__ = "agency_unit"
    __table_args__ = (UniqueConstraint("agency_id", "unit_id"), one_of("state", ASSOCIATION_STATES, "state"))
    id = pk()
    agency_id = col("Agency", BigInteger, ForeignKey("agency.id"), nullable=False)
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"), nullable=False, index=True)
    state = col("State", String(10), nullable=False, default="applied", server_default="applied")
    # What the association opens asks this; the database makes it of the state.
    authorised = col("Authorised", Boolean, Computed("state = 'linked'", persisted=True), nullable=False)
    statement = col(
        "Message to the agency", String(300), nullable=False, default="", server_default="",
        help=_l("Which posts the agency shall fill, and whom it may call"),
    )  # fmt: skip
    reason = col("Reason", String(300), nullable=False, default="", server_default="")
    moved_at = col("Since", DateTime(timezone=True))
    agency = relationship(Agency, info={"label": _l("Agency")})
    unit = relationship(Unit, info={"label": _l("Unit")})

    @property
    def unit_facts(self) -> str:
        """Which unit asks, for an agency that may read no more of it yet."""
        return f"{self.unit.uscc} · {self.unit.region.full_name}"
