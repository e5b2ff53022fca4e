"""Logins under way: what the browser holds is a random number, what it stands for is kept here."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Index, Integer, String, Text, func, text
from sqlalchemy.orm import relationship

from app.models.accounts import Hat
from app.models.base import col, pk


class LoginSession(Model):
    """One login from its beginning to its end. Of the number in the cookie only the hash is here.

    Triggers end it when the password, the account or a role of it changes, whatever made the change
    (app/migrations/login_session.sql), and write every end into the login log.
    """

    __tablename__ = "login_session"
    __table_args__ = (
        Index("ix_login_session_open", "account_id", postgresql_where=text("ended_at IS NULL")),
        Index("ix_login_session_seen", "seen_at", postgresql_where=text("ended_at IS NULL")),
        Index("ix_login_session_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
    )
    id = pk()
    token_hash = col("Hash of the session number", String(64), nullable=False, unique=True)
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True)
    hat_id = col("Worn role", BigInteger, ForeignKey("hat.id", ondelete="SET NULL"), index=True)
    staff = col("Rules for staff", Boolean, nullable=False, default=False)
    waiting = col("Second factor awaited", Boolean, nullable=False, default=False, server_default=text("false"))
    device_kind = col("Kind of device", String(10), nullable=False, default="", words="device_kind")
    device = col("Device", String(60), nullable=False, default="")
    address = col("Address", String(45), nullable=False, default="")
    started_at = col("Logged in at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    seen_at = col("Last seen", DateTime(timezone=True), server_default=func.now(), nullable=False)
    ends_at = col("Ends at the latest", DateTime(timezone=True), nullable=False)
    proved_at = col("Identity proven at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    ended_at = col("Ended at", DateTime(timezone=True))
    ended_why = col("Why it ended", String(20), nullable=False, default="", server_default="", words="login_outcome")
    account = relationship(User, info={"label": _l("Account")})
    hat = relationship(Hat, info={"label": _l("Worn role")})

    @property
    def what(self) -> tuple[int, str, str]:
        """What the words about the device are made of."""
        return self.id, self.device_kind, self.device

    def __str__(self) -> str:
        return self.device


class TokenFloor(Model):
    """Since when tokens of programs count for an account; the triggers that end sessions raise it."""

    __tablename__ = "token_floor"
    account_id = col(
        "Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    since = col("Tokens count from", DateTime(timezone=True), nullable=False)


class CarriedForm(Model):
    """A form that waits for a proof of who sends it; sealed, for a few minutes, one for a login."""

    __tablename__ = "carried_form"
    login_id = col("Login", BigInteger, ForeignKey("login_session.id", ondelete="CASCADE"), primary_key=True)
    back = col("Page it came from", String(2000), nullable=False)
    sent = col("Sealed form", Text, nullable=False)
    ends_at = col("Good until", DateTime(timezone=True), nullable=False)
