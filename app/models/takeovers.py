"""A unit is taken over by a successor of its owner, with evidence, through the desk (GD-18, GD-22)."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import relationship

from app.models.base import Reviewable, col, one_of, pk
from app.models.files import Paper
from app.models.reference import Region
from app.models.units import Unit
from app.rules.takeovers import SLOTS, TAKEOVER


class UnitTakeover(Reviewable, Model):
    """Who wants to own which unit, and why. What follows from an approval waits for the end of the undo (`settled_at`)."""

    __tablename__ = "unit_takeover"
    __table_args__ = (
        one_of("status", TAKEOVER.statuses, "status"),
        Index("ix_unit_takeover_list", "region_code", "id"),
        Index(
            "uq_unit_takeover_open",
            "unit_id",
            "created_by_id",
            unique=True,
            postgresql_where=text("status IN ('draft','pending','returned','rejected')"),
        ),
        Index(
            "ix_unit_takeover_unsettled",
            "decided_at",
            postgresql_where=text("status = 'approved' AND settled_at IS NULL"),
        ),
    )
    CONTENT = ("name", "reason", "agreed")

    id = pk()
    uscc = col("Unified social credit code", String(18), nullable=False, help=_l("18 characters, no blanks"))
    name = col("Unit name", String(120), nullable=False, help=_l("The full name as on the licence"))
    reason = col(
        "What has become of the former owner", String(500), nullable=False,
        help=_l("Left the unit, closed the account, cannot be reached: since when, and who says so"),
    )  # fmt: skip
    agreed = col("Consent to the use of identity pictures", Boolean, nullable=False, default=False)
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"), nullable=False)
    region_code = col("Division", String(6), ForeignKey("region.code"), nullable=False)
    settled_at = col("Handed over at", DateTime(timezone=True))
    purged_at = col("Materials purged at", DateTime(timezone=True))
    unit = relationship(Unit, info={"label": _l("Unit")})
    region = relationship(Region, info={"label": _l("Division")})

    def __str__(self) -> str:
        return self.name


class TakeoverMaterial(Paper, Model):
    """A document that the claim rests on."""

    __tablename__ = "unit_takeover_material"
    __table_args__ = (one_of("slot", SLOTS, "slot"), UniqueConstraint("takeover_id", "slot"))
    takeover_id = col("Takeover", BigInteger, ForeignKey("unit_takeover.id"), nullable=False)
