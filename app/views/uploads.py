"""Files in a form: stored at once, so that an error elsewhere in the form loses none of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import current_app, request
from flask_babel import gettext as _
from sqlalchemy import or_, select

from app.extensions import db
from app.gateways.pdf_drawing import MOST_PAGES
from app.models.files import StoredFile
from app.review.files import store
from app.rules.actor import Actor
from app.rules.media import IMAGE_BYTES, PDF_BYTES, PDF_SLOTS, SLOT_LIMITS, VIDEO_BYTES
from app.rules.refused import Refused
from app.views import slots, words

PICTURES = ".jpg,.jpeg,.png,.webp"
VIDEOS = ".mp4,.webm"
JPG = ".jpg,.jpeg"
PDF = ".pdf"
MEGABYTE = 1024 * 1024
SEVERAL = {"environment": SLOT_LIMITS["image"]}  # how many files a slot takes; one where it is not listed


@dataclass(slots=True)
class SlotField:
    """One place for files in a form, with what is already stored for it and what was wrong."""

    slot: str
    label: str
    several: bool = False
    accept: str = PICTURES
    kept: list[StoredFile] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    jpg_bytes: int = 0  # only jpg up to so many bytes
    answer: int = 422  # status of the page, where something was wrong

    @property
    def name(self) -> str:
        return f"file_{self.slot}"

    @property
    def keep_name(self) -> str:
        return f"kept_{self.slot}"

    @property
    def hint(self) -> str:
        """Which files are taken, and how large they may be."""
        if self.jpg_bytes:
            return _("JPG, at most 2 MB. The place where it was taken is removed.")
        if PDF in self.accept:
            return _(
                "PDF of at most %(pdf)s MB and %(pages)s pages, or JPG, PNG, WEBP of at most %(mb)s MB.",
                pdf=PDF_BYTES // MEGABYTE, pages=MOST_PAGES, mb=IMAGE_BYTES // MEGABYTE,
            ) + " " + _("The place where a picture was taken is removed.")  # fmt: skip
        pictures = _("JPG, PNG or WEBP, at most %(mb)s MB each.", mb=IMAGE_BYTES // MEGABYTE)
        if VIDEOS in self.accept:
            pictures += " " + _("Videos: MP4 or WEBM, at most %(mb)s MB.", mb=VIDEO_BYTES // MEGABYTE)
        return pictures + " " + _("The place where a picture was taken is removed.")


def fields(view: Any) -> list[SlotField]:
    """The places for files that a view's form has."""
    found = []
    for slot in view.file_slots:
        label = slots.word_of(view, slot)
        several = SEVERAL.get(slot, 1) > 1 and len(view.file_slots) == 1
        jpg = getattr(view, "jpg_bytes", 0)  # of a view that takes jpg only, up to so many bytes
        accept = JPG if jpg else f"{PDF},{PICTURES}" if slot in PDF_SLOTS else PICTURES
        found.append(SlotField(slot, label, several, accept, jpg_bytes=jpg))
    if view.single_file:
        accept = f"{PICTURES},{VIDEOS}"
        found.append(SlotField("file", str(view.label("file")), accept=accept))
    return found


def attached(places: list[SlotField], there: list[tuple[str, StoredFile]]) -> None:
    """Shows what hangs on the row already."""
    for place in places:
        place.kept = [file for slot, file in there if place.slot in (slot, "file")]


def receive(places: list[SlotField], actor: Actor, there: list[tuple[str, StoredFile]]) -> None:
    """Takes in what was sent: keeps what is still ticked, stores what is new. Faults stay with their place."""
    old = {file.id for _slot, file in there}
    for place in places:
        place.kept = _kept(request.form.getlist(place.keep_name), actor, old)
        new = [one for one in request.files.getlist(place.name) if one.filename]
        if new and not place.several:
            place.kept, new = [], new[-1:]
        for upload in new:
            _store(place, upload, actor)
        most = SEVERAL.get(place.slot, 1)
        if len(place.kept) > most:
            place.errors.append(_("At most %(n)s files.", n=most))


def _store(place: SlotField, upload: Any, actor: Actor) -> None:
    try:
        storage, scanner = current_app.extensions["storage"], current_app.extensions["malware"]
        if place.jpg_bytes and not upload.filename.lower().endswith(tuple(JPG.split(","))):
            raise Refused("jpg_only", field="file")
        if PDF not in place.accept and upload.filename.lower().endswith(PDF):
            raise Refused("pdf_place", field="file")
        row = store(
            db.session, storage, scanner, upload, actor.account_id,
            limit=place.jpg_bytes or IMAGE_BYTES, pdf=PDF in place.accept,
        )  # fmt: skip
        if place.jpg_bytes:
            row.name = f"{place.slot}.jpg"  # what people call their files tells about them
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        place.errors.append(words.named(upload.filename, words.say(refused)))
        place.answer = words.status_of(refused)
        return
    finally:
        upload.close()
    place.kept.append(row)


def _kept(texts: list[str], actor: Actor, old: set[UUID]) -> list[StoredFile]:
    """The ticked files that are the sender's own or hang on the row already; others are as if not sent."""
    ids = []
    for text in texts[:50]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    if not ids:
        return []
    mine = or_(StoredFile.uploaded_by_id == actor.account_id, StoredFile.id.in_(old))
    rows = {row.id: row for row in db.session.scalars(select(StoredFile).where(StoredFile.id.in_(ids), mine))}
    return [rows[key] for key in dict.fromkeys(ids) if key in rows]


def sent(places: list[SlotField], slot_of_single: str = "") -> list[dict[str, str]]:
    """The files as content of a submission."""
    return [
        {"slot": slot_of_single if place.slot == "file" else place.slot, "file_id": str(file.id)}
        for place in places
        for file in place.kept
    ]
