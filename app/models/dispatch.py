"""What leaves the house as SMS or mail, and the one-time codes and links in it. Of a secret only a keyed hash is kept."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import DateTime, ForeignKey, Index, Integer, SmallInteger, String, func, text
from sqlalchemy.orm import relationship

from app.models.base import ONE_WAY, Sealed, col, one_of, pk
from app.rules.masks import mask_email, mask_phone

CHANNELS = ("sms", "mail")
STATES = ("queued", "sent", "failed", "dead")


class Dispatch(Model):
    """One SMS or mail on its way. `blanked` is `text` without its secret: what may be read afterwards."""

    __tablename__ = "dispatch"
    __table_args__ = (
        one_of("channel", CHANNELS, "channel"),
        one_of("state", STATES, "state"),
        Index("ix_dispatch_due", "next_try", "id", postgresql_where=text("state IN ('queued','failed')")),
        Index("ix_dispatch_dead", "id", postgresql_where=text("state = 'dead'")),
    )
    id = pk()
    channel = col("Channel", String(10), nullable=False, words="channel")
    target = col("To", Sealed("dispatch.target"), nullable=False)
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="SET NULL"), index=True)
    template = col("Template", String(40), nullable=False, words="dispatch_template")
    subject = col("Subject", String(200), nullable=False, default="")
    text = col("Text", Sealed("dispatch.text", 4000))
    blanked = col("Text without its secret", Sealed("dispatch.blanked", 4000))
    params = col("What fills its template", Sealed("dispatch.params", 4000))
    state = col("State", String(10), nullable=False, default="queued", words="dispatch_state")
    tries = col("Tries", Integer, nullable=False, default=0)
    next_try = col("Next try", DateTime(timezone=True), server_default=func.now(), nullable=False)
    not_after = col("Worthless after", DateTime(timezone=True))
    dedupe_key = col("Dedupe key", String(120), unique=True)
    via = col("Gateway", String(20), nullable=False, default="", words="gateway")
    error = col("Last error", String(200), nullable=False, default="")
    created_on = col("Created on", DateTime(timezone=True), server_default=func.now(), nullable=False, index=True)
    sent_on = col("Sent on", DateTime(timezone=True))
    account = relationship(User, info={"label": _l("Account")})

    @property
    def target_masked(self) -> str:
        target = self.target or ""
        return mask_email(target) if "@" in target else mask_phone(target)

    @property
    def said(self) -> tuple[str | None, str | None]:
        """The whole text, as long as it is kept, and the one without its secret."""
        return self.text, self.blanked

    def __str__(self) -> str:
        return f"{self.id}"


class OneTimeCode(Model):
    """A code of six digits sent to a phone or an address, for one purpose."""

    __tablename__ = "one_time_code"
    __table_args__ = (
        Index("ix_one_time_code_target", "target_hash", "made_at"),
        Index("ix_one_time_code_address", "address", "made_at"),
    )
    id = pk()
    purpose = col("Purpose", String(30), nullable=False)
    target_hash = col("Target (blind index)", String(64), nullable=False, info=ONE_WAY)
    code_hash = col("Keyed hash of the code", String(64), nullable=False)
    address = col("Address", String(45), nullable=False, default="")
    made_at = col("Made at", DateTime(timezone=True), server_default=func.clock_timestamp(), nullable=False)
    expires_at = col("Good until", DateTime(timezone=True), nullable=False)
    tries = col("Tries", SmallInteger, nullable=False, default=0)
    used_at = col("Used at", DateTime(timezone=True))


class OneTimeLink(Model):
    """A link that may be followed once, for one purpose and one account."""

    __tablename__ = "one_time_link"
    __table_args__ = (Index("ix_one_time_link_account", "account_id", "purpose"),)
    id = pk()
    purpose = col("Purpose", String(30), nullable=False)
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False)
    token_hash = col("Keyed hash of the token", String(64), nullable=False, unique=True)
    made_at = col("Made at", DateTime(timezone=True), server_default=func.clock_timestamp(), nullable=False)
    expires_at = col("Good until", DateTime(timezone=True), nullable=False)
    used_at = col("Used at", DateTime(timezone=True))
