"""The description of the API is there for everybody and names what clients call."""

from __future__ import annotations


def test_the_description_names_the_endpoints_of_the_desk_and_the_public(app):
    answer = app.test_client().get("/api/v1/_openapi")
    assert answer.status_code == 200
    paths = answer.json["paths"]
    for wanted in (
        "/api/v1/desk/claim",
        "/api/v1/desk/rounds/{round_id}/decide",
        "/api/v1/public/postings",
        "/api/v1/posting/",
    ):
        assert any(p.rstrip("/") == wanted.rstrip("/") for p in paths), (wanted, sorted(paths))


def test_an_unknown_version_is_not_found(app):
    assert app.test_client().get("/api/v9/_openapi").status_code == 404
