"""What colleagues say to each other about a row. Nobody outside their own side reads it."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Integer, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import relationship

from app.models.base import col, pk

LONGEST = 1000  # characters


class RecordComment(Model):
    """A comment on a row. `side` says who may read it: the bureau, one unit, one school, one agency."""

    __tablename__ = "record_comment"
    __table_args__ = (
        Index("ix_record_comment_row", "kind", "subject_id", "side", "id"),
        Index("ix_record_comment_account", "account_id", "at"),
    )
    id = pk()
    kind = col("Kind", String(30), nullable=False, words="review_kind")
    subject_id = col("Row", BigInteger, nullable=False)
    side = col("Side", String(40), nullable=False)
    text = col("Comment", String(LONGEST), nullable=False)
    mentions = col("Mentioned", JSONB, nullable=False, default=list)
    account_id = col("By", Integer, ForeignKey("ab_user.id"), nullable=False)
    role = col("Role", String(20), nullable=False)
    at = col("When", DateTime(timezone=True), server_default=func.now(), nullable=False)
    deleted_at = col("Deleted at", DateTime(timezone=True))
    account = relationship(User, info={"label": _l("By")})
