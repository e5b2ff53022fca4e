"""The places for papers in the public form: each upload is checked and stored at once and waits a day for the appeal."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from flask import current_app, request
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.extensions import db
from app.models.appeals import Appeal, AppealFile
from app.models.base import vault
from app.models.files import StoredFile
from app.models.reference import Region
from app.review.files import store_picture
from app.review.kinds.appeals import required_in
from app.rules.actor import region_bounds
from app.rules.appeals import PHONE_UPLOADS, offered
from app.rules.media import APPEAL_BYTES
from app.rules.refused import Refused
from app.views import dictionary, proven_phone, words

JPG = (".jpg", ".jpeg")


class Paper:
    """One place: what it is called, whether it must be filled, what lies in it, what was wrong."""

    def __init__(self, slot: str, needed: bool) -> None:
        self.slot, self.needed = slot, needed
        self.label = dictionary.word("appeal_slot", slot)
        self.kept: StoredFile | None = None
        self.errors: list[str] = []

    @property
    def name(self) -> str:
        """Name of the field."""
        return f"file_{self.slot}"


def places(session: Session, party: str, province: str, mending: Appeal | None) -> list[Paper]:
    """The places of the form, with what this browser uploaded already, or what is being mended."""
    wanted = required_in(session, party, request.form.get("region_code") or province)
    found = [Paper(slot, slot in wanted) for slot in offered(party)]
    mine = dict(proven_phone.kept().get("files") or {})
    held = {one.slot: one.file for one in mending.materials} if mending is not None else {}
    held |= _waiting(session, mine)
    for place in found:
        place.kept = held.get(place.slot)
    return found


def _waiting(session: Session, mine: dict[str, str]) -> dict[str, StoredFile]:
    """Uploads of this browser that no appeal has taken yet."""
    ids = [UUID(text) for text in mine.values()]
    stmt = (
        select(AppealFile)
        .where(AppealFile.file_id.in_(ids), AppealFile.appeal_id.is_(None))
        .options(joinedload(AppealFile.file))
    )
    return {row.slot: row.file for row in session.scalars(stmt)} if ids else {}


def receive(papers: list[Paper], phone: str) -> None:
    """Takes in what was sent; faults stay with their place."""
    for place in papers:
        upload = request.files.get(place.name)
        if upload is None or not upload.filename:
            continue
        try:
            place.kept = _store(place.slot, upload, phone)
        except Refused as refused:
            db.session.rollback()
            place.errors.append(words.say(refused))
    kept = {place.slot: str(place.kept.id) for place in papers if place.kept is not None}
    proven_phone.note(files=kept)


def _store(slot: str, upload: Any, phone: str) -> StoredFile:
    """Jpg of at most 2 MB, by content (HL-09)."""
    if not upload.filename.lower().endswith(JPG):
        raise Refused("jpg_only", field="file")
    mark = vault().blind(phone, "phone")
    since = func.now() - dt.timedelta(days=1)
    stmt = select(func.count()).where(AppealFile.phone_hash == mark, AppealFile.at > since)
    if (db.session.scalar(stmt) or 0) >= PHONE_UPLOADS:
        raise Refused("appeals_many")
    storage, scanner = current_app.extensions["storage"], current_app.extensions["malware"]
    data = upload.stream.read(APPEAL_BYTES + 1)
    upload.close()
    row = store_picture(db.session, storage, scanner, data, upload.filename, uploaded_by=None, limit=APPEAL_BYTES)
    row.name = f"{slot}.jpg"  # what people call their files tells about them
    db.session.add(AppealFile(slot=slot, file_id=row.id, phone_hash=mark))
    db.session.commit()
    return row


def sent(papers: list[Paper]) -> list[dict[str, str]]:
    """The files as content of the appeal."""
    return [{"slot": place.slot, "file_id": str(place.kept.id)} for place in papers if place.kept is not None]


def divisions(session: Session, province: str) -> list[tuple[str, str]]:
    """The province and everything in it, with the names of the levels between."""
    stmt = select(Region.code, Region.full_name).where(
        Region.code.between(*region_bounds(f"{province[:2]}0000")), Region.valid_to.is_(None), ~Region.pseudo
    )
    return [(row.code, row.full_name) for row in session.execute(stmt.order_by(Region.code))]


def hint() -> str:
    """Which files are taken."""
    return _("JPG, at most 2 MB. The place where it was taken is removed.")
