"""The description of the API (OpenAPI 3) at /api/v1/_openapi. It tells shapes, never data, so nobody needs to log in."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app
from flask_appbuilder.api import BaseApi, expose
from flask_appbuilder.api.manager import OpenApi as Builder

from app.rules.refused import Refused
from app.views.api.base import Api
from app.views.api.problems import answering


class OpenApi(Api):
    """All endpoints of one version."""

    route_base = "/api"
    openapi_spec_tag = "OpenAPI"

    @expose("/<version>/_openapi", methods=["GET"])
    @answering
    def get(self, version: str) -> Response:
        """The description.
        ---
        get:
          summary: This description
          parameters:
          - in: path
            name: version
            required: true
            schema: {type: string, enum: [v1]}
          responses:
            200:
              description: OpenAPI 3 document
              content:
                application/json:
                  schema: {type: object}
        """
        apis = [
            v for v in current_app.extensions["appbuilder"].baseviews if isinstance(v, BaseApi) and v.version == version
        ]
        if not apis:
            raise Refused("not_found")
        description = Builder._create_api_spec(version)
        for api in apis:
            api.add_api_spec(description)
        found = description.to_dict()
        for path, operations in found["paths"].items():
            for method, operation in operations.items():
                if isinstance(operation, dict) and "responses" in operation:
                    _tell(path, method, operation)
        return self.response(200, **found)


_WRITING = ("post", "put", "patch", "delete")
_PROBLEMS = {
    "400": "The body is no JSON",
    "401": "No valid token",
    "403": "The role in use may not",
    "404": "Not there, or not in the area of the role in use",
    "409": "Stale, in use, or in a state that does not allow it",
    "413": "The body is too large",
    "422": "A value does not fit; `field` names it",
    "429": "Too many requests",
}


def _tell(path: str, method: str, operation: dict[str, Any]) -> None:
    """Adds the problems that every operation of its kind may answer with and that it has not described itself."""
    told = ["422", "429"]
    told += [] if "/public/" in path or path.endswith("/_openapi") else ["401", "403"]
    told += ["404"] if "{" in path else []
    told += ["409"] if method in _WRITING else []
    told += ["400", "413"] if "requestBody" in operation or method in ("post", "put", "patch") else []
    for status in told:
        operation["responses"].setdefault(status, {"description": _PROBLEMS[status]})
