"""A form that arrives twice, by a second press or a slow line, makes one row."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.models.changes import FieldChange
from app.models.positions import Posting
from app.models.review import CheckSwitch, ReviewEvent
from app.rules.dates import today
from tests.views.people import browser, handler, unit

DUTIES = "负责设备操作与日常保养，按工艺要求完成生产任务，遵守安全规程。"
ENTRIES = {"title": "装配工", "headcount": "3", "region": "310120", "description": DUTIES}


@pytest.fixture
def own(session):
    return unit(session)


@pytest.fixture
def mine(app, session, own):
    return handler(app, session, own)


def form(who) -> dict[str, str]:
    """The entries and the name of a form just opened."""
    name = re.search(r'name="sending" value="(\w{32})"', who.get("/postingview/add").text)[1]
    return ENTRIES | {"sending": name}


def titles(session) -> list[str]:
    return sorted(session.scalars(session.query(Posting.title).statement))


def test_the_second_arrival_leads_to_the_row_of_the_first(mine, session):
    sent = form(mine) | {"then": "save"}
    first, second = mine.post("/postingview/add", sent), mine.post("/postingview/add", sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.location == second.location
    assert titles(session) == ["装配工"]


def test_a_row_submitted_twice_is_submitted(mine, session, own):
    good = {
        "education": "senior", "address": "南桥镇解放路1号", "pay_min": "6000", "pay_max": "8000",
        "requirements": "做事细心，服从安排。", "valid_until": (today() + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    sent = form(mine) | good | {"then": "submit"}
    answers = [mine.post("/postingview/add", sent) for _ in range(2)]
    assert [a.status_code for a in answers] == [302, 302], re.findall(r'<li><a href="#\w+">([^<]*)', answers[-1].text)
    assert session.query(Posting).one().status == "pending"


def test_other_words_in_the_same_form_make_another_row(mine, session):
    """Whoever goes back in the browser and writes on loses nothing to the row that is there already."""
    sent = form(mine) | {"then": "save"}
    mine.post("/postingview/add", sent)
    mine.post("/postingview/add", sent | {"title": "质检员"})
    assert titles(session) == ["装配工", "质检员"]


def test_two_forms_with_the_same_words_make_two_rows(mine, session):
    for _ in range(2):
        mine.post("/postingview/add", form(mine) | {"then": "save"})
    assert titles(session) == ["装配工", "装配工"]


def test_what_was_refused_may_be_sent_again(mine, session):
    sent = form(mine) | {"then": "save"}
    assert mine.post("/postingview/add", sent | {"headcount": "viele"}).status_code == 422
    assert mine.post("/postingview/add", sent).status_code == 302
    assert titles(session) == ["装配工"]


def test_the_name_of_a_form_is_of_use_to_its_own_account_only(app, session, mine):
    sent = form(mine) | {"then": "save"}
    first = mine.post("/postingview/add", sent)
    other = handler(app, session, unit(session))
    second = other.post("/postingview/add", sent)
    assert first.location != second.location
    assert session.query(Posting).count() == 2
    assert browser(app, session, "seeker").post("/postingview/add", sent).status_code == 403


# -- forms of what no desk decides on ---------------------------------------------------------------------------------

PLAIN = {
    "announcementview": ("operator", {"title_zh": "停机", "title_en": "Down", "body_zh": "今晚维护", "body_en": "Tonight"}),
    "checkswitchview": ("sysadmin", {"rule": "J11", "effect": "off", "reason": "试点"}),
    "customfieldview": ("sysadmin", {"entity": "posting", "type": "int", "label_zh": "班次", "label_en": "Shifts", "position": "100"}),
    "reviewpolicyview": (
        "sysadmin",
        {"kind": "posting", "region": "310120", "working_days": "3", "tier": "5", "lease_minutes": "15",
         "seats_needed": "1", "seats_grave": "2"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("view", sorted(PLAIN))
def test_a_plain_form_makes_one_row_too(app, session, view):
    """Without the name of the form the second arrival would make another row, or be refused as a double."""
    role, entries = PLAIN[view]
    admin = browser(app, session, role)
    page = admin.get(f"/{view}/add").text
    sent = {**given(page), **entries, "sending": re.search(r'name="sending" value="(\w{32})"', page)[1]}
    events = session.query(ReviewEvent).count()
    first = admin.post(f"/{view}/add", sent)
    assert first.status_code == 302, re.findall(r'<li><a href="#\w+">([^<]*)', first.text)
    counts = session.query(ReviewEvent).count(), session.query(FieldChange).count()
    second = admin.post(f"/{view}/add", sent)
    assert (second.status_code, second.location) == (302, first.location)
    assert (session.query(ReviewEvent).count(), session.query(FieldChange).count()) == counts
    assert counts[0] >= events


def given(page: str) -> dict[str, str]:
    """The days and numbers an empty form starts with."""
    return dict(
        re.findall(r'<input[^>]* name="(valid_from|starts_on|ends_on|shown_from|shown_to)"[^>]* value="([^"]+)"', page)
    )


def test_a_row_deleted_meanwhile_is_not_made_again_by_its_old_form(app, session):
    admin = browser(app, session, "sysadmin")
    page = admin.get("/checkswitchview/add").text
    sent = {**given(page), **PLAIN["checkswitchview"][1]}
    sent |= {"valid_from": today().isoformat(), "sending": re.search(r'name="sending" value="(\w{32})"', page)[1]}
    made = admin.post("/checkswitchview/add", sent)
    assert admin.post(made.location.replace("show", "delete")).status_code == 302
    assert admin.post("/checkswitchview/add", sent).status_code == 404
    assert session.query(CheckSwitch).count() == 0
