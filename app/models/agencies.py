"""Agencies (职介) and the units they may post for (ZX-10, ZX-26..37)."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import relationship

from app.models.base import Stamped, Traced, col, one_of, pk
from app.models.reference import Region
from app.models.units import Unit


class Agency(Traced, Stamped, Model):
    """A public or commercial employment agency."""

    __tablename__ = "agency"
    __table_args__ = (one_of("kind", ("public", "commercial"), "kind"),)
    id = pk()
    name = col("Agency", String(120), nullable=False, unique=True)
    kind = col("Agency kind", String(20), nullable=False, words="agency_kind", default="public")
    region_code = col("Division", String(6), ForeignKey("region.code"), nullable=False)
    licence_no = col("Licence number", String(40))
    licence_valid_until = col("Licence valid until", Date)
    region = relationship(Region, info={"label": _l("Division")})

    def __str__(self) -> str:
        return self.name


class AgencyUnit(Traced, Stamped, Model):
    """An association 关联: the agency may post for the unit and the unit sees what comes of it (ZX-33..35)."""

    __tablename__ = "agency_unit"
    __table_args__ = (UniqueConstraint("agency_id", "unit_id"),)
    id = pk()
    agency_id = col("Agency", BigInteger, ForeignKey("agency.id"), nullable=False)
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"), nullable=False, index=True)
    authorised = col("Authorised", Boolean, nullable=False, default=False)
    agency = relationship(Agency, info={"label": _l("Agency")})
    unit = relationship(Unit, info={"label": _l("Unit")})
