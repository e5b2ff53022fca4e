"""Takes an uploaded picture, video or PDF in: checked, re-encoded, scanned, stored, described. Nobody trusts its name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Any, BinaryIO, Protocol

from sqlalchemy.orm import Session

from app.gateways import pdfs, pictures, videos
from app.gateways.malware import Scanner
from app.gateways.storage import Storage
from app.models.files import StoredFile
from app.rules.media import IMAGE_BYTES, PDF_BYTES, PDF_MIME, VIDEO_BYTES
from app.rules.refused import Refused

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # categories of Unicode
VIDEO_NAMES = (".mp4", ".webm")
PDF_NAMES = (".pdf",)


class Upload(Protocol):
    """What a form hands over: werkzeug's FileStorage fits."""

    filename: str | None
    stream: BinaryIO


def shown_name(name: str) -> str:
    """A file name fit to be shown: no folders, nothing unseen that could turn or hide its ending, at most 200 characters."""
    last = re.split(r"[\\/]", name or "")[-1]
    seen = (letter for letter in last if unicodedata.category(letter) not in _UNSEEN and letter not in '<>:"|?*')
    return "".join(seen).strip(". ")[:200] or "file"


def store(
    session: Session,
    storage: Storage,
    scanner: Scanner,
    upload: Upload,
    uploaded_by: int | None,
    *,
    limit: int = IMAGE_BYTES,
    pdf: bool = False,
) -> StoredFile:
    """Stores a picture, a video, or where `pdf` says so a PDF, by its name's ending; content decides whether that was true.

    Raises Refused with field "file": the codes of gateways.pictures, videos and pdfs, `malware_found`.
    """
    name = upload.filename or ""
    if name.lower().endswith(VIDEO_NAMES):
        return store_video(session, storage, scanner, upload.stream, name, uploaded_by=uploaded_by)
    if pdf and name.lower().endswith(PDF_NAMES):
        data = upload.stream.read(PDF_BYTES + 1)
        return store_pdf(session, storage, scanner, data, name, uploaded_by=uploaded_by)
    data = upload.stream.read(limit + 1)
    return store_picture(session, storage, scanner, data, name, uploaded_by=uploaded_by, limit=limit)


def store_picture(
    session: Session,
    storage: Storage,
    scanner: Scanner,
    data: bytes,
    name: str,
    *,
    uploaded_by: int | None,
    limit: int = IMAGE_BYTES,
) -> StoredFile:
    """A re-encoded picture with its hashes, the codes found in it, and a preview."""
    picture = pictures.inspect(data, name, limit_bytes=limit)
    state = _scanned(scanner, data)
    return _row(
        session,
        name,
        state,
        uploaded_by,
        key=storage.put(picture.data, picture.ext),
        thumb_key=storage.put(picture.thumb, "jpg"),
        mime=picture.mime,
        size=len(picture.data),
        **_look(picture),
        had_gps=picture.had_gps,
        codes=[code.text for code in picture.codes],
    )


def store_pdf(
    session: Session, storage: Storage, scanner: Scanner, data: bytes, name: str, *, uploaded_by: int | None
) -> StoredFile:
    """A PDF as it came, with its pages as pictures. Width, height and hash are those of the first page."""
    paper = pdfs.inspect(data, name, limit_bytes=PDF_BYTES)
    state = _scanned(scanner, data)
    return _row(
        session,
        name,
        state,
        uploaded_by,
        key=storage.put(data, "pdf"),
        thumb_key=storage.put(paper.thumb, "webp"),
        page_keys=[storage.put(page, "webp") for page in paper.pages],
        mime=PDF_MIME,
        size=paper.size,
        **_look(paper),
    )


def store_video(
    session: Session, storage: Storage, scanner: Scanner, stream: BinaryIO, name: str, *, uploaded_by: int | None
) -> StoredFile:
    """A video whose container and length are checked, without what its camera wrote beside the pictures."""
    video = videos.inspect(stream, name, limit_bytes=VIDEO_BYTES)
    with videos.cleaned(stream, video) as clean:
        state = _scanned(scanner, clean)
        clean.seek(0)
        digest = _digest(clean)
        clean.seek(0)
        key = storage.put(clean, video.ext)
    return _row(
        session,
        name,
        state,
        uploaded_by,
        key=key,
        mime=video.mime,
        size=video.size,
        seconds=round(video.seconds),
        had_gps=video.had_place,
        sha256=digest,
    )


def _look(seen: pictures.Picture | pdfs.Pdf) -> dict[str, Any]:
    """What the checks compare."""
    return {name: getattr(seen, name) for name in ("width", "height", "sha256", "phash", "blank", "blurred")}


def _row(session: Session, name: str, malware: str, uploaded_by: int | None, **told: Any) -> StoredFile:
    row = StoredFile(name=shown_name(name), malware=malware, uploaded_by_id=uploaded_by, **told)
    session.add(row)
    session.flush()
    return row


def _scanned(scanner: Scanner, source: bytes | BinaryIO) -> str:
    verdict = scanner.scan(source)
    if verdict.status == "infected":
        raise Refused("malware_found", field="file")
    return verdict.status


def _digest(stream: BinaryIO) -> str:
    whole = hashlib.sha256()
    while block := stream.read(1 << 20):
        whole.update(block)
    return whole.hexdigest()
