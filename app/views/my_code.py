"""My QR code (TJ-65), and the page where the staff reads one: typed, from a scanner, or from a picture."""

from __future__ import annotations

from typing import Any

from flask import make_response, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.extensions import db
from app.gateways import pictures
from app.review import personal_codes
from app.rules.late import late
from app.rules.masks import mask_name
from app.rules.media import IMAGE_BYTES
from app.rules.refused import Refused
from app.views import words
from app.views.identity import current
from app.views.page import Page

segno = late("segno")


class MyCodeView(Page):
    """/my-code/: a code that counts for a minute and is made anew before it ends."""

    route_base = "/my-code"

    @expose("/")
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        """The code, what it is for, and the piece that takes its place every fifty seconds."""
        page = self.render_template("account/my_code.html", title=_("My QR code"), **self._made())
        return _uncached(page)

    @expose("/picture")
    @has_access
    @permission_name("list")
    def picture(self) -> Any:
        """The picture alone."""
        return _uncached(self.render_template("account/my_code_picture.html", **self._made()))

    @staticmethod
    def _made() -> dict[str, Any]:
        text = personal_codes.make(current().account_id)
        made = segno.make(text, error="m", micro=False)
        return {"qr": str(made.svg_data_uri(scale=5, border=4)), "text": text, "seconds": personal_codes.SECONDS}


class ScanView(Page):
    """/scan/: who stands at the counter."""

    route_base = "/scan"

    @expose("/", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        """The form, and the person of a code."""
        person, refused = None, None
        if request.method == "POST":
            try:
                person = personal_codes.read(db.session, current(), _text())
            except Refused as found:
                db.session.rollback()
                refused = found
        page = self.render_template(
            "account/scan.html", title=_("Read a personal code"), person=person,
            name=mask_name(person.real_name) if person is not None else "",
            fault=words.say(refused) if refused is not None else "",
        )  # fmt: skip
        return _uncached(page, words.status_of(refused) if refused is not None else 200)


def _text() -> str:
    """What was typed or scanned into the field, else the code in the picture."""
    typed = request.form.get("code", "").strip()[:1000]
    upload = request.files.get("picture")
    if typed or upload is None or not upload.filename:
        return typed
    data = upload.stream.read(IMAGE_BYTES + 1)
    upload.close()
    found = pictures.inspect(data, upload.filename, limit_bytes=IMAGE_BYTES).codes
    return next((one.text for one in found if one.text.startswith(personal_codes.PREFIX)), "")


def _uncached(page: Any, status: int = 200) -> Response:
    answer: Response = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
