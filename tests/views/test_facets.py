"""Facets: counted in scope, under the other conditions, bounded, and no way round a hidden filter."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from app.models.custom import CustomField
from app.views import facets
from tests.views.people import browser, handler, posting, unit

AT = "/postingview/facets"


def values(page: str) -> dict[str, dict[str, str]]:
    """Facet -> value -> number."""
    found = {}
    for part in re.split(r'<p class="g-h" ', page)[1:]:
        label = re.search(r'id="face-f_(\w+)"', part)[1]
        found[label] = dict(re.findall(r'<span class="ell">([^<]*)</span>.*?<b>([^<]*)</b>', part))
    return found


@pytest.fixture
def clerk(app, session):
    """A handler: three live postings and a draft in two divisions; a posting of another unit beside them."""
    own = unit(session)
    for n in range(3):
        posting(session, own, title=f"木工{n}", education="bachelor" if n else "none")
    posting(session, own, title="焊工", status="draft", region_code="310104", education="none")
    posting(session, unit(session), title="别家木工", education="bachelor")
    return handler(app, session, own)


def test_values_are_counted_in_the_own_rows_only(clerk):
    found = values(clerk.get(f"{AT}?lang=en").text)
    assert sorted(found["education"].values()) == ["2", "2"]
    assert sorted(found["region"].values()) == ["1", "3"]
    assert "status" not in found, "the tabs count it"
    assert "source" not in found, "hidden for the unit"


def test_custom_fields_of_several_values_count_a_row_for_each_of_them(app, session):
    """Values of no list, as an import of long ago may have left them, count nothing and break nothing."""
    options = [{"code": code, "zh": code, "en": code.title()} for code in ("day", "night", "late")]
    for code, kind in (("shifts", "choices"), ("main", "choice")):
        words = {"label_zh": code, "label_en": code, "options": options}
        session.add(CustomField(entity="posting", code=code, type=kind, in_filter=True, **words))
    session.commit()
    own = unit(session)
    for shifts in (["day", "night"], ["night"], ["late", "night"], [], None, "night", {"day": 1}):
        posting(session, own, extra={} if shifts is None else {"shifts": shifts, "main": "day"})
    clerk = handler(app, session, own)
    found = values(clerk.get(f"{AT}?lang=en").text)
    assert "x_shifts" in found, sorted(found)
    assert found["x_shifts"] == {"Night": "3", "Day": "1", "Late": "1"}
    assert found["x_main"] == {"Day": "6"}
    narrowed = values(clerk.get(f"{AT}?lang=en&f_x_shifts=day").text)
    assert narrowed["x_shifts"] == found["x_shifts"], "all values to change to"
    assert narrowed["x_main"] == {"Day": "1"}
    for code, number in (("night", 3), ("day", 1)):
        page = clerk.get(f"/postingview/list/?f_x_shifts={code}").text
        assert page.count('<a class="clip" href="/postingview/show/') == number, "the list shows what the facet counted"


def test_other_conditions_narrow_and_the_own_one_does_not(clerk):
    found = values(clerk.get(f"{AT}?lang=en&f_education=none").text)
    assert sorted(found["education"].values()) == ["2", "2"], "all values to change to"
    assert sorted(found["region"].values()) == ["1", "1"]
    assert sorted(values(clerk.get(f"{AT}?tab=draft").text)["region"].values()) == ["1"]
    assert sorted(values(clerk.get(f"{AT}?q=木工").text)["region"].values()) == ["3"]
    assert values(clerk.get(f"{AT}?q=没有的词").text) == {}


def test_links_keep_the_other_conditions_and_go_to_the_beginning(clerk):
    page = clerk.get(f"{AT}?q=木工&f_region=310120&after=xyz&size=20&endpoint=x&_external=1").text
    links = [html.unescape(url) for url in re.findall(r'href="(/postingview/list/[^"]*)"', page)]
    query = parse_qs(urlsplit(next(url for url in links if "f_education=bachelor" in url)).query)
    assert (query["q"], query["f_region"], query["size"], query.get("after")) == (["木工"], ["310120"], ["20"], None)
    out = [url for url in links if "f_region" not in url]
    assert len(out) == 1, "the chosen value is taken out again"


def test_beyond_the_bound_numbers_are_minimums(clerk, monkeypatch):
    monkeypatch.setattr(facets, "READ", 3)
    page = clerk.get(f"{AT}?lang=en").text
    assert all(number.endswith("+") for number in values(page)["region"].values())
    assert "minimums" in page
    narrowed = clerk.get(f"{AT}?lang=en&q=木工").text
    assert "minimums" not in narrowed


def test_few_statements(clerk, statements):
    clerk.get(AT)
    statements.clear()
    clerk.get(f"{AT}?f_education=bachelor&f_region=310120")
    assert len(statements) <= 6, statements


def test_the_list_offers_the_panel_and_one_click_clears_all(clerk):
    page = clerk.get("/postingview/list/?lang=en&q=木工&f_region=310120&sort=title").text
    assert 'hx-get="/postingview/facets?' in page
    clear = html.unescape(re.search(r'href="([^"]*)"[^>]*>Clear all<', page)[1])
    assert parse_qs(urlsplit(clear).query) == {"sort": ["title"]}
    assert "Clear all" not in clerk.get("/postingview/list/?lang=en&q=木工").text, "the chip itself is enough"


def test_words_that_mean_something_to_the_framework_do_no_harm(clerk):
    for word in ("endpoint", "_external", "_anchor", "_scheme", "_method"):
        assert clerk.get(f"/postingview/list/?{word}=x").status_code == 200


def test_every_column_of_a_facet_may_be_named(app, session, monkeypatch):
    """Accounts cannot be picked by an auditor: their names are no facet, even where a view asks for it."""
    auditor = browser(app, session, "auditor")
    screen = next(v for v in app.extensions["appbuilder"].baseviews if type(v).__name__ == "LoginEventView")
    monkeypatch.setattr(type(screen), "facet_columns", ["outcome", "account", "user_name"], raising=False)
    assert set(values(auditor.get("/logineventview/facets").text)) <= {"outcome"}
