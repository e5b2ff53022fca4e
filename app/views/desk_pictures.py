"""Files of a piece of evidence as the desk shows them: the submitted one, and beside it what it is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from app.models.files import StoredFile
from app.models.media import Medium
from app.models.units import Unit
from app.review.kinds.lookalikes import NEAR, apart, comparable, compared
from app.rules.actor import region_bounds
from app.views import slots

NEAR_CODES = frozenset({"I07", "U11"})
_LOOKED_AT = 5000  # newest pictures of the province


@dataclass(frozen=True, slots=True)
class Beside:
    """The picture on the left: the approved one, or a near one of somebody else."""

    url: str
    label: str
    caption: str
    alt: str
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """One submitted file."""

    url: str
    thumb: str
    label: str
    name: str
    alt: str
    caption: str
    bad: str
    shown: bool
    video: bool
    old: Beside | None = None
    original: str = ""  # where the file is downloaded whose page this is
    tab: str = ""  # what it is called among all files, where that differs from the label
    first: bool = True  # not a further page of the file before it


def size_words(size: int | None) -> str:
    """A size in bytes as people read it."""
    if not size:
        return ""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, size // 1024)} KB"


def _caption(entry: Mapping[str, Any]) -> str:
    width, height = entry.get("width"), entry.get("height")
    pages = _pages(entry)
    shape = (
        ngettext("%(num)s page", "%(num)s pages", pages)
        if pages
        else f"{width:,}×{height:,}"
        if width and height
        else ""
    )
    parts = [shape, size_words(entry.get("size"))]
    if entry.get("had_gps"):
        parts.append(_("position removed"))
    return " · ".join(part for part in parts if part)


def pictures_of(
    session: Session,
    row: Any,
    evidence: Mapping[str, Any],
    base: Mapping[str, Any] | None,
    checks: Iterable[Mapping[str, Any]],
) -> list[Picture]:
    """All files, those with a finding first named so; one statement where a check found a near picture."""
    entries = evidence.get("files") or []
    hits = [
        c for c in checks if c["severity"] in ("block", "high") and c.get("field") in ("files", "slot", "materials")
    ]
    approved = {entry["slot"]: entry for entry in (base or {}).get("files") or []}
    near = (
        _nearest(session, row, entries) if any(c["code"] in NEAR_CODES for c in checks if c["severity"] != "ok") else {}
    )
    return [
        picture
        for entry in entries
        for picture in _shown(
            _picture(row.kind, entry, approved.get(entry.get("slot")), near.get(entry["file_id"]), hits, len(entries)),
            entry,
            approved.get(entry.get("slot")),
        )
    ]


def _shown(whole: Picture, entry: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[Picture]:
    """The picture of a file; of a PDF one for each page, beside the same page of the approved version."""
    pages = _pages(entry)
    return [_page(whole, number, pages, before) for number in range(1, pages + 1)] or [whole]


def _pages(entry: Mapping[str, Any]) -> int:
    return int(entry.get("pages") or 0)


def _page(whole: Picture, number: int, pages: int, before: Mapping[str, Any] | None) -> Picture:
    url, old = f"{whole.url}/pages/{number}", whole.old
    if number > 1 and old is not None:  # nothing stands beside a page that the approved version does not have
        there = old.approved and before is not None and number <= _pages(before)
        old = replace(old, url=_face(before or {}, number)) if there else None
    label = f"{whole.label} {number}/{pages}"
    return replace(
        whole, url=url, thumb=f"{whole.url}/thumb" if number == 1 else url, label=label, original=whole.url, old=old,
        first=number == 1, tab=f"{number}/{pages} {whole.label}", shown=True,
        alt=_("%(what)s, submitted now", what=label),
    )  # fmt: skip


def _face(entry: Mapping[str, Any], number: int = 1) -> str:
    """The picture of a file, or of a page of it."""
    url = f"/files/{entry['file_id']}"
    return f"{url}/pages/{number}" if _pages(entry) else url


def _picture(
    kind_key: str,
    entry: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    near: Beside | None,
    hits: list[Any],
    count: int,
) -> Picture:
    url, mime, label = (
        f"/files/{entry['file_id']}",
        str(entry.get("mime") or ""),
        slots.word(kind_key, str(entry.get("slot") or "")),
    )
    name = str(entry.get("name") or "")
    own = [hit for hit in hits if count == 1 or (name and name in hit["message_zh"])]
    old = near
    if before is not None and before["file_id"] != entry["file_id"]:
        old = Beside(
            _face(before),
            _("Approved version"),
            _caption(before),
            _("%(what)s, approved version", what=label),
            approved=True,
        )
    return Picture(
        url=url,
        thumb=f"{url}/thumb" if mime.startswith("image/") else url,
        label=label,
        name=name,
        alt=_("%(what)s, submitted now", what=label),
        caption=_caption(entry),
        bad=", ".join(dict.fromkeys(hit["code"] for hit in own)),
        shown=mime.startswith("image/"),
        video=mime.startswith("video/"),
        old=old,
    )


def _nearest(session: Session, row: Any, entries: list[Mapping[str, Any]]) -> dict[str, Beside]:
    """The nearest other picture of the first file that has a hash."""
    probe = next((e for e in entries if comparable(e)), None)
    if probe is None:
        return {}
    seen = (
        select(StoredFile.id, StoredFile.phash, Medium.title, Unit.name, Medium.status, StoredFile.sha256)
        .join(Medium, Medium.file_id == StoredFile.id)
        .outerjoin(Unit, Unit.id == Medium.unit_id)
        .where(cast(StoredFile.id, String) != probe["file_id"])
        .where(Medium.status.in_(("approved", "pending", "rejected")))
        .where(Medium.region_code.between(*region_bounds(row.region_code[:2].ljust(6, "0"))))
        .order_by(Medium.id.desc())
        .limit(_LOOKED_AT)
    )
    there = compared(seen).subquery()
    bits = apart(there.c.phash, literal(probe["phash"]))
    found = session.execute(
        select(there, bits.label("distance")).where(bits <= NEAR).order_by(bits).limit(1)
    ).one_or_none()
    if found is None:
        return {}
    whose = found.name or _("a person")
    caption = _("%(title)s · perceptual distance %(n)s of 64", title=found.title or _("no title"), n=found.distance)
    return {
        probe["file_id"]: Beside(
            f"/files/{found.id}",
            _("Near picture · %(whose)s", whose=whose),
            caption,
            _("Near picture of %(whose)s", whose=whose),
        )
    }
