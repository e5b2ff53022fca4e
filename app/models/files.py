"""Stored files: metadata of what lies in the object store under a random key."""

from __future__ import annotations

import uuid

from flask_appbuilder import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Integer, String, func
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Mapped, declared_attr, relationship

from app.models.base import Stamped, col, pk


class StoredFile(Model):
    """One uploaded file after checks and re-encoding. Served only through the permission check of /files/<id>."""

    __tablename__ = "stored_file"
    id = col("File", UUID(as_uuid=True), primary_key=True, default=uuid.uuid4)
    key = col("Storage key", String(120), nullable=False, unique=True)
    thumb_key = col("Storage key of the preview", String(120))
    page_keys = col(
        "Storage keys of the drawn pages", ARRAY(String(120)), nullable=False, server_default="{}", default=list
    )
    name = col("File name", String(200), nullable=False)
    mime = col("Content type", String(60), nullable=False)
    size = col("Size (bytes)", BigInteger, nullable=False)
    width = col("Width (px)", Integer)
    height = col("Height (px)", Integer)
    seconds = col("Duration (s)", Integer)
    sha256 = col("SHA-256", String(64), nullable=False, index=True)
    phash = col("Perceptual hash", BigInteger, index=True)
    blank = col("Nearly one colour", Boolean, nullable=False, default=False)
    blurred = col("Blurred", Boolean, nullable=False, default=False)
    had_gps = col("Location data removed", Boolean, nullable=False, default=False)
    codes = col("QR or bar codes found", ARRAY(String(300)), nullable=False, server_default="{}", default=list)
    malware = col("Malware scan", String(20), nullable=False, default="not_scanned")
    uploaded_by_id = col("Uploaded by", Integer, ForeignKey("ab_user.id"), index=True)
    uploaded_at = col("Uploaded at", DateTime(timezone=True), server_default=func.now(), nullable=False)

    @property
    def pages(self) -> int:
        """How many drawn pages there are; only papers in PDF have some."""
        return len(self.page_keys or ())

    @property
    def keys(self) -> list[str]:
        """Every object it consists of: what is removed with it."""
        return [key for key in (self.key, self.thumb_key, *(self.page_keys or ())) if key]

    def __str__(self) -> str:
        return self.name


class Paper(Stamped):
    """A document that something rests on, in one of its places; the table adds what it belongs to and its places."""

    id = pk()
    slot = col("Material", String(20), nullable=False, words="material_slot")

    file_id = col("File", UUID(as_uuid=True), ForeignKey("stored_file.id"), nullable=False, index=True)

    @declared_attr
    def file(cls) -> Mapped[StoredFile]:
        """Read along with the row."""
        return relationship(StoredFile, lazy="joined", innerjoin=True, info={"label": _l("File")})
