"""What people agreed to: which text in which version, when, and until when (PIPL 14 to 16)."""

from __future__ import annotations

from typing import Final

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import DateTime, ForeignKey, Index, Integer, String, func, text
from sqlalchemy.orm import relationship

from app.models.base import col, one_of, pk

# Without the first two there is no account: they end with it. The others may be given and withdrawn.
NEEDED: Final = ("terms", "privacy")
OPTIONAL: Final = ("recommendation", "sms_notices", "mail_notices")
KINDS: Final = NEEDED + OPTIONAL
VERSIONS: Final = {"terms": "2026-01", "privacy": "2026-01", "recommendation": "2026-01"} | dict.fromkeys(
    ("sms_notices", "mail_notices"), "2026-01"
)


class Consent(Model):
    """One consent of one person. Withdrawn ones stay on record."""

    __tablename__ = "consent"
    __table_args__ = (
        one_of("kind", KINDS, "kind"),
        Index("uq_consent_in_force", "account_id", "kind", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
    )
    id = pk()
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False)
    kind = col("Consent", String(30), nullable=False, words="consent")
    version = col("Version", String(20), nullable=False)
    given_at = col("Given at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    withdrawn_at = col("Withdrawn at", DateTime(timezone=True))
    account = relationship(User, info={"label": _l("Account")})

    def __str__(self) -> str:
        return self.kind
