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


def operation(app, path: str, method: str) -> dict:
    paths = app.test_client().get("/api/v1/_openapi").json["paths"]
    return next(found for known, found in paths.items() if known == path)[method]


def body(app, path: str, method: str) -> dict:
    return operation(app, path, method)["requestBody"]["content"]["application/json"]["schema"]


def test_bodies_are_described_by_the_columns_of_the_screen(app):
    added = body(app, "/api/v1/minimumwage/", "post")
    assert set(added["properties"]) == {"region_code", "monthly", "hourly", "valid_from", "source"}
    assert set(added["required"]) == {"region_code", "monthly", "hourly", "valid_from"}
    assert added["properties"]["monthly"]["type"] == "integer"
    assert added["properties"]["valid_from"]["format"] == "date"
    changed = body(app, "/api/v1/minimumwage/{pk}", "put")
    assert "version" in changed["properties"] and "required" not in changed
    agency = body(app, "/api/v1/agency-posting/", "post")
    assert "unit_id" in agency["properties"]
    assert "bachelor" in agency["properties"]["education"]["enum"]
    assert "delete" not in app.test_client().get("/api/v1/_openapi").json["paths"]["/api/v1/posting/{pk}"]


def test_the_filters_of_a_list_are_described(app):
    named = {one["name"]: one["schema"] for one in operation(app, "/api/v1/minimumwage/", "get")["parameters"]}
    assert {"q", "size", "after", "f_region", "f_valid_from_from", "f_valid_from_to"} <= set(named)
    assert named["f_valid_from_to"] == {"type": "string", "format": "date"}


def test_screens_without_a_form_are_described_as_read_only(app):
    paths = app.test_client().get("/api/v1/_openapi").json["paths"]
    assert set(paths["/api/v1/jobrun/"]) == {"get"}
    assert set(paths["/api/v1/jobrun/{pk}"]) == {"get"}


def test_the_login_says_why_a_right_password_may_bring_no_token(app):
    refused = operation(app, "/api/v1/security/login", "post")["responses"]["403"]["description"]
    assert "factor_set_up" in refused and "password_must_change" in refused
