"""Saved views of lists and chosen columns: one's own, shared downwards, and never a way round what is hidden."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from markupsafe import Markup
from sqlalchemy import func, select, update

from app.models.lists import ListLayout, SavedView
from app.views import chosen
from tests.views.people import browser, handler, posting, unit

LIST = "/postingview/list/"


def headings(page: str) -> list[str]:
    """The columns of a list, the first included."""
    found = re.findall(r'<th class="[^"]*" role="columnheader" scope="col"(?: data-c="([^"]*)")?', page)
    return [name for name in found if name]


def tabs(page: str) -> dict[str, tuple[str, str]]:
    """Saved views as tabs: name -> (address, number)."""
    found = re.findall(r'<a href="([^"]*[?&;]view=\d+)" hx-get[^>]*>(?:<svg.*?</svg>)(?:<span class="visually-hidden">'
                       r'[^<]*</span>)?([^<]*)<span class="n">([^<]*)</span>', page)  # fmt: skip
    return {name: (html.unescape(url), n) for url, name, n in found}


def save(person, name: str, query: str = "", screen: str = "PostingView", **more):
    sent = {"screen": screen, "name": name, "next": f"{LIST}?{query}" if query else LIST, **more}
    return person.post("/lists/save", sent)


@pytest.fixture
def clerk(app, session):
    """A handler with three live postings and two drafts."""
    own = unit(session)
    for n in range(3):
        posting(session, own, title=f"木工{n}", headcount=n + 1)
    for n in range(2):
        posting(session, own, title=f"焊工{n}", status="draft")
    return handler(app, session, own)


@pytest.fixture
def bureau(app, session):
    """A lead of Shanghai, a reviewer of one of its districts, and one of another city."""
    return (
        browser(app, session, "lead", region_code="310000"),
        browser(app, session, "reviewer", region_code="310120"),
        browser(app, session, "reviewer", region_code="440203"),
    )


def test_conditions_are_kept_and_come_back_as_a_tab_with_its_number(clerk):
    done = save(clerk, "木工", "q=%E6%9C%A8%E5%B7%A5&f_headcount_from=1&sort=-title&tab=live&after=xyz&size=20")
    query = parse_qs(urlsplit(done.location).query)
    assert {k: v[0] for k, v in query.items() if k != "view"} == {"q": "木工", "sort": "-title", "tab": "live"}
    page = clerk.get(f"{LIST}?lang=en").text
    assert tabs(page)["木工"] == (done.location, "3")
    opened = clerk.get(done.location).text
    assert "木工2" in opened
    assert "焊工" not in opened


def test_only_what_the_view_offers_is_stored(clerk, session):
    save(clerk, "奇怪", "f_unit_name=甲&f_source=import&f_pay_min_from=5000&f_status=nothing&sort=unit_id&x=1&account_id=1",
         account_id="1", role="sysadmin", audience="region:310000", conditions='{"q":"x"}')  # fmt: skip
    row = session.scalars(select(SavedView)).one()
    assert row.conditions == {"f_pay_min_from": "5000"}, "hidden filters, unknown words and columns that do not sort"
    assert (row.account_id, row.role, row.audience) == (clerk.account_id, "unit_handler", "")


def test_a_name_is_needed_and_used_once(clerk, session):
    clerk.get(f"{LIST}?lang=en")
    save(clerk, "甲")
    for name, said in (("甲", "of this name already"), ("  ", "Please fill this in"), ("长" * 31, "")):
        answer = save(clerk, name)
        assert answer.location == LIST
        assert said in clerk.get(f"{LIST}?lang=en").text
    assert session.scalar(select(func.count()).select_from(SavedView)) == 1


def test_there_is_a_limit_for_each_list(clerk, session, monkeypatch):
    monkeypatch.setattr(chosen, "MOST", 2)
    for name in "甲乙丙":
        save(clerk, name)
    assert session.scalars(select(SavedView.name).order_by(SavedView.id)).all() == ["甲", "乙"]
    assert save(clerk, "丁", screen="UnitView").location != LIST, "another list counts for itself"


def test_the_list_opens_with_the_view_that_was_made_the_first(clerk):
    url = save(clerk, "草稿", "tab=draft", open="1").location
    assert clerk.get(LIST).location == url
    assert clerk.get(f"{LIST}?lang=en").location == url
    everything = clerk.get(f"{LIST}?view=0").text
    assert "木工0" in everything
    assert f'href="{LIST}?view=0"' in clerk.get(url).text, "the way back to all rows"
    key = parse_qs(urlsplit(url).query)["view"][0]
    clerk.post(f"/lists/{key}/open", {"next": LIST})
    assert clerk.get(LIST).status_code == 200


def test_rename_reorder_keep_and_delete(clerk, session):
    keys = [parse_qs(urlsplit(save(clerk, name, "tab=draft").location).query)["view"][0] for name in "甲乙丙"]
    clerk.post(f"/lists/{keys[2]}/place", {"way": "up"})
    clerk.post(f"/lists/{keys[2]}/place", {"way": "up"})
    clerk.post(f"/lists/{keys[2]}/place", {"way": "up"})
    clerk.post(f"/lists/{keys[0]}/place", {"way": "down"})
    clerk.post(f"/lists/{keys[1]}/rename", {"name": "丁"})
    clerk.post(f"/lists/{keys[2]}/keep", {"next": f"{LIST}?tab=live&q=木工"})
    clerk.post(f"/lists/{keys[0]}/delete")
    page = clerk.get(LIST).text
    assert [(name, n) for name, (_url, n) in tabs(page).items()] == [("丙", "3"), ("丁", "2")]
    assert clerk.post(f"/lists/{keys[0]}/delete").status_code == 404, "a second tab deletes nothing more"
    assert clerk.post(f"/lists/{keys[1]}/nothing").status_code == 404


def test_views_are_nobody_elses(app, session, clerk):
    url = save(clerk, "秘密", "q=木工").location
    key = parse_qs(urlsplit(url).query)["view"][0]
    other = handler(app, session, session.get(type(unit(session)), _unit_of(session, clerk)))
    assert "秘密" not in other.get(url).text
    assert "秘密" not in other.get("/lists/").text
    for word in ("rename", "keep", "place", "open", "delete", "copy"):
        assert other.post(f"/lists/{key}/{word}", {"name": "我的"}).status_code == 404, word
    assert other.post("/lists/layout", {"screen": "PostingView", "view": key, "column": ["pay"]}).status_code == 404
    assert session.scalars(select(SavedView.name)).all() == ["秘密"]


def _unit_of(session, person) -> int:
    from app.models.accounts import Hat

    return session.get(Hat, person.hat_id).unit_id


def test_a_lead_shares_with_the_division_and_those_below_it(bureau, session):
    lead, below, elsewhere = bureau
    url = save(lead, "本周到期", "tab=live", share="1").location
    assert "本周到期" in tabs(below.get(LIST).text)
    assert "本周到期" not in tabs(elsewhere.get(LIST).text)
    key = parse_qs(urlsplit(url).query)["view"][0]
    assert below.post(f"/lists/{key}/rename", {"name": "改"}).status_code == 404, "read, not changed"
    assert below.post(f"/lists/{key}/share").status_code == 403
    below.post(f"/lists/{key}/copy")
    assert below.get("/lists/?lang=en").text.count("本周到期") > 1
    lead.post(f"/lists/{key}/share")
    session.expire_all()
    assert session.get(SavedView, int(key)).audience == ""
    assert [n for n, _ in tabs(below.get(LIST).text).items()] == ["本周到期"], "the copy stays"


def test_without_the_permission_nothing_is_shared(bureau, session):
    _lead, reviewer, _elsewhere = bureau
    key = parse_qs(urlsplit(save(reviewer, "我的", share="1").location).query)["view"][0]
    assert session.scalars(select(SavedView.audience)).one() == ""
    assert reviewer.post(f"/lists/{key}/share").status_code == 403


def test_a_shared_view_shows_nothing_that_is_hidden_for_the_reader(app, session):
    """Owner and handler of one unit see no names of units in the list of postings, whatever a stored view says."""
    own = unit(session)
    posting(session, own, title="木工")
    owner, clerk = browser(app, session, "unit_owner", unit_id=own.id), handler(app, session, own)
    save(owner, "共享", share="1")
    session.execute(
        update(SavedView).values(
            columns=["unit_name", "source", "pay", "contact_phone"],
            conditions={"f_unit_name": "甲", "f_region": ["x"], "tab": "no"},
        )
    )
    session.commit()
    page = clerk.get(LIST).text
    url = tabs(page)["共享"][0]
    assert set(parse_qs(urlsplit(url).query)) == {"view"}
    assert headings(clerk.get(url).text) == ["pay"]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}%(n)s"])
def test_the_name_of_a_shared_view_is_text_wherever_it_stands(bureau, session, name):
    lead, below, _elsewhere = bureau
    url = save(lead, name, "q=木工", share="1").location
    key = parse_qs(urlsplit(url).query)["view"][0]
    said = [lead.get(url).text, lead.get("/lists/").text]
    below.post(f"/lists/{key}/copy")
    below.post(f"/lists/{key}/open")
    said += [below.get(path).text for path in (f"{LIST}?tab=live", url, "/lists/")]
    for page in said:
        assert html.escape(name) in page or str(Markup.escape(name)) in page
        assert "<script>alert" not in page and "<img src=x" not in page


def test_a_view_of_one_house_is_no_view_of_another(app, session):
    """Owners share inside their unit; its number in another's request opens nothing and tells nothing."""
    mine, other = unit(session), unit(session)
    owner = browser(app, session, "unit_owner", unit_id=mine.id)
    url = save(owner, "本单位", "q=木工", share="1").location
    key = parse_qs(urlsplit(url).query)["view"][0]
    assert "本单位" in tabs(handler(app, session, mine).get(LIST).text)
    for stranger in (handler(app, session, other), browser(app, session, "unit_owner", unit_id=other.id)):
        assert "本单位" not in stranger.get(url).text
        for word in ("copy", "open", "share", "delete"):
            assert stranger.post(f"/lists/{key}/{word}").status_code in (403, 404), word


