"""Keys with which programs use the API in somebody's name: only the digest of a key is here."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Integer, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import relationship

from app.models.accounts import Hat
from app.models.base import Stamped, col, one_of, pk

STATES = ("active", "revoked", "expired", "ended")


class ApiKey(Stamped, Model):
    """One key: whose, under which role, for what, until when, how often, and when it was used last.

    Triggers end it with what it was founded on (app/migrations/api_key_ends.sql): the password, the account, the role.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        one_of("key_state", STATES, "key_state"),
        CheckConstraint("per_minute BETWEEN 1 AND 600", name="per_minute"),
    )
    id = pk()
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True)
    hat_id = col("Role", BigInteger, ForeignKey("hat.id", ondelete="CASCADE"), nullable=False, index=True)
    name = col("Name of the key", String(60), nullable=False, help=_l("Which program uses it, on which machine"))
    prefix = col("Begins with", String(20), nullable=False)
    key_hash = col("Digest of the key", String(64), nullable=False, unique=True)
    scopes = col("May", ARRAY(String(80)), nullable=False, words="api_scope")
    per_minute = col(
        "Requests a minute",
        Integer,
        nullable=False,
        default=60,
        server_default="60",
        help=_l("1 to 600; beyond that: 429"),
    )
    expires_on = col("Last day", Date, nullable=False, help=_l("At most a year from today"))
    key_state = col(
        "State of the key", String(10), nullable=False, default="active", server_default="active", words="key_state"
    )
    ended_at = col("Ended at", DateTime(timezone=True))
    last_used_at = col("Last used", DateTime(timezone=True))
    last_address = col("Last used from", String(45), nullable=False, default="", server_default="")
    account = relationship(User, foreign_keys=[account_id], info={"label": _l("Account")})
    hat = relationship(Hat, info={"label": _l("Role")})

    def __str__(self) -> str:
        return self.name
