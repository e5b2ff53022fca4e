"""Notices of the platform (公告): for some roles and divisions, during some days; who read and acknowledged them."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import relationship

from app.models.base import Stamped, Traced, col, one_of, pk
from app.models.reference import Region

announcement_region = Table(
    "announcement_region",
    Model.metadata,
    Column(
        "announcement_id",
        BigInteger,
        ForeignKey("announcement.id", ondelete="CASCADE"),
        primary_key=True,
        comment="Official notice",
    ),
    Column("region_code", String(6), ForeignKey("region.code"), primary_key=True, comment="Division"),
)


class Announcement(Traced, Stamped, Model):
    """A notice. No role named: for every role; no division named: for everywhere."""

    __tablename__ = "announcement"
    __table_args__ = (
        one_of("importance", ("normal", "important"), "importance"),
        CheckConstraint("shown_until IS NULL OR shown_until >= shown_from", name="days"),
        CheckConstraint("(title_en = '') = (body_en = '')", name="english_whole"),
        Index("ix_announcement_shown", text("shown_from DESC"), text("id DESC")),
    )
    id = pk()
    title_zh = col("Title (Chinese)", String(80), nullable=False)
    body_zh = col(
        "Text (Chinese)",
        String(4000),
        nullable=False,
        help=_l("Plain text. Lines stay lines; web addresses become links."),
    )
    title_en = col("Title (English)", String(120), nullable=False, default="")
    body_en = col(
        "Text (English)",
        String(6000),
        nullable=False,
        default="",
        help=_l("Without an English text everybody reads the Chinese."),
    )
    importance = col(
        "Importance", String(20), nullable=False, default="normal", words="importance",
        help=_l("An important notice asks every reader to confirm that it was read."),
    )  # fmt: skip
    pinned = col("Pinned", Boolean, nullable=False, default=False, help=_l("Stands above newer notices."))
    roles = col(
        "For these roles", ARRAY(String(20)), nullable=False, server_default="{}", default=list, words="audience",
        help=_l("None chosen: for every role."),
    )  # fmt: skip
    shown_from = col("Shown from", Date, nullable=False)
    shown_until = col("Shown until", Date, help=_l("Empty: until it is taken away."))
    regions = relationship(
        Region, secondary=announcement_region, order_by=Region.code, passive_deletes=True,
        info={"label": _l("For these divisions"), "help": _l("None chosen: for everywhere. A division includes everything below it.")},
    )  # fmt: skip

    def _reads(self, part: str) -> str:
        english = getattr(self, f"{part}_en") if str(get_locale()) == "en" else ""
        return str(english or getattr(self, f"{part}_zh"))

    @property
    def title(self) -> str:
        """In the reader's language, if it was written in it."""
        return self._reads("title")

    @property
    def body(self) -> str:
        """The same of the text."""
        return self._reads("body")

    @property
    def reading(self) -> int:
        """By which the screen looks up whether this reader has read it."""
        return self.id

    def __str__(self) -> str:
        return self.title


class AnnouncementRead(Model):
    """That somebody opened a notice, and confirmed it."""

    __tablename__ = "announcement_read"
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    announcement_id = col(
        "Official notice", BigInteger, ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    read_at = col("Read at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    acknowledged_at = col("Confirmed at", DateTime(timezone=True))


class Visit(Model):
    """When somebody last looked at the start page under a role: what has happened since is told there."""

    __tablename__ = "visit"
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    hat_id = col("Role in use", BigInteger, ForeignKey("hat.id", ondelete="CASCADE"), primary_key=True)
    seen_at = col("Last seen", DateTime(timezone=True), nullable=False)
    since = col("End of the visit before", DateTime(timezone=True))
