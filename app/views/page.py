"""The base of every page of ours: own templates, no page history in the cookie, a safe way back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import redirect, request, url_for
from flask_appbuilder.baseviews import BaseView
from werkzeug.wrappers import Response

from app.rules.refused import Refused
from app.views.identity import demand_function, may


def safe_next(wanted: str | None) -> str:
    """A path of this very site to go on to, or "". Other sites, schemes and double slashes are none."""
    text = (wanted or "").strip()
    if text.startswith(request.host_url):
        text = text[len(request.host_url) - 1 :]
    if not text.startswith("/") or text.startswith(("//", "/\\")) or any(ord(c) < 32 or c == "\\" for c in text):
        return ""
    parts = urlsplit(text)
    return text if not parts.scheme and not parts.netloc else ""


def came_from() -> str:
    """Where the reader came from, if that was a page of ours: `next`, else the referring page; "" otherwise."""
    given = safe_next(request.values.get("next"))
    if given or not (request.referrer or "").startswith(request.host_url):
        return given
    parts = urlsplit(request.referrer or "")
    return safe_next(parts.path + (f"?{parts.query}" if parts.query else ""))


def is_partial() -> bool:
    """Whether htmx asks for a piece of the page only."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


class Page(BaseView):
    """A view of ours. FAB's page history, which rewrites the cookie at every GET, is off."""

    default_view = "index"
    open_to_anybody: frozenset[str] = frozenset()  # methods for people who are not logged in
    # Fields of its forms that hold secrets: a form with one is never kept for later (carried.py).
    secret_fields: frozenset[str] = frozenset({"code", "proof", "old", "new", "again", "credential", "enrolment"})

    def update_redirect(self) -> None:
        """Nothing is remembered: the way back stands in the URL as `next`."""

    def get_redirect(self) -> str:
        """Where to go after a form: `next` if it is ours, else the view's first page."""
        return safe_next(request.args.get("next")) or url_for(f"{self.endpoint}.{self.default_view}")

    def back(self) -> Response:
        """The redirect after a form."""
        return redirect(self.get_redirect())

    def may(self, permission: str) -> bool:
        """Whether the hat in use has this permission here."""
        return may(permission, self.class_permission_name)

    def demand(self, permission: str) -> None:
        """Raises Refused("not_allowed") without the permission."""
        if not self.may(permission):
            demand_function(self.class_permission_name)
            raise Refused("not_allowed")

    def render_template(self, template: str, **kwargs: Any) -> str:
        """The page; for htmx only its middle (see base.html)."""
        return super().render_template(template, **kwargs, view=self)
