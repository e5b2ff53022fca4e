"""Calm answers to what went wrong: pages in our frame, problem+json (RFC 9457) under /api/.

Never SQL, never personal data.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Collection
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from app.extensions import db
from app.models.base import Sealed
from app.rules import faults
from app.rules.refused import Refused
from app.views import carried, words
from app.views.identity import is_api
from app.views.page import Page, came_from, safe_next

log = logging.getLogger("app.errors")

# status -> (title, what is safe and what to do)
PAGES: dict[int, tuple[Any, Any]] = {
    400: (_l("This request could not be understood"), _l("Nothing was changed. Go back and send the form once more.")),
    401: (_l("Please log in"), _l("Your session has ended. What you saved is safe.")),
    403: (_l("Your role may not open this"), _l("If you hold another role, switch to it above.")),
    404: (_l("Nothing was found here"), _l("The record may have been removed, or it lies outside your area.")),
    405: (_l("This address does not work this way"), _l("Nothing was changed. Please use the buttons of the page.")),
    409: (
        _l("The content has changed meanwhile"),
        _l("Your entry was not applied. Look at the change, then decide again."),
    ),
    410: (_l("This is no longer there"), _l("Its time was over, and it was removed as announced.")),
    413: (_l("The upload is too large"), _l("Nothing was stored. Please choose smaller files.")),
    422: (_l("This was not accepted"), _l("Nothing was changed.")),
    429: (_l("Too many requests"), _l("Please wait a moment and try again.")),
    500: (_l("Something went wrong on our side"), _l("The fault has been recorded. What was saved before is safe.")),
    503: (_l("The service is not ready"), _l("Please try again in a minute.")),
}
# What says more than its status: code -> the same.
PAGES_OF_CODES: dict[str, tuple[Any, Any]] = {
    "wrong_state": (_l("This is not possible at the moment"), _l("Nothing was changed.")),
    "function_missing": (
        _l("This function was not granted to you"),
        _l("If you hold another role, switch to it above."),
    ),
    "link_gone": (_l("This link opens nothing any more"), _l("Nothing was changed.")),
} | dict.fromkeys(
    ("login_elsewhere_failed", "login_elsewhere_declined"),
    (_l("You were not logged in"), _l("Nothing was changed. Log in once more, or with password or code.")),
)


def problem(
    status: int, title: str, detail: str = "", code: str = "", field: str | None = None, **more: Any
) -> Response:
    """An error of the API."""
    body = {
        "type": f"urn:gongjiu:{code}" if code else "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
    }
    body |= (
        {"request_id": g.get("request_id", "")} | ({"code": code} if code else {}) | ({"field": field} if field else {})
    )
    answer = jsonify(body | more)
    answer.status_code, answer.content_type = status, "application/problem+json"
    return answer


def page(status: int, detail: str = "", code: str = "") -> Response:
    """An error page; the status is shown beside the number under which the log knows the request."""
    title, safe = PAGES_OF_CODES.get(code) or PAGES.get(status, PAGES[500 if status >= 500 else 400])
    text = render_template("error.html", status=status, title=title, safe=safe, detail=detail, code=code)
    return Response(text, status=status, content_type="text/html; charset=utf-8")


def refused(error: Refused) -> Any:
    """A refusal nobody handled nearer to the form."""
    db.session.rollback()
    status, said = words.status_of(error), words.say(error)
    if error.code == "proof_needed" and not is_api():
        asked = _asked()
        carried.keep(safe_next(request.full_path.rstrip("?")), asked, _secrets())
        return redirect(url_for("ProofView.index", next=asked))
    if is_api():
        findings = error.facts.get("findings")
        more = {"findings": [f if isinstance(f, dict) else f.as_dict() for f in findings]} if findings else {}
        answer = problem(status, str(PAGES.get(status, PAGES[400])[0]), said, error.code, error.field, **more)
    else:
        answer = page(status, said, error.code)
    return answer


def _asked() -> str:
    """Where to go on after a proof: the page itself, or for what was sent the page it came from."""
    return safe_next(request.full_path.rstrip("?")) if request.method == "GET" else came_from()


def _secrets() -> Collection[str]:
    """What the view of this request names secret: of a screen over a model the columns that are stored sealed."""
    views = current_app.extensions["appbuilder"].baseviews
    found: Any = next((view for view in views if view.endpoint == request.blueprint and isinstance(view, Page)), None)
    model = getattr(found, "model", None)
    if model is None:
        return (found or Page).secret_fields
    return {column.key for column in model.__table__.columns if isinstance(column.type, Sealed)}


def http(error: HTTPException) -> Any:
    """An error of HTTP itself; redirects pass."""
    status = error.code or 500
    if status < 400:
        return error
    if isinstance(error, SecurityError):  # a host that is not ours: no page can name its own addresses under it
        return Response(str(PAGES[400][0]), status, content_type="text/plain; charset=utf-8")
    if is_api():
        answer = problem(status, str(PAGES.get(status, PAGES[400])[0]))
    else:
        answer = page(status, _("The form was open too long or its origin is unknown.") if _is_csrf(error) else "")
    for name, value in error.get_headers():
        if name.lower() in ("retry-after", "allow"):
            answer.headers[name] = value
    return answer


def _is_csrf(error: HTTPException) -> bool:
    return type(error).__name__ == "CSRFError"


def unexpected(error: InternalServerError) -> Any:
    """A fault of ours. The transaction is given up; the log has the request's number and the place."""
    db.session.rollback()
    return http(error)


def log_fault(info: Any) -> None:
    """Writes down what kind it was and where it happened, without its message."""
    error = (info if info is not None else sys.exc_info())[1]
    log.error(
        "unexpected request=%s %s %s %s", g.get("request_id", "-"), request.method, request.endpoint, faults.told(error)
    )


def install(app: Flask) -> None:
    """Makes these the application's answers."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(InternalServerError, unexpected)
    app.log_exception = log_fault  # type: ignore[method-assign]
