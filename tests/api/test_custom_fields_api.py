"""Custom fields by API: read, written, filtered and described beside every screen; the public API shows the public ones."""

from __future__ import annotations

import pytest

from app.models.schools import School
from tests.api.desk_clients import program
from tests.review import samples
from tests.views.people import posting, unit
from tests.views.test_custom_fields import KEPT, SHIFTS, define

POSTINGS = "/api/v1/posting/"
SENT = {
    "x_a_text": "带<b>标记</b>", "x_a_long": "第一行\n第二行", "x_a_int": 1200, "x_a_decimal": "3.5", "x_a_bool": True,
    "x_a_date": "2027-02-03", "x_a_choice": "night", "x_a_choices": ["night", "day"],
}  # fmt: skip


@pytest.fixture
def one_of_each(session) -> None:
    for kind in ("text", "long", "int", "decimal", "bool", "date", "choice", "choices"):
        define(session, f"a_{kind}", kind, in_list=True, in_filter=True, public=True)


@pytest.fixture
def own(session):
    return samples.unit(session)


@pytest.fixture
def clerk(app, session, own):
    return program(app, session, "unit_handler", unit_id=own.id, grants=["postings"])


def put(who, path: str, body: dict):
    return who.client.put(path, json=body, headers=who.headers)


def test_every_type_goes_in_and_comes_out_as_it_is_kept(one_of_each, clerk):
    made = clerk.post(POSTINGS, samples.posting_content() | SENT)
    assert made.status_code == 201, made.text
    row, kept = made.json["result"], {f"x_{code}": value for code, value in KEPT.items()}
    assert {name: row[name] for name in kept} == kept
    listed = clerk.get(POSTINGS).json["result"][0]
    assert {name: listed[name] for name in kept} == kept
    again = put(clerk, f"{POSTINGS}{row['id']}", {name: row[name] for name in kept} | {"version": row["version"]})
    assert again.status_code == 200, again.text
    assert {name: again.json["result"][name] for name in kept} == kept, "what was read can be sent back"
    emptied = dict.fromkeys(kept) | {"version": again.json["result"]["version"]}
    last = put(clerk, f"{POSTINGS}{row['id']}", emptied).json["result"]
    assert {last[name] for name in kept} == {None}


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"x_a_int": "x"}, "not_whole_number", "x_a_int"), ({"x_a_bool": "maybe"}, "bad_value", "x_a_bool"),
        ({"x_a_choice": "never"}, "not_a_choice", "x_a_choice"), ({"x_a_choices": [["day"]]}, "not_a_choice", "x_a_choices"),
        ({"x_a_text": {"$ne": 1}}, "bad_value", "x_a_text"), ({"x_a_date": "2027-02-30"}, "not_date", "x_a_date"),
        ({"x_none": 1}, "unknown_field", "x_none"), ({"extra": {"a_int": 1}}, "unknown_field", "extra"),
        ({"x_a_long": "长" * 1001}, "too_long", "x_a_long"), ({"x_a_text": "a\u0000b"}, "bad_character", "x_a_text"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(one_of_each, clerk, more, code, field):
    answer = clerk.post(POSTINGS, samples.posting_content() | more)
    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (422, code, field)


def test_lists_are_filtered_as_on_the_screen(session, own, one_of_each, clerk):
    posting(session, own, title="有值", extra=KEPT)
    posting(session, own, title="没有")
    for query, count in (
        ("f_x_a_int_from=1200", 1),
        ("f_x_a_choice=night", 1),
        ("f_x_a_choice=day", 0),
        ("f_x_a_bool=1", 1),
    ):
        assert len(clerk.get(f"{POSTINGS}?{query}").json["result"]) == count, query


def test_a_field_of_another_division_or_switched_off_is_unknown(session, clerk):
    define(session, "far", region_code="440200")
    define(session, "gone", active=False)
    for name in ("x_far", "x_gone"):
        answer = clerk.post(POSTINGS, samples.posting_content() | {name: "甲"})
        assert (answer.status_code, answer.json["field"]) == (422, name)


def test_a_plain_entity_by_api(app, session):
    define(session, "dorms", "int", "school", at_least="1", in_list=True, required=True)
    define(session, "canteen", "bool", "school")
    operator = program(app, session, "operator")
    body = {"code": "99001", "name": "试点学院", "region_code": "310120", "open_for_residency": True}
    for more, code in (({}, "missing"), ({"x_dorms": 0}, "not_accepted"), ({"x_none": 1}, "unknown_field")):
        answer = operator.post("/api/v1/school/", body | more)
        assert (answer.status_code, answer.json["code"]) == (422, code), answer.text
    made = operator.post("/api/v1/school/", body | {"x_dorms": 12, "x_canteen": False})
    assert made.status_code == 201, made.text
    row = made.json["result"]
    assert (row["x_dorms"], row["x_canteen"]) == (12, False)
    session.expire_all()
    assert session.get(School, row["code"] if isinstance(row["id"], str) else row["id"]).extra == {
        "dorms": 12,
        "canteen": False,
    }
    changed = put(operator, f"/api/v1/school/{row['id']}", {"name": "试点学院二", "version": row["version"]})
    assert changed.json["result"]["x_dorms"] == 12


def properties(client, path: str, headers: dict | None = None) -> dict:
    paths = client.get("/api/v1/_openapi", headers=headers or {}).json["paths"]
    return paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]


def test_the_description_has_them_too_for_strangers_the_public_ones(app, session, clerk):
    define(session, "shift", "choice", in_filter=True, public=True)
    define(session, "beds", "int", in_filter=True, at_least="1", at_most="9")
    define(session, "inner", label_zh="只在内部")
    seen = properties(clerk.client, POSTINGS, clerk.headers)
    assert seen["x_shift"]["enum"] == ["day", "night"]
    assert (seen["x_beds"]["type"], seen["x_beds"]["minimum"], seen["x_beds"]["maximum"]) == ("integer", 1, 9)
    assert "只在内部" in seen["x_inner"]["description"]
    named = {one["name"] for one in clerk.get("/api/v1/_openapi").json["paths"][POSTINGS]["get"]["parameters"]}
    assert {"f_x_shift", "f_x_beds_from", "f_x_beds_to"} <= named
    outside = app.test_client()
    assert {name for name in properties(outside, POSTINGS) if name.startswith("x_")} == {"x_shift"}
    assert "只在内部" not in outside.get("/api/v1/_openapi").text


def test_the_public_api_shows_public_fields_of_every_kind_and_no_other(app, session):
    outside = app.test_client()
    for entity, path in (("unit", "units"), ("posting", "postings")):
        define(session, "shift", "choice", entity, public=True, options=SHIFTS)
        define(session, "inner", "text", entity)
        row = unit(session) if entity == "unit" else posting(session, unit(session))
        row.extra = {"shift": "night", "inner": "内部", "never": "x"}
        session.commit()
        answer = outside.get(f"/api/v1/public/{path}/{row.id}?lang=en")
        assert answer.json["custom"] == [{"code": "shift", "label": "English shift", "value": "night", "text": "Night"}]
        assert "内部" not in answer.text
