"""Logins by others (OpenID Connect): providers that an administrator configures, whom they know, tries under way."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import relationship

from app.models.base import Sealed, Stamped, Traced, col, pk


class IdentityProvider(Traced, Stamped, Model):
    """Somebody else who proves identities, such as a province's unified authentication: where, and what it is trusted with."""

    __tablename__ = "identity_provider"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 3", name="level"),)
    id = pk()
    code = col("Code", String(20), nullable=False, unique=True, help=_l("2 to 20 small letters, digits and dashes"))
    name_zh = col("Name (Chinese)", String(40), nullable=False)
    name_en = col("Name (English)", String(60), nullable=False)
    issuer = col(
        "Issuer", String(200), nullable=False, help=_l("As the provider writes it, without a slash at the end")
    )
    client_id = col("Client id", String(200), nullable=False)
    client_secret = col("Client secret", Sealed("identity_provider.client_secret"))
    scopes = col("Scopes", String(200), nullable=False, default="openid profile", server_default="openid profile")
    name_claim = col("Claim with the name", String(60), nullable=False, default="name", server_default="name")
    id_claim = col(
        "Claim with the document number", String(60), nullable=False, default="id_number", server_default="id_number",
        help=_l("Who is meant is told by the document number alone; without it nobody is linked"),
    )  # fmt: skip
    level = col("Identity level given", SmallInteger, nullable=False, default=2)
    active = col("Active", Boolean, nullable=False, default=True)

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_en if str(get_locale()) == "en" else self.name_zh

    def __str__(self) -> str:
        return self.name


class IdentityLink(Stamped, Model):
    """Whom a provider knows as which account."""

    __tablename__ = "identity_link"
    __table_args__ = (UniqueConstraint("provider_id", "subject"), UniqueConstraint("provider_id", "account_id"))
    id = pk()
    provider_id = col("Provider", BigInteger, ForeignKey("identity_provider.id", ondelete="CASCADE"), nullable=False)
    subject = col("Subject at the provider", String(255), nullable=False)
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True)
    used_at = col("Last used", DateTime(timezone=True))
    provider = relationship(IdentityProvider, info={"label": _l("Provider")})
    account = relationship(User, info={"label": _l("Account")})

    def __str__(self) -> str:
        return str(self.provider)


class LoginAttempt(Model):
    """A way to a provider and back: each state counts once, in the browser it was made in, for ten minutes."""

    __tablename__ = "login_attempt"
    id = pk()
    state_hash = col("Hash of the state", String(64), nullable=False, unique=True)
    browser_hash = col("Hash of the browser's mark", String(64), nullable=False)
    provider_id = col("Provider", BigInteger, ForeignKey("identity_provider.id", ondelete="CASCADE"), nullable=False)
    nonce = col("Nonce", String(64), nullable=False)
    verifier = col("Code verifier", Sealed("login_attempt.verifier"), nullable=False)
    target = col("Where to go on", String(300), nullable=False, default="")
    claims = col("What the provider said", Sealed("login_attempt.claims", 4000))
    expires_at = col("Good until", DateTime(timezone=True), nullable=False, index=True)
    used_at = col("Used at", DateTime(timezone=True))
    made_at = col("Made at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    provider = relationship(IdentityProvider, info={"label": _l("Provider")})
