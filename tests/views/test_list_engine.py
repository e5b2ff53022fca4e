"""The list engine: bounds, order, filters, counts (design 5; screens.md 2)."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.models.positions import Posting
from app.models.reference import DictItem
from app.views.queries import Cursors, Order
from tests.views.people import browser, handler, posting, unit

LIST = "/postingview/list/"


def titles(page: str) -> list[str]:
    return re.findall(r'<a class="clip" href="/postingview/show/\d+" title="([^"]*)"', page)


def link(page: str, word: str) -> str | None:
    found = re.search(rf'<a class="btn btn-sm" href="([^"]+)"[^>]*>(?:<svg[^>]*>.*?</svg>)?{word}', page)
    return html.unescape(found[1]) if found else None


@pytest.fixture
def many(app, session):
    """A handler with 45 postings of the own unit; every third has no last day."""
    own = unit(session)
    for n in range(45):
        posting(
            session,
            own,
            title=f"岗位{n:02d}",
            headcount=1 + n % 4,
            valid_until=None if n % 3 == 0 else f"2027-01-{1 + n % 20:02d}",
        )
    return handler(app, session, own)


def test_a_tab_shows_the_rows_of_its_status(app, session):
    own = unit(session)
    for status in ("draft", "pending", "live", "off"):
        posting(session, own, title=status, status=status)
    clerk = handler(app, session, own)
    assert sorted(titles(clerk.get(LIST).text)) == ["draft", "live", "off", "pending"]
    for status in ("draft", "pending", "live", "off"):
        assert titles(clerk.get(f"{LIST}?tab={status}").text) == [status]


@pytest.mark.parametrize("sort", ["", "title", "-title", "headcount", "-headcount", "valid_until", "-valid_until"])
def test_pages_forward_and_back_show_every_row_once(many, sort):
    path, seen = f"{LIST}?size=20&lang=en&sort={sort}", []
    pages = []
    while path:
        page = many.get(path).text
        seen += titles(page)
        pages.append(titles(page))
        path = link(page, "Next")
    assert len(seen) == len(set(seen)) == 45
    back = link(page, "Previous")
    assert titles(many.get(back).text) == pages[1]


def test_order_follows_the_column_with_empty_values_where_postgresql_puts_them(many, session):
    shown = titles(many.get(f"{LIST}?size=100&sort=valid_until").text)
    stored = session.scalars(select(Posting.title).order_by(Posting.valid_until, Posting.id)).all()
    assert shown == [title for title in stored if title in set(shown)]


@pytest.mark.parametrize(
    "query",
    ["page=-5", "size=x", "size=100000", "psize_PostingView=100000", "after=zzz", "before=" + "A" * 500, "after=",
     "tab=nothing", "sort=password", "sort=--title", "f_region=%00", "f_pay_min_from=NaN", "f_pay_min_to=1e999",
     "f_valid_until_from=99999-01-01", "f_valid_until_to=9999-12-31", "f_schools=99999999999999999999",
     "f_status=%27;--", "q=" + "%E7%AB%B9" * 200, "q=%27%22%5C", "exact=9"],
)  # fmt: skip
def test_values_that_make_no_sense_are_as_if_not_sent(many, query):
    answer = many.get(f"{LIST}?{query}")
    assert answer.status_code == 200
    assert len(titles(answer.text)) <= 50


def test_only_declared_columns_sort_and_filter(many):
    plain = titles(many.get(LIST).text)
    assert titles(many.get(f"{LIST}?sort=unit_id").text) == plain
    assert titles(many.get(f"{LIST}?f_source_key=zzz&f_unit_id=0").text) == plain


def test_a_cursor_of_another_order_or_list_is_no_position(many):
    first = many.get(f"{LIST}?size=20&lang=en").text
    foreign = re.search(r"after=([^&\"]+)", link(first, "Next"))[1]
    assert titles(many.get(f"{LIST}?size=20&sort=title&after={foreign}").text) == titles(
        many.get(f"{LIST}?size=20&sort=title").text
    )


def test_filters_search_and_chips(many, session):
    page = many.get(f"{LIST}?q=岗位07&lang=en").text
    assert titles(page) == ["岗位07"]
    assert "Remove the condition Keyword" in page
    none = many.get(f"{LIST}?f_valid_until_from=2030-01-01&lang=en").text
    assert titles(none) == []
    assert "Nothing matches" in none


@pytest.mark.parametrize(
    ("query", "chips"),
    [
        ("f_region=310120", 1),
        ("f_schools=1", 0),
        ("f_region=310120&f_schools=1&f_occupation=x", 1),
        ("f_region=999999", 0),
    ],
)
def test_filters_by_rows_that_may_not_be_picked_are_as_if_not_sent(many, query, chips):
    page = many.get(f"{LIST}?{query}&lang=en").text
    assert page.count("Remove the condition") == chips


def test_a_percent_sign_is_searched_for_as_such(app, session):
    clerk = browser(app, session, "sysadmin")
    assert "Nothing matches" in clerk.get("/dictitemview/list/?f_name_zh=%25&lang=en").text
    session.add(DictItem(dict_code="probe", code="p", name_zh="满100%", name_en="all"))
    session.commit()
    page = clerk.get("/dictitemview/list/?f_name_zh=%25").text
    assert "满100%" in page
    assert len(re.findall(r'<tr role="row" aria-selected', page)) == 1


def test_counts_stop_at_a_thousand_until_asked(app, session):
    there = session.query(DictItem).filter_by(dict_code="benefit").count()
    more = range(there, 1001)
    session.add_all(DictItem(dict_code="benefit", code=f"b{n}", name_zh="词", name_en="word", sort=n) for n in more)
    session.commit()
    clerk = browser(app, session, "sysadmin")
    assert "<b>1,000+</b>" in clerk.get("/dictitemview/list/?f_dict_code=benefit").text
    assert "<b>1,001</b>" in clerk.get("/dictitemview/list/?f_dict_code=benefit&exact=1").text


def test_a_list_stays_within_its_statement_budget(many, statements):
    many.get(LIST)  # the dictionary is read once in half a minute
    statements.clear()
    assert many.get(LIST).status_code == 200
    assert len(statements) <= 8, statements


def test_rows_of_others_are_neither_shown_nor_counted_nor_found(app, session):
    own, other = unit(session), unit(session)
    posting(session, own, title="自家职位")
    posting(session, other, title="别家职位")
    mine = handler(app, session, own)
    page = mine.get(LIST).text
    assert titles(page) == ["自家职位"]
    assert re.search(r"<b>1</b>", page)
    assert titles(mine.get(f"{LIST}?q=别家职位").text) == []
    assert "别家职位" not in mine.get(f"{LIST}?q=别家职位").text.replace('value="别家职位"', "").replace(
        "别家职位 <a", ""
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_no_text_is_a_position_unless_we_wrote_it(text):
    order = Order("id", Posting.id, Posting.id, True, False)
    assert Cursors("secret", "V").read(order, text) is None
    assert Cursors("secret", "V").read(order, Cursors("other", "V").write(order, 5, 5)) is None
    assert Cursors("secret", "V").read(order, Cursors("secret", "V").write(order, 5, 5)) == (5, 5)
