"""Notices: who sees which and when, what is read and confirmed, how their text comes out, who writes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.models.announcements import Announcement, AnnouncementRead
from app.models.reference import Region
from app.models.schools import School
from app.rules.dates import today
from tests.views.people import browser, handler, unit

SHANGHAI, PUTUO, SHAOGUAN = "310000", "310107", "440200"
FORM = {"title_zh": "停机维护", "body_zh": "今晚八点。", "importance": "normal", "shown_from": today().isoformat()}


def notice(session, title: str = "公告甲", regions: tuple[str, ...] = (), **values: Any) -> Announcement:
    made = Announcement(**({"title_zh": title, "body_zh": "正文", "shown_from": today()} | values))
    made.regions = [session.get(Region, code) for code in regions]
    session.add(made)
    session.commit()
    return made


def sees(who: Any, row: Announcement) -> bool:
    seen = who.get(f"/announcementview/show/{row.id}").status_code
    assert seen in (200, 404)
    assert (row.title_zh in who.get("/announcementview/list/").text) is (seen == 200)
    return seen == 200


@pytest.mark.parametrize(
    ("since", "until", "shown"),
    [(0, None, True), (-3, 0, True), (-3, -1, False), (1, None, False), (-9, 9, True)],
)
def test_a_notice_is_shown_from_its_first_to_its_last_day(app, session, since, until, shown):
    day = today()
    row = notice(
        session,
        shown_from=day + timedelta(days=since),
        shown_until=None if until is None else day + timedelta(days=until),
    )
    assert sees(browser(app, session, "seeker"), row) is shown
    assert sees(browser(app, session, "operator"), row) is True


def test_a_notice_for_some_roles_is_for_those_only(app, session):
    row = notice(session, roles=["seeker", "student"])
    assert sees(browser(app, session, "seeker"), row)
    assert sees(browser(app, session, "student"), row)
    for role, place in (("auditor", {}), ("reviewer", {"region_code": SHANGHAI})):
        assert not sees(browser(app, session, role, **place), row)


def test_a_notice_for_a_division_reaches_everything_below_it(app, session):
    for_shanghai, for_putuo = notice(session, "公告甲", (SHANGHAI,)), notice(session, "公告乙", (PUTUO,))
    here, above, elsewhere = (
        browser(app, session, "reviewer", region_code=code) for code in (PUTUO, SHANGHAI, SHAOGUAN)
    )
    assert [sees(here, row) for row in (for_shanghai, for_putuo)] == [True, True]
    assert [sees(above, row) for row in (for_shanghai, for_putuo)] == [True, False]
    assert [sees(elsewhere, row) for row in (for_shanghai, for_putuo)] == [False, False]


def test_a_unit_and_a_school_read_what_is_meant_for_their_place(app, session):
    row = notice(session, "公告甲", (PUTUO, SHAOGUAN))
    assert sees(handler(app, session, unit(session, region=PUTUO)), row)
    assert not sees(handler(app, session, unit(session, region="310101")), row)
    school = School(code="99881", name="测试学校", region_code="440203")
    session.add(school)
    session.commit()
    assert sees(browser(app, session, "school_admin", school_id=school.id), row)
    assert sees(browser(app, session, "seeker"), row), "a person belongs to no division and misses none"


def test_both_audiences_must_fit(app, session):
    row = notice(session, "公告甲", (SHAOGUAN,), roles=["reviewer"])
    assert sees(browser(app, session, "reviewer", region_code="440203"), row)
    assert not sees(browser(app, session, "reviewer", region_code=PUTUO), row)
    assert not sees(browser(app, session, "lead", region_code="440203"), row)


def test_opening_reads_it_once_and_only_for_the_reader(app, session):
    row, who, other = notice(session), browser(app, session, "seeker"), browser(app, session, "seeker")
    unread = '<span class="g-st" data-st="pending">未读</span>'
    assert unread in who.get("/announcementview/list/").text
    for _twice in range(2):
        who.get(f"/announcementview/show/{row.id}")
    marks = session.query(AnnouncementRead).all()
    assert [(m.account_id, m.acknowledged_at) for m in marks] == [(who.account_id, None)]
    assert unread not in who.get("/announcementview/list/").text
    assert unread in other.get("/announcementview/list/").text


def test_an_important_notice_is_confirmed_once(app, session):
    row, who = notice(session, importance="important"), browser(app, session, "seeker")
    assert "/announcementview/acknowledge/" in who.get(f"/announcementview/show/{row.id}").text
    assert who.post(f"/announcementview/acknowledge/{row.id}").location == "/announcementview/list/"
    first = session.query(AnnouncementRead).one().acknowledged_at
    assert first is not None
    who.post(f"/announcementview/acknowledge/{row.id}")
    session.expire_all()
    assert session.query(AnnouncementRead).one().acknowledged_at == first
    assert "/announcementview/acknowledge/" not in who.get(f"/announcementview/show/{row.id}").text
    operator = browser(app, session, "operator").get(f"/announcementview/show/{row.id}?lang=en").text
    assert "Read by 1 person" in operator
    assert "confirmed by 1" in operator


def test_nobody_confirms_what_is_not_meant_for_them(app, session):
    row = notice(session, roles=["auditor"], importance="important")
    assert browser(app, session, "seeker").post(f"/announcementview/acknowledge/{row.id}").status_code == 404
    assert session.query(AnnouncementRead).count() == 0


def test_its_text_is_text_with_lines_and_links(app, session):
    body = "第一行<b>\nhttps://a.cn/x?a=1&b=2。\njavascript:alert(1)"
    row = notice(session, body_zh=body)
    page = browser(app, session, "seeker").get(f"/announcementview/show/{row.id}").text
    assert "<p>第一行&lt;b&gt;</p>" in page
    assert '<a href="https://a.cn/x?a=1&amp;b=2" rel="noopener noreferrer nofollow" target="_blank">' in page
    assert 'href="javascript' not in page


def test_it_is_read_in_the_readers_language_if_it_was_written_in_it(app, session):
    both = notice(session, title_en="Notice A", body_en="In English")
    only = notice(session, "公告乙")
    who = browser(app, session, "seeker")
    english = who.get("/announcementview/list/?lang=en").text
    assert "Notice A" in english
    assert "公告乙" in english
    assert "In English" in who.get(f"/announcementview/show/{both.id}?lang=en").text
    assert "正文" in who.get(f"/announcementview/show/{only.id}?lang=en").text


def test_the_operator_writes_one_through_the_form(app, session):
    who = browser(app, session, "operator")
    sent = FORM | {"roles": ["seeker"], "regions": [SHANGHAI], "pinned": "y"}
    answer = who.post("/announcementview/add", sent)
    assert answer.status_code == 302, answer.text[-2000:]
    row = session.query(Announcement).one()
    assert (row.title_zh, row.roles, [r.code for r in row.regions], row.pinned) == (
        "停机维护",
        ["seeker"],
        [SHANGHAI],
        True,
    )
    assert 'value="clock"' not in who.get("/announcementview/add").text, "the clock reads no notices"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"shown_until": (today() - timedelta(days=1)).isoformat()}, "shown_until"),
        ({"title_en": "Only a title"}, "body_en"),
        ({"body_en": "Only a text"}, "title_en"),
        ({"title_zh": ""}, "title_zh"),
        ({"roles": ["clock"]}, "roles"),
        ({"importance": "loud"}, "importance"),
    ],
)
def test_what_makes_no_sense_is_named(app, session, change, field):
    answer = browser(app, session, "operator").post("/announcementview/add", FORM | change)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert session.query(Announcement).count() == 0


@pytest.mark.parametrize("role", ["lead", "sysadmin", "unit_handler"])
def test_nobody_else_writes(app, session, role):
    row = notice(session)
    who = (
        handler(app, session, unit(session))
        if role == "unit_handler"
        else browser(app, session, role, region_code=SHANGHAI)
    )
    assert who.get("/announcementview/add").status_code == 403
    assert who.post(f"/announcementview/edit/{row.id}", FORM).status_code == 403
    assert who.post(f"/announcementview/delete/{row.id}").status_code == 403


def test_a_notice_goes_with_its_readers(app, session):
    row = notice(session, regions=(PUTUO,))
    browser(app, session, "seeker").get(f"/announcementview/show/{row.id}")
    assert browser(app, session, "operator").post(f"/announcementview/delete/{row.id}").status_code == 302
    assert (session.query(Announcement).count(), session.query(AnnouncementRead).count()) == (0, 0)
