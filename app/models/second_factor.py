"""The second factor of an account: the sealed secret of its device, recovery codes as hashes, and resets by two persons."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, Integer, String, Text, func, text
from sqlalchemy.orm import relationship

from app.models.base import ONE_WAY, Sealed, Stamped, col, one_of, pk

STATES = ("open", "done", "declined")


class SecondFactor(Stamped, Model):
    """The device of one account. `pending` is a secret whose first code has not been seen yet."""

    __tablename__ = "second_factor"
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    secret = col("Secret", Sealed("second_factor.secret"))
    pending = col("Secret to be confirmed", Sealed("second_factor.pending"))
    last_step = col("Last time step used", BigInteger, nullable=False, default=0, server_default="0")
    confirmed_at = col("Set up at", DateTime(timezone=True))


class RecoveryCode(Model):
    """One code for the day the device is lost; of the code only a keyed hash is here."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("uq_recovery_code", "account_id", "code_hash", unique=True),)
    id = pk()
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False)
    code_hash = col("Keyed hash of the code", String(64), nullable=False, info=ONE_WAY)
    used_at = col("Used at", DateTime(timezone=True))


class SecurityKey(Model):
    """A security key (WebAuthn): its public half, and for which site it was made."""

    __tablename__ = "security_key"
    id = pk()
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True)
    name = col("Name of the key", String(60), nullable=False)
    credential_id = col("Credential", String(1400), nullable=False, unique=True)
    public_key = col("Public key", Text, nullable=False)
    sign_count = col("Signatures so far", BigInteger, nullable=False)
    site = col("Site it is for", String(253), nullable=False)
    added_at = col("Added at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    last_used_at = col("Last used", DateTime(timezone=True))


class KeyChallenge(Model):
    """What a key of one login has to sign next."""

    __tablename__ = "key_challenge"
    login_id = col("Login", BigInteger, ForeignKey("login_session.id", ondelete="CASCADE"), primary_key=True)
    challenge = col("Challenge", String(200), nullable=False)
    ends_at = col("Good until", DateTime(timezone=True), nullable=False)


class EnrolmentCode(Model):
    """With which staff set up a first device: handed over by an administrator, good once and for some days."""

    __tablename__ = "enrolment_code"
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    code_hash = col("Keyed hash of the code", String(64), nullable=False, info=ONE_WAY)
    made_at = col("Made at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    ends_at = col("Good until", DateTime(timezone=True), nullable=False)
    made_by_id = col("Made by", Integer, ForeignKey("ab_user.id", ondelete="SET NULL"))


class FactorReset(Model):
    """A second factor taken off an account: one administrator asks, another one decides, neither for oneself."""

    __tablename__ = "factor_reset"
    __table_args__ = (
        one_of("state", STATES, "state"),
        CheckConstraint("asked_by_id <> account_id", name="not_oneself"),
        CheckConstraint("decided_by_id <> account_id AND decided_by_id <> asked_by_id", name="two_persons"),
        CheckConstraint("(state = 'open') = (decided_by_id IS NULL)", name="decided"),
        Index("uq_factor_reset_open", "account_id", unique=True, postgresql_where=text("state = 'open'")),
    )
    id = pk()
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True)
    state = col("State", String(10), nullable=False, default="open", server_default="open", words="factor_reset_state")
    reason = col("How the identity was proven", String(300), nullable=False)
    asked_by_id = col("Asked for by", Integer, ForeignKey("ab_user.id"), nullable=False)
    asked_at = col("Asked for at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    decided_by_id = col("Decided by", Integer, ForeignKey("ab_user.id"))
    decided_at = col("Decided at", DateTime(timezone=True))
    account = relationship(User, foreign_keys=[account_id], info={"label": _l("Account")})
    asked_by = relationship(User, foreign_keys=[asked_by_id], info={"label": _l("Asked for by")})
    decided_by = relationship(User, foreign_keys=[decided_by_id], info={"label": _l("Decided by")})

    def __str__(self) -> str:
        return self.reason
