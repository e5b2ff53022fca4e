"""Pictures and videos of units and persons (TJ-51..53, GD-50/51, HL-25)."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import relationship

from app.models.base import Reviewable, col, one_of, pk
from app.models.files import StoredFile
from app.models.reference import Region
from app.models.units import Unit
from app.rules.media import PICTURE, SLOT_LIMITS


class Medium(Reviewable, Model):
    """One picture or video, shown outside only after approval; at most three pictures an owner (TJ-52)."""

    __tablename__ = "medium"
    __table_args__ = (
        one_of("status", PICTURE.statuses, "status"),
        one_of("slot", tuple(SLOT_LIMITS), "slot"),
        CheckConstraint("(unit_id IS NULL) <> (person_id IS NULL)", name="one_owner"),
        Index("ix_medium_unit", "unit_id", "status"),
        Index("ix_medium_person", "person_id", "status"),
        Index("ix_medium_region_status", "region_code", "status", "id"),
    )
    CONTENT = ("slot", "title")

    id = pk()
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"))
    person_id = col("Person", Integer, ForeignKey("ab_user.id"))
    slot = col("Kind of picture", String(20), nullable=False, words="media_slot", default="image")
    title = col("Title", String(80), nullable=False, default="")
    file_id = col("File", UUID(as_uuid=True), ForeignKey("stored_file.id"), nullable=False)
    region_code = col("Division", String(6), ForeignKey("region.code"), nullable=False)
    unit = relationship(Unit, info={"label": _l("Unit")})
    person = relationship(User, foreign_keys=[person_id], info={"label": _l("Person")})
    file = relationship(StoredFile, lazy="joined", innerjoin=True, info={"label": _l("File")})
    region = relationship(Region, info={"label": _l("Division")})

    def __str__(self) -> str:
        return self.title or self.slot
