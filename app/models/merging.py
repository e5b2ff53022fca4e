"""Two accounts of one person made one (GD-16), and personal codes that were read (TJ-65)."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import relationship

from app.models.base import ONE_WAY, col, one_of, pk

STATES = ("open", "done", "declined")


class AccountMerge(Model):
    """One account to be closed, another to keep all that was its: one administrator asks, another one decides."""

    __tablename__ = "account_merge"
    __table_args__ = (
        one_of("state", STATES, "state"),
        CheckConstraint("kept_id <> closed_id", name="two_accounts"),
        CheckConstraint("asked_by_id NOT IN (kept_id, closed_id)", name="not_oneself"),
        CheckConstraint("decided_by_id NOT IN (kept_id, closed_id, asked_by_id)", name="two_persons"),
        CheckConstraint("(state = 'open') = (decided_by_id IS NULL)", name="decided"),
        Index("uq_account_merge_open", "closed_id", unique=True, postgresql_where=text("state = 'open'")),
    )
    id = pk()
    kept_id = col("Account that stays", Integer, ForeignKey("ab_user.id"), nullable=False, index=True)
    closed_id = col("Account that is closed", Integer, ForeignKey("ab_user.id"), nullable=False, index=True)
    state = col("State", String(10), nullable=False, default="open", server_default="open", words="factor_reset_state")
    reason = col("How it was found out that both are one person", String(300), nullable=False)
    asked_by_id = col("Asked for by", Integer, ForeignKey("ab_user.id"), nullable=False)
    asked_at = col("Asked for at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    decided_by_id = col("Decided by", Integer, ForeignKey("ab_user.id"))
    decided_at = col("Decided at", DateTime(timezone=True))
    moved = col("What was moved", JSONB, nullable=False, server_default="{}", default=dict)
    kept = relationship(User, foreign_keys=[kept_id], info={"label": _l("Account that stays")})
    closed = relationship(User, foreign_keys=[closed_id], info={"label": _l("Account that is closed")})
    asked_by = relationship(User, foreign_keys=[asked_by_id], info={"label": _l("Asked for by")})
    decided_by = relationship(User, foreign_keys=[decided_by_id], info={"label": _l("Decided by")})

    def __str__(self) -> str:
        return self.reason


class PersonalCodeUse(Model):
    """A personal code that somebody of the staff has read; a second reading is refused and told when the first was."""

    __tablename__ = "personal_code_use"
    mark = col("Keyed mark of the code", String(64), primary_key=True, info=ONE_WAY)
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True)
    read_by_id = col("Read by", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False)
    read_at = col("Read at", DateTime(timezone=True), server_default=func.now(), nullable=False, index=True)
