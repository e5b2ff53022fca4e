"""Switches of checks by division: who sets them, what is refused, and that rounds and forms heed them from their day on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models.changes import FieldChange
from app.models.review import CheckSwitch, ReviewEvent
from app.review import switches
from app.rules.dates import today
from tests.api.desk_clients import program
from tests.review.samples import Story
from tests.views.people import browser, handler

LIST, ADD = "/checkswitchview/list/", "/checkswitchview/add?lang=en"
LOOKS = {"requirements": "五官端正，身高165以上。"}


def values(**more: str) -> dict[str, str]:
    return {
        "rule": "J11",
        "effect": "off",
        "region": "",
        "valid_from": today().isoformat(),
        "reason": "沪人社〔2026〕9号",
    } | more


def put(session, rule: str = "J11", region: str | None = "310000", effect: str = "off", days: int = 0) -> CheckSwitch:
    since = today() + timedelta(days=days)
    row = CheckSwitch(rule=rule, region_code=region, effect=effect, valid_from=since, reason="试点")
    session.add(row)
    session.commit()
    return row


def grade(session, code: str = "J11", **content: str) -> set[str]:
    """What a round made now says of the posting's looks."""
    _subject, row = Story(session, "posting").submitted(**(LOOKS | content))
    return {found["severity"] for found in row.checks if found["code"] == code}


@pytest.fixture
def admin(app, session):
    return browser(app, session, "sysadmin")


def test_a_switch_counts_for_the_next_round_and_is_on_record(session, admin):
    assert grade(session) == {"warn"}
    assert admin.post(ADD, values()).status_code == 302
    assert grade(session) == {"info"}
    row = session.scalars(select(CheckSwitch)).one()
    events = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "setting_added")).all()
    assert [event for event in events if "check_switch" in event.body]
    assert admin.post(f"/checkswitchview/delete/{row.id}").status_code == 302
    assert grade(session) == {"warn"}
    gone = session.scalars(select(FieldChange).where(FieldChange.entity == "check_switch")).one()
    assert (gone.action, gone.fields["reason"][0]) == ("deleted", "沪人社〔2026〕9号")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"rule": "J05"}, "the law demands it (妇女权益保障法第43条"),
        ({"rule": "U01", "effect": "warn"}, "stays as it is"),
        ({"rule": "GENDER"}, "stays as it is"),
        ({"rule": "J99"}, "choose one of the offered"),
        ({"effect": "block"}, "choose one of the offered"),
        ({"reason": ""}, "fill this in"),
        ({"valid_from": "2020-01-01"}, "Not before today"),
    ],
)
def test_what_may_not_be_set_is_refused_in_words(session, admin, sent, said):
    answer = admin.post(ADD, values(**sent))
    assert answer.status_code == 422
    assert said.lower() in answer.text.lower()
    assert session.scalars(select(CheckSwitch)).all() == []


def test_no_program_sets_it_either(app, session):
    lead = program(app, session, "lead", region_code="310000")
    answer = lead.post("/api/v1/checkswitch/", values(rule="J13", region="310000"))
    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (422, "check_fixed", "rule")


def test_the_nearest_division_upwards_counts_and_can_take_back_what_stands_above(session):
    put(session, region=None, effect="info")
    assert grade(session) == {"info"}
    put(session, region="310000", effect="high")
    assert grade(session) == {"high"}
    put(session, region="310120", effect="usual")
    assert grade(session) == {"warn"}
    assert switches.in_force(session, "440203", today())["J11"].effect == "info"
    assert switches.in_force(session, "", today())["J11"].effect == "info"


def test_a_switch_waits_for_its_day_and_the_latest_that_has_come_counts(session):
    put(session, effect="high", days=3)
    assert grade(session) == {"warn"}
    put(session, effect="off")
    here = {days: switches.in_force(session, "310120", today() + timedelta(days=days)) for days in (-1, 0, 2, 3)}
    assert {days: found["J11"].effect for days, found in here.items() if found} == {0: "off", 2: "off", 3: "high"}


def test_the_panel_beside_the_form_says_the_same(app, session):
    story = Story(session, "posting")
    subject = story.created(**LOOKS)
    clerk = handler(app, session, story.unit)
    form = {"title": subject.title, "headcount": "3", "region": "310120", "requirements": LOOKS["requirements"]}
    path = "/postingview/precheck?lang=zh"
    assert "限制外貌" in clerk.post(path, form).text
    put(session)
    page = clerk.post(path, form).text
    assert "限制外貌" not in page
    assert "未检查：“外貌与属相等限制”已由上海市自" in page


def test_what_counts_is_shown_with_what_cannot_be_set(app, session):
    put(session)
    lead = browser(app, session, "lead", region_code="310120")
    page = lead.get("/checkswitchview/applies?lang=en").text
    assert page.count('<th role="rowheader"') > 80
    assert ">Not checked</span>" in page and "cannot be set" in page
    assert "/checkswitchview/applies" in lead.get(f"{LIST}?lang=en").text
    assert lead.get("/checkswitchview/applies?region=%00'--").status_code == 200
