"""What every API of ours has in common: a bearer token instead of a cookie, and refusals as problem+json."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_appbuilder.api import BaseApi

from app.rules.refused import Refused
from app.views import errors
from app.views.api.problems import problem


class Api(BaseApi):
    """An API of ours. Never reads the session cookie, so it needs no token against forged requests."""

    allow_browser_login = False
    csrf_exempt = True

    def response_401(self) -> Response:
        """Nobody known."""
        return errors.problem(401, str(errors.PAGES[401][0]), code="not_logged_in")

    def response_403(self, **_more: Any) -> Response:
        """Known, but this hat may not."""
        return problem(Refused("not_allowed"))

    def response_404(self, **_more: Any) -> Response:
        """Not there, or not in this hat's area."""
        return problem(Refused("not_found"))