def test_columns_in_an_order_of_ones_own(clerk, session):
    sent = {
        "screen": "PostingView",
        "column": ["pay", "title", "region", "region", "unit_name", "password"],
        "density": "compact",
    }
    assert clerk.post("/lists/layout", sent | {"next": LIST}).location == LIST
    page = clerk.get(LIST).text
    assert headings(page) == ["pay", "region"], "the first leads to the record, hidden and unknown ones are not had"
    assert 'data-density="compact"' in page
    clerk.post("/lists/layout", sent | {"step": "down:pay", "column": ["pay", "region", "status"]})
    assert headings(clerk.get(LIST).text) == ["region", "pay", "status"]
    clerk.post("/lists/layout", sent | {"reset": "1"})
    assert headings(clerk.get(LIST).text)[:2] == ["status", "headcount"]
    assert session.scalar(select(func.count()).select_from(ListLayout)) == 1


def test_a_saved_view_brings_its_columns_and_the_export_can_ask_for_them(app, clerk, session):
    sent = {"screen": "PostingView", "column": ["pay", "status"]}
    clerk.post("/lists/layout", sent)
    url = save(clerk, "薪酬").location
    key = parse_qs(urlsplit(url).query)["view"][0]
    clerk.post("/lists/layout", sent | {"reset": "1"})
    assert headings(clerk.get(url).text) == ["pay", "status"]
    clerk.post("/lists/layout", {"screen": "PostingView", "view": key, "column": ["status", "valid_until"]})
    assert headings(clerk.get(url).text) == ["status", "valid_until"]
    assert headings(clerk.get(LIST).text)[0] == "status"
    assert len(headings(clerk.get(LIST).text)) > 4


def test_a_filter_by_a_row_out_of_reach_counts_nothing_and_names_nothing(app, session, bureau):
    lead, below, _elsewhere = bureau
    far = unit(session, region="310104")
    url = save(lead, "别区单位", f"f_unit={far.id}&f_region=310104", screen="ResidencyView", share="1").location
    page = below.get("/residencyview/list/").text
    assert tabs(page)["别区单位"] == (url, "0")
    assert far.name not in below.get(url).text


def test_a_page_with_many_saved_views_stays_within_the_budget(clerk, statements):
    for n in range(12):
        save(clerk, f"视图{n}", f"f_region=310120&f_occupation=1&f_schools=1&q=木工&f_headcount_from={n}")
    clerk.get(LIST)
    statements.clear()
    page = clerk.get(f"{LIST}?f_region=310120&f_schools=1").text
    assert len(tabs(page)) == chosen.TABS
    assert len(statements) <= 8, statements
