"""What surrounds every request: its number, language, preferences, identity, security headers, health."""

from __future__ import annotations

import logging
import re
import uuid
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

from flask import Flask, Response, abort, current_app, g, jsonify, redirect, request, url_for
from flask.json.provider import DefaultJSONProvider
from flask.signals import request_started
from flask_babel import get_babel, get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db
from app.gateways.schema import newest_revision
from app.views import (
    assets,
    cells,
    compression,
    dictionary,
    errors,
    everywhere,
    gate,
    icons,
    identity,
    labels,
    menu,
    pieces,
    public_content,
    purged,
    recording,
    rows,
    scope,
    slots,
    spoken,
    words,
)
from app.views.page import is_partial, safe_next

log = logging.getLogger("app.web")

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_AS_IT_IS = "!$'()*,/:;?@"  # characters that stand in a query as they are
YEAR = 365 * 24 * 3600
PREFERENCES = {
    "theme": ("light", "dark", "auto"),
    "size": ("normal", "large"),
    "density": ("normal", "compact", "roomy"),
}
# Routes that FAB registers by itself and we have no use for.
UNUSED = frozenset({"UtilView.back", "LocaleView.index"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Kept in `g` by the extensions and by lists; a context that outlives a request must not carry them into the next.
_PER_REQUEST = (
    "_login_user",
    "login",
    "csrf_token",
    "csrf_valid",
    "_flask_babel",
    "_jwt_extended_jwt",
    "_jwt_extended_jwt_user",
    "announcement_marks",
    "holes",
    "token_floor",
    "reader_of_pieces",
)


def _start(_sender: Flask, **_more: Any) -> None:
    """The very first thing of a request."""
    for name in _PER_REQUEST:
        g.pop(name, None)
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    identity.nobody()
    spoken.begin()


def _language() -> str:
    """The reader's language: ?lang=, the cookie, for the API Accept-Language; else Chinese."""
    offered = ("zh", "en")
    asked = request.args.get("lang") or request.args.get("_l_") or request.cookies.get("lang")
    if asked in offered:
        return asked
    if request.path.startswith(identity.API):
        return request.accept_languages.best_match(offered, "zh") or "zh"
    return "zh"


def _locale() -> str:
    return _language() if request else "zh"


def preference(name: str) -> str:
    """A display preference from its cookie, or the default."""
    wanted = request.cookies.get(f"gj-{name}", "")
    return wanted if wanted in PREFERENCES[name] else PREFERENCES[name][0]


def _refuse_unused() -> None:
    if request.endpoint in UNUSED:
        abort(404)


def _finish(response: Response) -> Response:
    """Headers of every answer."""
    headers = response.headers
    headers["X-Request-ID"] = g.get("request_id", "")
    headers.setdefault("Content-Security-Policy", CSP)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if response.status_code == words.LIMITED:
        headers.setdefault("Retry-After", str(g.get("retry_after") or words.MINUTE))
    if response.mimetype == "text/html":
        headers.setdefault("Cache-Control", "private, no-cache")
        response.vary.update(("Cookie", "HX-Request"))
    if request.args.get("lang") in ("zh", "en"):
        response.set_cookie("lang", request.args["lang"], max_age=YEAR, samesite="Lax", secure=request.is_secure)
    if current_app.config["TLS"]:
        headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    return response


def alive() -> Response:
    """The process answers."""
    return jsonify(status="ok")


def ready() -> Response:
    """The database answers and has this release's schema."""
    try:
        found = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError as error:
        db.session.rollback()
        log.warning("not ready: %s", type(error).__name__)
        return _not_ready("database")
    return jsonify(status="ok") if found == newest_revision() else _not_ready("schema")


def _not_ready(part: str) -> Response:
    answer = jsonify(status="not ready", part=part)
    answer.status_code = 503
    return answer


def change_hat(hat_id: int) -> Any:
    """Acts under another hat from now on."""
    identity.put_on(hat_id)
    return redirect(safe_next(request.form.get("next")) or url_for("HomeView.index"))


def header_said() -> tuple[Any, ...]:
    """All that the head of a page shows of its reader."""
    return g.actor, g.hat, tuple(g.hats), g.unread


def link(**changes: Any) -> str:
    """The present page with some of its query values changed; an empty value leaves the query."""
    if not changes or changes.keys() == {"lang"}:
        left = pieces.hole(f"link{changes.get('lang', '')}", lambda: link(**changes))
        if left is not None:
            return left
    here = request._get_current_object()  # a page has thirty such links
    values = {k: v for k, v in here.args.items() if k not in changes and k != "lang"}
    values |= {k: v for k, v in changes.items() if v not in ("", None)}
    if here.endpoint is None:
        return _with_query(url_for("HomeView.index"), values)
    return _with_query(here.script_root + _quoted(here.path), values)


@lru_cache(maxsize=1024)
def _quoted(path: str) -> str:
    return quote(path, safe="/!$&'()*+,:;=@")


@lru_cache(maxsize=4096)
def _worded(value: Any) -> str:
    return quote_plus(str(value), safe=_AS_IT_IS)


def _with_query(path: str, values: dict[str, Any]) -> str:
    """An address with a query. What a reader sent never becomes an argument of `url_for`, which knows some words."""
    return f"{path}?{'&'.join([f'{_worded(k)}={_worded(v)}' for k, v in values.items()])}" if values else path


def list_link(view: Any, name: str, value: str) -> str:
    """The list with one condition set (an empty value: taken out), seen from another page with the same query."""
    kept = {k: v for k, v in request.args.items() if k not in (name, "lang", "after", "before", "exact")}
    return _with_query(url_for(f"{view.endpoint}.list"), kept | ({name: value} if value else {}))


def facets_link(view: Any) -> str:
    """Where the facets of the present list are fetched."""
    return _with_query(url_for(f"{view.endpoint}.facets"), request.args.to_dict())


def asked_here() -> tuple[Any, ...]:
    """What the present page was asked for: links that lead elsewhere on it follow from this."""
    return request.path, *(
        (key, value) for key, value in request.args.items() if key not in ("lang", "after", "before")
    )


def without(names: list[str]) -> str:
    """The present page without some of its conditions, at its beginning."""
    return link(**dict.fromkeys([*names, "after", "before"], ""))


def _scan_word(file: Any) -> str:
    """What the virus scan said of a file, where that is not simply that it is clean."""
    said = {"not_scanned": _("not scanned for viruses"), "failed": _("virus scan failed")}
    return said.get(file.malware, "")


def _scan_words(files: list[tuple[str, Any]]) -> list[str]:
    """What it said of all of them, each answer once."""
    return sorted({_scan_word(file) for _slot, file in files})


def _viewer_words() -> dict[str, str]:
    """What the buttons over a large picture are called."""
    return {
        "zoom-in": _("Larger"), "zoom-out": _("Smaller"), "one-to-one": _("Original size"), "prev": _("Previous picture"),
        "next": _("Next picture"), "rotate-left": _("Turn left"), "rotate-right": _("Turn right"), "mix": _("Close"),
    }  # fmt: skip


def _globals(app: Flask) -> None:
    app.jinja_env.globals.update(
        _=_, ngettext=ngettext, link=link, list_link=list_link, facets_link=facets_link, without=without,
        asked_here=asked_here, header_said=header_said,
        preference=preference, side_menu=menu.side, piece=pieces.piece, form_token=pieces.token,
        static=assets.address, icon=icons.icon, painted=rows.painted,
        status_mark=cells.status, moment=cells.moment, word=dictionary.word,
        status_word=lambda code: labels.status(code)[1], step_words=labels.step, slot_word=slots.word_of,
        cell=cells.shown, listed=cells.listed, is_long=cells.is_long,
        css_of=cells.css, name_of=cells.name_of, key_of=scope.key_of,
        viewer_words=_viewer_words, scan_word=_scan_word, scan_words=_scan_words, roles=labels.ROLES, html_lang=_html_lang,
        is_partial=is_partial, may=identity.may,
        more_facts=public_content.more_facts, everywhere=everywhere.value,
        removed_words=purged.words_of,
    )  # fmt: skip
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _html_lang() -> str:
    return "en" if str(get_locale()) == "en" else "zh-CN"


class CalmJson(DefaultJSONProvider):
    """What is nested too deep to be read is no JSON, like everything else that cannot be read: 400, no fault of ours."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of a text. Raises ValueError."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError:
            raise ValueError("nested too deep") from None


def before_fab(app: Flask) -> None:
    """Hooks that must stand before FAB's: number, identity, answers to errors, health."""
    app.json = CalmJson(app)
    request_started.connect(_start, app, weak=False)
    app.before_request(identity.identify)
    app.before_request(_refuse_unused)
    app.before_request(gate.admit)
    app.after_request(_finish)
    app.after_request(recording.record)
    errors.install(app)
    app.add_url_rule("/healthz", "healthz", alive)
    app.add_url_rule("/readyz", "readyz", ready)
    app.add_url_rule("/hat/<int:hat_id>", "hat", change_hat, methods=["POST"])
    assets.install(app)
    compression.install(app)
    pieces.install(app)
    _globals(app)


def after_fab(app: Flask) -> None:
    """What FAB would otherwise decide: the language (it writes a cookie at every visit), SQL values in errors."""
    with app.app_context():
        get_babel().locale_selector = _locale
        app.jinja_env.globals["_"] = spoken.written
        db.engine.hide_parameters = True
