"""Bindings of persons to units: the invitation, its answer, the functions granted, the end (GD-32..37)."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Integer, String, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import relationship

from app.models.base import PERSONAL, Stamped, Traced, col, one_of, pk
from app.models.units import Unit
from app.rules.bindings import STATES


class Binding(Traced, Stamped, Model):
    """A person invited to act for a unit. While it is "bound" a hat of a handler with the same functions stands beside it."""

    __tablename__ = "binding"
    __table_args__ = (
        one_of("state", STATES, "state"),
        Index(
            "uq_binding_open", "unit_id", "account_id", unique=True,
            postgresql_where=text("state IN ('invited','bound')"),
        ),
        Index("ix_binding_waiting", "expires_at", postgresql_where=text("state = 'invited'")),
    )  # fmt: skip
    id = pk()
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"), nullable=False)
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True)
    invited_as = col(
        "Phone or user name", String(64), nullable=False,
        help=_l("As the person has registered; a phone is shown without its middle afterwards"),
    )  # fmt: skip
    real_name = col("Real name", String(60), nullable=False, info=PERSONAL)
    grants = col(
        "Granted functions", ARRAY(String(30)), nullable=False, server_default="{}", default=list, words="grant",
        help=_l("What the person may do for the unit; can be changed later"),
    )  # fmt: skip
    state = col("State", String(10), nullable=False, default="invited", server_default="invited")
    invited_by_id = col("Invited by", Integer, ForeignKey("ab_user.id", ondelete="SET NULL"))
    invited_at = col("Invited at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    expires_at = col("Answer until", DateTime(timezone=True), nullable=False)
    answered_at = col("Answered at", DateTime(timezone=True))
    ended_at = col("Ended at", DateTime(timezone=True))
    unit = relationship(Unit, info={"label": _l("Unit")})
    account = relationship(User, foreign_keys=[account_id], info={"label": _l("Account")})

    def __str__(self) -> str:
        return self.real_name


class BindingMiss(Model):
    """An invitation that found nobody: counted, so that a unit cannot try out who is registered. Nothing of it is kept."""

    __tablename__ = "binding_miss"
    __table_args__ = (Index("ix_binding_miss_unit", "unit_id", "at"),)
    id = pk()
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id", ondelete="CASCADE"), nullable=False)
    at = col("At", DateTime(timezone=True), server_default=func.now(), nullable=False)
