"""What was asked of the system: every request that may change something, by whom, from where and with what result."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, DateTime, Index, Integer, SmallInteger, String, func, text
from sqlalchemy.orm import foreign, relationship

from app.models.base import col, one_of, pk

RESULTS = ("done", "refused", "failed")


class RequestEvent(Model):
    """One request other than a reading one (请求日志). Nothing that was sent is in it: no value, no password, no search."""

    __tablename__ = "request_event"
    __table_args__ = (
        one_of("result", RESULTS, "result"),
        Index("ix_request_event_account", "account_id", text("id DESC")),
    )
    id = pk()
    at = col("At", DateTime(timezone=True), server_default=func.clock_timestamp(), nullable=False, index=True)
    account_id = col("Account", Integer, nullable=False)
    role = col("Role", String(20), nullable=False, default="", words="role")
    place = col("Place", String(140), nullable=False, default="", server_default="")
    hat_id = col("Worn role", BigInteger)
    screen = col("Screen", String(60), nullable=False)
    step = col("Action", String(40), nullable=False)
    row_key = col("Row", String(60), nullable=False, default="")
    address = col("Address", String(45), nullable=False, default="")
    result = col("Result", String(10), nullable=False, words="request_result")
    status = col("HTTP status", SmallInteger, nullable=False)
    request_id = col("Request number", String(64), nullable=False, default="")
    # Read only, and without a foreign key: an entry outlives what it speaks of.
    account = relationship(
        User,
        primaryjoin=lambda: foreign(RequestEvent.account_id) == User.id,
        viewonly=True,
        info={"label": _l("Account")},
    )

    def __str__(self) -> str:
        return self.request_id
