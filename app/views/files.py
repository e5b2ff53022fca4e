"""Stored files: served one by one, each after the question whether this person may see it. PDFs are shown page by page."""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

from flask import abort, current_app, g, request, send_file
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import cast, exists, or_, select
from werkzeug.wrappers import Response

from app.extensions import db
from app.gateways.storage import ObjectMissing
from app.models.agencies import AgencyMaterial, CertificationMaterial
from app.models.files import StoredFile
from app.models.gigs import GigOffer, GigPicture
from app.models.identity_proofs import IdentityPicture
from app.models.media import Medium
from app.models.review import ReviewEvidence, ReviewRound
from app.models.takeovers import TakeoverMaterial
from app.models.units import UnitMaterial
from app.review import queue
from app.review.kinds import KINDS, private_papers
from app.rules.actor import Actor
from app.views import file_links
from app.views.page import Page

SECONDS = 3600


def _public(file_id: UUID) -> Any:
    """Part of something shown to everybody: an approved picture, a live gig."""
    medium = exists().where(Medium.file_id == file_id, Medium.status.in_(KINDS["unit_media"].lifecycle.public))
    gig = exists().where(
        GigPicture.file_id == file_id,
        GigPicture.gig_id == GigOffer.id,
        GigOffer.status.in_(KINDS["gig_offer"].lifecycle.public),
    )
    return or_(medium, gig)


def _through(kind: str, holder: Any, key: Any, file_id: UUID, actor: Actor, *more: Any) -> Any:
    """Hangs on a row of the kind that this actor may see, in a place that is shown to this actor."""
    model, away = KINDS[kind].model, private_papers.hidden(KINDS[kind], actor)
    seen = KINDS[kind].scope(select(model.id), actor)
    open_places = [holder.slot.not_in(sorted(away))] if away else []
    return exists().where(holder.file_id == file_id, key.in_(seen), *open_places, *more)


def _in_evidence(file_id: UUID, actor: Actor) -> Any:
    """Part of what a round this actor may see is decided on."""
    rounds = (
        queue.visible(actor).with_only_columns(ReviewRound.evidence_digest, maintain_column_froms=True).order_by(None)
    )
    needle = cast([{"file_id": str(file_id)}], ReviewEvidence.content.type)
    return exists().where(ReviewEvidence.digest.in_(rounds), ReviewEvidence.content["files"].contains(needle))


def _conditions(file_id: UUID, actor: Actor) -> list[Any]:
    return [
        _through("unit_media", Medium, Medium.id, file_id, actor),
        _through("personal_media", Medium, Medium.id, file_id, actor),
        _through(
            "unit_registration", UnitMaterial, UnitMaterial.unit_id, file_id, actor, UnitMaterial.change_id.is_(None)
        ),
        _through("unit_change", UnitMaterial, UnitMaterial.change_id, file_id, actor),
        _through("gig_offer", GigPicture, GigPicture.gig_id, file_id, actor),
        _through("agency_entry", AgencyMaterial, AgencyMaterial.entry_id, file_id, actor),
        _through(
            "employer_certification", CertificationMaterial, CertificationMaterial.certification_id, file_id, actor
        ),
        _through("unit_takeover", TakeoverMaterial, TakeoverMaterial.takeover_id, file_id, actor),
        _through("identity_proof", IdentityPicture, IdentityPicture.proof_id, file_id, actor),
        _in_evidence(file_id, actor),
    ]


def _of_a_unit(file_id: UUID) -> bool:
    """Hangs on a unit: then whoever uploaded it sees it as long as the unit is theirs (`_conditions`)."""
    return bool(db.session.scalar(select(exists().where(UnitMaterial.file_id == file_id))))


def public(file: StoredFile) -> bool:
    """Whether everybody may see it."""
    return bool(db.session.scalar(select(_public(file.id))))


def visible(file: StoredFile, actor: Actor | None) -> bool:
    """Whether this file, which is not public, may be shown to this person: cheap reasons first."""
    if actor is None:
        return False
    if file.uploaded_by_id == actor.account_id and not _of_a_unit(file.id):
        return True
    return any(db.session.scalar(select(c)) for c in _conditions(file.id, actor))


class FileView(Page):
    """/files/<id>, its small preview, and the pages of a PDF."""

    route_base = "/files"
    default_view = "file"
    open_to_anybody = frozenset(
        {"file", "thumb", "link"}
    )  # what is public, or asked for by a program; each file is asked about

    @expose("/<uuid:file_id>")
    def file(self, file_id: UUID) -> Response:
        """The file itself; parts of a video on request."""
        row, keep = self._row(file_id)
        return _send(row.key, row.mime, row.name, keep=keep)

    @expose("/<uuid:file_id>/thumb")
    def thumb(self, file_id: UUID) -> Response:
        """The small preview of a picture."""
        row, keep = self._row(file_id)
        if row.thumb_key is None:
            abort(404)
        return _send(row.thumb_key, "image/webp", row.name, keep=keep)

    @expose("/link/<string:token>")
    def link(self, token: str) -> Response:
        """A file by the link that a program was given with the record: for minutes, as long as its permission stands."""
        file_id, actor = file_links.opened(token)
        row = db.session.get(StoredFile, file_id)
        if row is None or not (public(row) or visible(row, actor)):
            abort(404)
        return _send(row.key, row.mime, row.name, keep=False)

    @expose("/<uuid:file_id>/pages/<int:number>")
    @has_access
    @permission_name("list")
    def page(self, file_id: UUID, number: int) -> Response:
        """A page of a PDF as a picture; the first is 1."""
        row, keep = self._row(file_id)
        if not 1 <= number <= row.pages:
            abort(404)
        return _send(row.page_keys[number - 1], "image/webp", row.name, keep=keep)

    @expose("/<uuid:file_id>/pages/")
    @has_access
    @permission_name("list")
    def pages(self, file_id: UUID) -> str:
        """All pages of a PDF, to be read without the file leaving the building."""
        row, _keep = self._row(file_id)
        if not row.pages:
            abort(404)
        return self.render_template("paper.html", title=row.name, file=row)

    def _row(self, file_id: UUID) -> tuple[StoredFile, bool]:
        """The file and whether a browser may keep it, or 404: whoever may not see it does not learn that it exists."""
        row = db.session.get(StoredFile, file_id)
        keep = row is not None and public(row)
        if row is None or not (keep or visible(row, g.actor)):
            abort(404)
        return row, keep


def _send(key: str, mime: str, name: str, *, keep: bool) -> Response:
    """Sends an object. Only pictures and videos open in the browser; the name is never taken for a type.

    What is not public stays in no browser: identity papers on a shared desk outlive neither the login nor their purge.
    """
    inline = mime.startswith(("image/", "video/")) and mime != "image/svg+xml"
    try:
        stream = current_app.extensions["storage"].open(key)
    except ObjectMissing:
        abort(404)
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    response = send_file(
        stream, mimetype=mime if inline else "application/octet-stream", as_attachment=not inline, download_name=name,
        conditional=False, etag=key, max_age=SECONDS if keep else None,
    )  # fmt: skip
    response.content_length = size
    response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    response.headers["Cache-Control"] = f"private, max-age={SECONDS}" if keep else "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
