"""The description of the API (OpenAPI 3) at /api/v1/_openapi. It tells shapes, never data, so nobody needs to log in."""

from __future__ import annotations

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
        return self.response(200, **description.to_dict())
