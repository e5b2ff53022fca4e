"""Parameters: a field of their own type, bounds in words, what counts where; a change counts at once and is on record."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import select

from app.models.changes import FieldChange
from app.models.reference import Parameter
from app.review import desk, policy
from app.rules import settings
from app.rules.refused import Refused
from app.rules.settings import SETTINGS
from app.views import labels, settings_words
from tests.api.desk_clients import program
from tests.review.samples import Story, refusal
from tests.views.people import browser


@pytest.fixture
def admin(app, session):
    return browser(app, session, "sysadmin")


def nation(session, key: str) -> Parameter:
    return session.scalars(select(Parameter).where(Parameter.key == key, Parameter.region_code.is_(None))).one()


def change(admin, row: Parameter, value: str, **more: str):
    path = f"/parameterview/edit/{row.id}?lang=en"
    version = re.search(r'name="version" value="([^"]*)"', admin.get(path).text)[1]
    return admin.post(path, {"value": value, "note": "", "version": unescape(version), **more})


def test_every_parameter_has_words_and_a_row_for_everywhere(session):
    assert set(SETTINGS) == set(labels.PARAMETERS) == set(settings_words.ABOUT)
    for key, setting in SETTINGS.items():
        assert nation(session, key).value == settings.clean(setting, setting.default) == setting.default


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("allow_name_change", "yes", "not_a_choice"),
        ("gig_valid_days", "6", "number_between"),
        ("gig_valid_days", "181", "number_between"),
        ("gig_valid_days", "-9", "not_whole_number"),
        ("gig_valid_days", "９", "not_whole_number"),
        ("gig_valid_days", "9.5", "not_whole_number"),
        ("service_phone", "1\n2", "one_line"),
        ("service_phone", "1" * 41, "too_long"),
        ("watch_words", "好", "entry_length"),
        ("watch_words", "\n".join(f"词语{n}" for n in range(61)), "list_most"),
        ("watch_words", "刷单\x00", "bad_character"),
    ],
)
def test_a_value_out_of_bounds_is_refused(key, text, code):
    with pytest.raises(Refused) as told:
        settings.clean(SETTINGS[key], text)
    assert (told.value.code, told.value.field) == (code, "value")


def test_a_list_is_kept_one_entry_a_line_without_repeats():
    assert settings.clean(SETTINGS["watch_words"], " 刷单 \r\n\r\n刷单\n代购 ") == "刷单\n代购"
    assert settings.number("gig_valid_days", "nonsense") == 90


@pytest.mark.parametrize(
    ("key", "good", "shown", "bad", "said"),
    [
        ("allow_name_change", "0", "Off", "2", "Please choose one of the offered values."),
        ("gig_valid_days", "30", "30 days", "400", "A whole number from 7 to 180."),
        ("watch_words", "刷单\n代购", "刷单; 代购", "好", "each entry has 2 to 20 characters"),
        ("service_phone", "021-12333", "021-12333", "1" * 41, "at most 40 characters"),
    ],
)
def test_the_form_has_the_field_of_the_type(session, admin, key, good, shown, bad, said):
    row = nation(session, key)
    refused = change(admin, row, bad)
    assert refused.status_code == 422
    assert said in unescape(refused.text)
    assert change(admin, row, good).status_code == 302
    page = admin.get(f"/parameterview/show/{row.id}?lang=en").text
    assert shown in page
    session.expire_all()
    assert nation(session, key).value == good
    old, new = session.scalars(select(FieldChange).where(FieldChange.entity == "parameter")).one().fields["value"]
    assert (old, new) == (SETTINGS[key].default or old, good)
    changes = admin.get(f"/parameterview/changes/{row.id}?lang=en")
    assert changes.status_code == 200


def test_a_division_has_its_own_value_until_it_is_deleted(app, session, admin):
    assert "gig_valid_days" in admin.get("/parameterview/add").text, "first it is chosen which one"
    form = admin.get("/parameterview/add?key=gig_valid_days&lang=en").text
    assert "A whole number from 7 to 180 (days)" in form
    made = admin.post("/parameterview/add", {"key": "gig_valid_days", "region": "310120", "value": "30", "note": ""})
    assert made.status_code == 302, made.text
    assert policy.number(session, "gig_valid_days", "310120") == 30
    assert policy.number(session, "gig_valid_days", "310115") == 90
    row = session.scalars(select(Parameter).where(Parameter.region_code == "310120")).one()
    assert admin.post(f"/parameterview/delete/{row.id}").status_code == 302
    assert policy.number(session, "gig_valid_days", "310120") == 90
    assert admin.post(f"/parameterview/delete/{nation(session, 'gig_valid_days').id}").status_code == 409
    phone = {"key": "service_phone", "region": "310120", "value": "1", "note": ""}
    assert admin.post("/parameterview/add", phone).status_code == 422
    assert browser(app, session, "lead", region_code="310000").get("/parameterview/add").status_code == 403


def test_a_change_counts_at_once(session):
    """The next submission is checked with it: no restart, no waiting."""
    story = Story(session, "gig_wanted")
    subject = story.created(region_code="310120")
    nation(session, "watch_words").value = "搬家\n" + subject.title
    session.add(Parameter(key="gig_valid_days", region_code="310120", value="7"))
    session.commit()
    with refusal("checks_block"):
        desk.submit(session, story.sender, "gig_wanted", subject.id)
    session.execute(Parameter.__table__.delete().where(Parameter.region_code == "310120"))
    session.commit()
    row = desk.submit(session, story.sender, "gig_wanted", subject.id)
    found = [one for one in row.checks if one["code"] == "L01" and one["severity"] == "warn"]
    assert found and found[0]["field"] == "title"


def test_the_api_takes_typed_values(app, session):
    admin = program(app, session, "sysadmin")

    def put(key: str, value: object):
        row = nation(session, key)
        body = {"value": value, "version": row.changed_on.isoformat()}
        return admin.client.put(f"/api/v1/parameter/{row.id}", json=body, headers=admin.headers)

    for key, value, stored in (
        ("allow_name_change", False, "0"),
        ("gig_valid_days", 60, "60"),
        ("watch_words", ["刷单", "代购"], "刷单\n代购"),
    ):
        assert put(key, value).json["result"]["value"] == stored
    refused = put("gig_valid_days", 1000)
    assert (refused.status_code, refused.json["field"]) == (422, "value")
    assert put("gig_valid_days", {"a": 1}).json["code"] == "bad_value"
    unknown = admin.post("/api/v1/parameter/", {"key": "invented", "region_code": "310120", "value": "1"})
    assert (unknown.status_code, unknown.json["field"]) == (422, "key")
