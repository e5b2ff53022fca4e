"""The bell: its number, its panel, read one or all; its poll is cheap, answers 304 and keeps no session alive."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.models.messages import Message
from app.models.sessions import LoginSession
from tests.views.people import browser


@pytest.fixture
def who(app, session):
    return browser(app, session, "seeker")


def message(session, to: int, title: str = "甲") -> Message:
    facts = {"kind": "gig_offer", "title": title, "receipt_no": "1"}
    made = Message(account_id=to, template="round_approved", message_kind="gig", facts=facts, link="/")
    session.add(made)
    session.commit()
    return made


def badge(page: str) -> tuple[str, bool]:
    """The number on the bell, and whether it shows."""
    found = re.search(r'<b aria-hidden="true"( hidden)?>([^<]*)</b></summary>', page)
    return found[2], not found[1]


def test_the_bell_counts_what_is_unread(who, session):
    assert badge(who.get("/").text) == ("0", False)
    message(session, who.account_id)
    page = who.get("/?lang=en").text
    assert badge(page) == ("1", True)
    assert 'aria-label="Messages, 1 unread"' in page


def test_the_poll_answers_304_until_something_changes(who, session):
    first = who.get("/messageview/unread")
    assert first.json == {"unread": 0}
    tag = first.headers["ETag"]
    assert who.get("/messageview/unread", **{"If-None-Match": tag}).status_code == 304
    message(session, who.account_id)
    second = who.get("/messageview/unread", **{"If-None-Match": tag})
    assert (second.status_code, second.json) == (200, {"unread": 1})
    assert "private" in second.headers["Cache-Control"]


def test_the_poll_costs_no_more_than_knowing_who_asks(who, session, statements):
    who.get("/messageview/unread")
    statements.clear()
    who.get("/messageview/unread")
    assert len(statements) == 1, statements


def test_a_page_left_open_does_not_keep_the_session_alive(who, session):
    who.idled(session, minutes=10)
    seen = select(LoginSession.seen_at).where(LoginSession.account_id == who.account_id)
    ago = session.scalar(seen)
    assert who.get("/messageview/unread").status_code == 200
    assert session.scalar(seen) == ago
    who.get("/messageview/list/")
    assert session.scalar(seen) > ago


def test_the_panel_shows_the_newest_eight(who, session):
    rows = [message(session, who.account_id, f"第{n}件") for n in range(9)]
    text = who.get("/messageview/newest").text
    shown = re.findall(r'href="/messageview/show/(\d+)"', text)
    assert shown == [str(row.id) for row in rows[:0:-1]]
    assert 'data-unread="9"' in text
    assert "<html" not in text


def test_one_is_read_without_opening_it_and_the_panel_comes_back(who, session):
    first, second = (message(session, who.account_id, name) for name in "甲乙")
    answer = who.post(f"/messageview/read/{first.id}", headers={"X-Bell": "fragment"})
    assert (answer.status_code, 'data-unread="1"' in answer.text) == (200, True)
    session.expire_all()
    assert [session.get(Message, row.id).read_at is None for row in (first, second)] == [False, True]
    again = who.post(f"/messageview/read/{first.id}", headers={"X-Bell": "fragment"})
    assert 'data-unread="1"' in again.text, "a second time changes nothing"


def test_all_are_read_at_once_and_without_scripts_one_goes_back(who, session):
    for name in "甲乙丙":
        message(session, who.account_id, name)
    assert who.post("/messageview/read", {"next": "/messageview/list/"}).location == "/messageview/list/"
    assert who.get("/messageview/unread").json == {"unread": 0}


def test_nobody_reads_what_is_anothers(app, session, who):
    theirs = message(session, browser(app, session, "seeker").account_id)
    assert who.post(f"/messageview/read/{theirs.id}").status_code == 404
    who.post("/messageview/read")
    session.expire_all()
    assert session.get(Message, theirs.id).read_at is None
    assert "/messageview/show/" not in who.get("/messageview/newest").text


def test_a_message_with_markup_is_text_in_the_panel(who, session):
    message(session, who.account_id, '<img src=x onerror="alert(1)">')
    text = who.get("/messageview/newest").text
    assert "<img" not in text
    assert "&lt;img" in text


def test_a_mark_needs_its_token(who, session):
    mine = message(session, who.account_id)
    assert who.client.post(f"/messageview/read/{mine.id}").status_code == 400


def test_the_tile_and_the_bell_lead_to_what_is_unread(app, session):
    who = browser(app, session, "seeker")
    old, new = (message(session, who.account_id, name) for name in ("旧的", "新的"))
    who.post(f"/messageview/read/{old.id}")
    way = "/messageview/list/?tab=unread"
    assert f'href="{way}"' in who.get("/").text
    assert f'href="{way}"' in who.get("/messageview/newest").text
    page = who.get(way).text
    assert f"/messageview/show/{new.id}" in page
    assert f"/messageview/show/{old.id}" not in page
    assert re.search(r'aria-current[^>]*>未读<span class="n">1</span>', page)
    assert f"/messageview/show/{old.id}" in who.get("/messageview/list/?tab=read").text
    who.post("/messageview/read")
    for text in (who.get("/").text, who.get("/messageview/newest").text):
        assert way not in text, "nothing is unread: the tile leads to all of them"


def test_an_empty_list_has_nothing_to_turn_over(who, session):
    assert "上一页" not in who.get("/messageview/list/").text
    message(session, who.account_id)
    assert "上一页" in who.get("/messageview/list/").text
