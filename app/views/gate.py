"""The gate: whoever is not known is led to the login, whatever page was asked for. What is open says so itself."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.views.identity import QUIET, is_api
from app.views.page import Page, came_from, safe_next

# Open without a view that could say so: what every browser may load.
FILES = frozenset({"static", "appbuilder.static"})


def open_endpoints(appbuilder: Any) -> frozenset[str]:
    """Endpoints for everybody: files, and the methods that a page declares in `open_to_anybody`."""
    pages = (view for view in appbuilder.baseviews if isinstance(view, Page))
    return FILES | {f"{view.endpoint}.{method}" for view in pages for method in view.open_to_anybody}


def admit() -> Any:
    """Runs before every request, and before the check of the form's token: nobody unknown passes.

    The login goes on to the page that was asked for; a form is not sent again, so after it one is back at its page.
    """
    endpoint = request.endpoint
    if endpoint is None or is_api() or request.path.startswith(QUIET) or current_user.is_authenticated:
        return None
    if endpoint in current_app.extensions["open_endpoints"]:
        return None
    asked = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else came_from()
    target = safe_next(asked)
    login = url_for("LoginView.login", **({"next": target} if target not in ("", "/") else {}))
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": login})  # the whole page, not the piece that was asked for
    return redirect(login)
