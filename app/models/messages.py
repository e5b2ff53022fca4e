"""The outbox and the messages people read (TJ-66, review.md 4). Words are made when read, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    case,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import relationship

from app.models.base import Stamped, Traced, col, one_of, pk

KINDS = ("system", "job", "gig", "recruit", "fair", "guidance")
# Kinds of TJ-66 that nothing sends yet: résumés and applications, fairs, guidance. Nobody chooses a channel for them.
LATER = ("job", "fair", "guidance")


class Outbox(Model):
    """A notice that must leave, written in the transaction of what it tells; delivered at least once."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", ("waiting", "sent", "cancelled", "dead"), "state"),
        Index("ix_outbox_dead", "id", postgresql_where=text("state = 'dead'")),
        Index("ix_outbox_waiting", "not_before", "id", postgresql_where=text("state = 'waiting'")),
    )
    id = pk()
    dedupe_key = col("Dedupe key", String(120), nullable=False, unique=True)
    account_id = col("To", Integer, ForeignKey("ab_user.id"), nullable=False)
    round_id = col("Round", BigInteger, ForeignKey("review_round.id"), index=True)
    message_kind = col("Kind of message", String(20), nullable=False, words="message_kind")
    template = col("Template", String(60), nullable=False, words="notice")
    facts = col("Facts", JSONB, nullable=False)
    link = col("Link", String(200), nullable=False, default="")
    state = col("State", String(20), nullable=False, default="waiting", words="outbox_state")
    not_before = col("Not before", DateTime(timezone=True), server_default=func.now(), nullable=False)
    tries = col("Tries", Integer, nullable=False, default=0)
    error = col("Last error", String(200), nullable=False, default="")
    created_on = col("Created on", DateTime(timezone=True), server_default=func.now(), nullable=False)
    sent_on = col("Sent on", DateTime(timezone=True))


class Message(Model):
    """A message in somebody's inbox."""

    __tablename__ = "message"
    __table_args__ = (
        one_of("message_kind", KINDS, "message_kind"),
        Index("ix_message_account", "account_id", text("id DESC")),
        Index("ix_message_unread", "account_id", postgresql_where=text("read_at IS NULL")),
    )
    id = pk()
    outbox_id = col("Outbox entry", BigInteger, ForeignKey("outbox.id"), unique=True)
    account_id = col("To", Integer, ForeignKey("ab_user.id"), nullable=False)
    message_kind = col("Kind of message", String(20), nullable=False, words="message_kind", default="system")
    template = col("Template", String(60), nullable=False)
    facts = col("Facts", JSONB, nullable=False)
    link = col("Link", String(200), nullable=False, default="")
    sent_at = col("Sent at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    read_at = col("Read at", DateTime(timezone=True))
    account = relationship(User, info={"label": _l("To")})

    @hybrid_property
    def status(self) -> str:
        """Whether it was read: the tabs of the list."""
        return "unread" if self.read_at is None else "read"

    @status.inplace.expression
    @classmethod
    def _status_expression(cls) -> ColumnElement[str]:
        return case((cls.read_at.is_(None), "unread"), else_="read")

    @property
    def words(self) -> tuple[str, dict[str, Any]]:
        """What the words are made of; the view makes them in the reader's language."""
        return self.template, self.facts

    def __str__(self) -> str:
        return self.template


class NoticeChoice(Model):
    """Somebody wants messages of this kind over this channel too."""

    __tablename__ = "notice_choice"
    __table_args__ = (one_of("channel", ("sms", "mail"), "channel"),)
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    message_kind = col("Kind of message", String(20), primary_key=True, words="message_kind")
    channel = col("Channel", String(10), primary_key=True, words="channel")


class NoticeText(Traced, Stamped, Model):
    """The words of one message. `own`: an administrator has worded it; otherwise the release's words are repeated here."""

    __tablename__ = "notice_text"
    template = col("Message", String(60), primary_key=True, words="notice")
    subject_zh = col("Subject (Chinese)", String(100), nullable=False)
    subject_en = col("Subject (English)", String(160), nullable=False)
    text_zh = col("Text (Chinese)", String(600), nullable=False)
    text_en = col("Text (English)", String(1000), nullable=False)
    own = col("Own words", Boolean, nullable=False, default=False)

    def __str__(self) -> str:
        return self.template
