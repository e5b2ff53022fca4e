"""Bans (U14): typed in full, stored as a blind index, found again when somebody registers."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.models.accounts import Person
from app.models.units import Blacklisted
from app.review import desk, trial
from tests.review import samples
from tests.views.people import browser

ID_NUMBER = "11010519491231002X"  # the example of GB 11643-1999


def ban(app, session, subject: str, value: str):
    admin = browser(app, session, "secadmin")
    return admin.post("/blacklistedview/add", {"subject": subject, "shown": value, "reason": "伪造材料", "active": "y"})


@pytest.mark.parametrize(
    ("subject", "value"), [("uscc", samples.uscc(4711)), ("phone", "13812345678"), ("id_number", ID_NUMBER)]
)
def test_a_ban_keeps_no_value_in_clear(app, session, subject, value):
    assert ban(app, session, subject, value).status_code == 302
    row = session.scalars(select(Blacklisted)).one()
    assert len(row.value_hash) == 64
    assert "*" in row.shown
    assert value not in (row.shown, row.value_hash)
    admin = browser(app, session, "secadmin")
    assert value not in admin.get("/blacklistedview/list/").text + admin.get(f"/blacklistedview/show/{row.id}").text


@pytest.mark.parametrize(
    ("subject", "value"),
    [("uscc", "91310120MA1"), ("phone", "12345"), ("id_number", "110105194912310021"), ("uscc", "")],
)
def test_a_value_that_cannot_be_is_named(app, session, subject, value):
    answer = ban(app, session, subject, value)
    assert answer.status_code == 422
    assert '<a href="#shown">' in answer.text
    assert session.scalar(select(Blacklisted.id)) is None


def test_the_same_ban_twice_is_named(app, session):
    assert ban(app, session, "phone", "13812345678").status_code == 302
    answer = ban(app, session, "phone", "13812345678")
    assert answer.status_code == 422
    assert '<a href="#' in answer.text


@pytest.mark.parametrize("subject", ["uscc", "phone", "id_number"])
def test_whoever_is_banned_cannot_register(app, session, subject):
    """What the screen stores is what the check looks for: same purpose, same spelling."""
    story = samples.Story(session, "unit_registration")
    person = session.get_one(Person, story.sender.account_id)
    person.set_id_number(ID_NUMBER)
    session.commit()
    draft = story.created()
    value = {"uscc": draft.uscc, "phone": draft.contact_phone, "id_number": ID_NUMBER}[subject]
    assert ban(app, session, subject, value).status_code == 302
    with samples.refusal("checks_block") as refused:
        desk.submit(session, story.sender, "unit_registration", draft.id)
    findings = refused.value.facts["findings"]
    assert {one["code"] for one in findings} == {"U14"}
    assert value not in str(findings)


def test_a_lifted_ban_is_none(app, session):
    story = samples.Story(session, "unit_registration")
    draft = story.created()
    ban(app, session, "uscc", draft.uscc)
    row = session.scalars(select(Blacklisted)).one()
    admin = browser(app, session, "secadmin")
    version = re.search(r'name="version" value="([^"]*)"', admin.get(f"/blacklistedview/edit/{row.id}").text)[1]
    lifted = admin.post(f"/blacklistedview/edit/{row.id}", {"reason": "已申诉成功", "version": version})
    assert lifted.status_code == 302
    assert desk.submit(session, story.sender, "unit_registration", draft.id) is not None


@pytest.mark.parametrize("subject", ["uscc", "phone", "id_number"])
@pytest.mark.parametrize(("key", "code"), [("unit_takeover", "T07"), ("agency_entry", "Z08")])
def test_whoever_is_banned_is_seen_where_a_unit_or_an_agency_is_asked_for(app, session, key, code, subject):
    """Told to whoever decides, and to nobody who is still typing."""
    story = samples.Story(session, key)
    person = session.get_one(Person, story.sender.account_id)
    person.set_id_number(ID_NUMBER)
    person.set_phone("13812345678")
    session.commit()
    draft = story.created() if key == "unit_takeover" else story.created(uscc=samples.uscc(4712))
    value = {"uscc": draft.uscc, "phone": "13812345678", "id_number": ID_NUMBER}[subject]
    assert ban(app, session, subject, value).status_code == 302
    row = desk.submit(session, story.sender, key, draft.id)
    found = {one["code"]: one for one in row.checks}
    assert found[code]["severity"] == "high" and value not in str(found[code])
    tried = trial.of(session, story.sender, key, trial.Typed({}), draft)
    assert code not in {one.code for one in tried.findings}


def test_without_a_ban_the_lamp_is_green(session):
    for key, code in (("unit_takeover", "T07"), ("agency_entry", "Z08")):
        _draft, row = samples.Story(session, key).submitted()
        assert {one["code"]: one["severity"] for one in row.checks}[code] == "ok"
