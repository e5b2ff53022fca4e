"""Ctrl-K: screens in every spelling, records of one's own scope only, exact codes first, one statement for all."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app.models.announcements import Announcement
from app.models.messages import NoticeText
from app.models.units import Unit
from app.rules.actor import Role
from app.rules.dates import today
from app.rules.names import text_initials
from app.views import finding
from tests.views import world as made
from tests.views.people import account, browser, handler, posting, unit

MOST_STATEMENTS = 4  # who asks (two), the dictionary once in half a minute, everything that is found


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


def found(answer: Any) -> list[tuple[str, str]]:
    """(address, label) of all hits, in order."""
    assert answer.status_code == 200
    hits = re.findall(r'role="option"[^>]*href="([^"]*)"[^>]*data-label="([^"]*)"', answer.text)
    return [(html.unescape(url), html.unescape(label)) for url, label in hits]


def ask(who: Any, words: str, lang: str = "zh") -> list[tuple[str, str]]:
    return found(who.client.get("/find/", query_string={"q": words, "lang": lang}, headers={"X-Palette": "fragment"}))


def records(who: Any, words: str) -> list[str]:
    return [url for url, _label in ask(who, words) if "/show/" in url]


@pytest.mark.parametrize("words", ["审核工作台", "shgzt", "SHGZT", "review desk", "Desk", "工作台"])
def test_a_screen_is_found_in_both_languages_and_by_initials(app, session, words):
    who = browser(app, session, "reviewer", region_code="310000")
    assert "/desk/" in [url for url, _label in ask(who, words)]


def test_only_screens_of_the_role_in_use_are_found(app, session):
    seeker = browser(app, session, "seeker")
    assert [url for url, _label in ask(seeker, "review desk")] == []
    assert "/personalmediumview/list/" in [url for url, _label in ask(seeker, "")]
    assert len(ask(browser(app, session, "lead", region_code="310000"), "")) > 10, "no words: the whole menu"


def test_the_page_speaks_the_readers_language(app, session):
    who = browser(app, session, "reviewer", region_code="310000")
    assert ("/desk/", "Review desk") in ask(who, "审核工作台", "en")


def test_a_unit_is_found_by_name_code_and_initials(app, session):
    own = unit(session, initials="ysjmwj")
    who = browser(app, session, "reviewer", region_code="310000")
    address = f"/unitview/show/{own.id}"
    for words in (
        own.name,
        own.uscc,
        own.uscc.lower(),
        f" {own.uscc[:8]} {own.uscc[8:]} ",
        own.uscc[:12],
        "ysjmwj",
        "ysj",
    ):
        assert address in records(who, words), words


def test_the_exact_code_comes_first(app, session):
    first = unit(session)
    for _more in range(6):
        unit(session, intro="x").name = f"{first.uscc} 的邻居"
    session.commit()
    who = browser(app, session, "reviewer", region_code="310000")
    hits = records(who, first.uscc)
    assert hits[0] == f"/unitview/show/{first.id}"
    assert len(hits) == finding.MOST


def test_a_round_is_found_by_its_receipt_number_and_its_end(world):
    from app.extensions import db
    from app.models.review import ReviewRound

    with world.app.app_context():
        row = db.session.get(ReviewRound, world.rows["ReviewRoundView"]["a"])
        receipt, address = row.receipt_no, f"/reviewroundview/show/{row.id}"
    who = world.people[Role.REVIEWER]
    for words in (receipt, receipt[-6:], receipt[-6:].lstrip("0")):
        assert address in records(who, words), words


def test_accounts_are_found_by_the_system_administrator_alone(app, session):
    name, account_id, _hat = account(app, session, "seeker")
    address = f"/accountview/show/{account_id}"
    assert records(browser(app, session, "sysadmin"), name)[0] == address
    for role, place in (("operator", {}), ("auditor", {}), ("lead", {"region_code": "310000"})):
        assert address not in records(browser(app, session, role, **place), name)


@pytest.mark.parametrize(("lang", "title"), [("zh", "系统停机公告"), ("en", "Maintenance")])
def test_every_hit_says_what_it_is(app, session, lang, title):
    """Also where a thing has its name in two languages and no code: notices, texts of messages, custom fields."""
    for english in ("Maintenance", None):
        body = "We rest." if english else None
        session.add(
            Announcement(
                title_zh="系统停机公告", body_zh="周六停机。", title_en=english, body_en=body, shown_from=today()
            )
        )
    session.commit()
    operator = browser(app, session, "operator")
    hits = [label for url, label in ask(operator, "系统停机", lang) if "/announcementview/show/" in url]
    assert hits == (["系统停机公告", title])
    words = session.scalars(select(NoticeText.subject_zh).limit(1)).one()
    assert all(label for _url, label in ask(operator, words, lang))


def test_a_foreign_record_is_never_found(app, session):
    mine, theirs = unit(session), unit(session, region="440203")
    hidden = posting(session, theirs, title="只在别处的职位")
    shown = posting(session, mine, title="只在这里的职位")
    who = handler(app, session, mine)
    assert records(who, "只在") == [f"/postingview/show/{shown.id}"]
    for words in ("只在别处的职位", theirs.name, theirs.uscc, str(hidden.id)):
        assert [url for url in records(who, words) if url.endswith((f"/{theirs.id}", f"/{hidden.id}"))] == []
    reviewer = browser(app, session, "reviewer", region_code="310000")
    assert f"/unitview/show/{theirs.id}" not in records(reviewer, theirs.uscc)
    assert f"/unitview/show/{mine.id}" in records(reviewer, mine.uscc)


@pytest.mark.slow
def test_what_is_found_lies_in_the_scope_of_its_screen_for_every_role(world):
    """Slow: each role asks for words that stand in rows of both sides; every hit opens, no foreign row is among them."""
    from app.extensions import db

    screens, wrong = {v.route_base: type(v).__name__ for v in made.screens(world.app)}, []
    with world.app.app_context():
        codes = [db.session.get(Unit, world.rows["UnitView"][side]).uscc for side in "ab"]
    for role in made.ROLES:
        hits = {
            url
            for words in ("测试", "职位", "零工", "找活", "w-", *codes)
            for url in records(world.people[role], words)
        }
        for url in hits:
            base, key = url.split("/show/")
            foreign = world.theirs(screens[base], role) if screens[base] in made.REACH else None
            if str(foreign) == key or world.get(role, url, **{"HX-Request": "true"}).status_code != 200:
                wrong.append((role.value, url))
    assert wrong == []


def test_a_search_costs_one_statement_whatever_the_role(world):
    costs = {}
    for role in made.ROLES:
        world.get(role, "/find/?q=x")
        with made.counted(world) as seen:
            world.get(role, "/find/?q=演示单位", **{"X-Palette": "fragment"})
        costs[role.value] = len(seen)
    assert max(costs.values()) <= MOST_STATEMENTS, costs


@pytest.mark.parametrize(
    "words", ["", " ", "%", "_", "'", "\\", "\x00", "a" * 300, "｜＆！", "9" * 40, "<script>alert(1)</script>", "😀"]
)
def test_odd_words_find_nothing_and_break_nothing(app, session, words):
    posting(session, unit(session))
    who = browser(app, session, "reviewer", region_code="310000")
    answer = who.client.get("/find/", query_string={"q": words})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert records(who, words) == []


def test_without_scripts_it_is_a_page(app, session):
    own = unit(session)
    who = browser(app, session, "reviewer", region_code="310000")
    page = who.get(f"/find/?q={own.uscc}").text
    assert f'href="/unitview/show/{own.id}"' in page
    assert '<a class="g-find" href="/find/"' in page
    assert app.test_client().get("/find/?q=x").status_code == 302


def test_no_screen_needs_the_book_of_readings(app):
    """The first search after a start would wait for it; every Chinese label of every menu is spelled the same without."""
    labels = {line[part] for lines in app.extensions["menu"].values() for line in lines for part in ("label", "group")}
    assert len(labels) > 60
    with app.test_request_context("/"), force_locale("zh"):
        wrong = {str(one) for one in labels if finding._initials(str(one)) != text_initials(str(one))}
    assert not wrong
