"""A searched list: the same rows in the same order whichever way finds them, forwards and backwards, and their number."""

from __future__ import annotations

import html
import re

import pytest

from app.views import searching
from tests.views.people import handler, posting, unit

LIST = "/postingview/list/"
# How far each way is tried, and so which one finds the rows: the near part of the list, the index, the far part, the index alone.
WAYS = {
    "near": {"NEAR": 2_000, "FEW": 3_000, "FAR": 60_000},
    "index": {"NEAR": 1, "FEW": 3_000, "FAR": 60_000},
    "far": {"NEAR": 1, "FEW": 2, "FAR": 60_000},
    "whole index": {"NEAR": 1, "FEW": 2, "FAR": 1},
}


def titles(page: str) -> list[str]:
    return re.findall(r'<a class="clip" href="/postingview/show/\d+" title="([^"]*)"', page)


def link(page: str, word: str) -> str | None:
    found = re.search(rf'<a class="btn btn-sm" href="([^"]+)"[^>]*>(?:<svg[^>]*>.*?</svg>)?{word}', page)
    return html.unescape(found[1]) if found else None


@pytest.fixture
def many(app, session):
    """A handler with 45 postings, 30 of which are for electricians."""
    own = unit(session)
    for n in range(45):
        trade = "电工" if n % 3 else "木工"
        posting(
            session, own, title=f"{trade}{n:02d}", headcount=1 + n % 4,
            valid_until=None if n % 4 == 0 else f"2027-01-{1 + n % 20:02d}",
        )  # fmt: skip
    return handler(app, session, own)


def pages(person, path: str | None) -> tuple[list[list[str]], list[str]]:
    """Every page forwards, and the page before the last one."""
    found, page = [], ""
    while path:
        page = person.get(path).text
        found.append(titles(page))
        path = link(page, "Next")
    return found, titles(person.get(link(page, "Previous")).text)


@pytest.mark.parametrize("sort", ["", "-title", "headcount", "valid_until", "-valid_until"])
def test_all_ways_show_the_same_rows(many, monkeypatch, sort):
    path = f"{LIST}?q=电工&size=20&lang=en&sort={sort}"
    seen = {}
    for way, bounds in WAYS.items():
        for name, value in bounds.items():
            monkeypatch.setattr(searching, name, value)
        seen[way] = pages(many, path)
    found, before = seen["near"]
    assert [len(one) for one in found] == [20, 10] and before == found[0]
    assert all("电工" in title for one in found for title in one)
    assert {way: one for way, one in seen.items() if one != seen["near"]} == {}


def test_a_word_nobody_uses_is_answered_by_the_index(many, statements):
    statements.clear()
    page = many.get(f"{LIST}?q=麒麟&lang=en").text
    assert titles(page) == [] and "Nothing matches" in page
    asked = [one for one in statements if " @@ " in one]
    assert len(asked) == 2 and "MATERIALIZED" in asked[1] and f"{searching.FEW}" not in page


@pytest.mark.parametrize("way", WAYS)
def test_the_number_of_rows(many, monkeypatch, way):
    for name, value in WAYS[way].items():
        monkeypatch.setattr(searching, name, value)
    assert "<b>30</b>" in many.get(f"{LIST}?q=电工&size=20&lang=en&exact=1").text
    shown = re.search(r"data-announce>(.*?)</span>", many.get(f"{LIST}?q=电工&size=20&lang=en").text)[1]
    assert ("30" if way in ("near", "index") else "1,000+") in shown


def test_filters_and_tabs_narrow_what_is_found(many, monkeypatch):
    for way, bounds in WAYS.items():
        for name, value in bounds.items():
            monkeypatch.setattr(searching, name, value)
        page = many.get(f"{LIST}?q=电工&f_valid_until_to=2027-01-10&size=50").text
        assert len(titles(page)) == 11, way
        assert titles(many.get(f"{LIST}?q=电工&tab=draft").text) == []


def test_near_rows_stand_for_a_list_that_is_too_long_to_be_counted(many, monkeypatch):
    """The planner's number of rows, of which the near ones are a sample."""
    monkeypatch.setattr(searching, "projected", lambda _stmt, found: 1_000 + found)
    assert "1,000+" in many.get(f"{LIST}?q=电工&size=20&lang=en").text
    assert "<b>30</b>" in many.get(f"{LIST}?q=电工&size=20&lang=en&exact=1").text
