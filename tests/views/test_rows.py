"""The quick way of drawing rows says what the slow one says; menus and words drawn once are each reader's own."""

from __future__ import annotations

import re
from html import escape

import pytest
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from app import registry
from app.views import cells, identity, listing, rows
from app.views.base import SafeView
from tests.views import world as made
from tests.views.people import browser, posting, unit

VIEWS = [e.view for e in registry.MENU if issubclass(e.view, SafeView)]
CURRENT = re.compile(r'<a href="([^"]+)" title="[^"]*" aria-current="page"')


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_every_cell_is_what_the_slow_way_makes_of_it(world, view):
    """Every column of every screen, in both languages."""
    screen = next(v for v in made.screens(world.app) if type(v) is view)
    role = made.granted(view)[0]
    wrong = []
    for lang in ("zh", "en"):
        with world.people[role].client as client:  # the request stays open until the block ends
            assert client.get(f"{screen.route_base}/list/?lang={lang}").status_code == 200
            actor = identity.current()
            page = listing.run(screen, listing.ask(screen, {}, actor), actor)
            reader = rows.Reader()
            for row in page.rows:
                for name in screen.list_columns:
                    html, words = rows.maker(screen, name)(row, reader)
                    slow = cells.listed(screen, row, name)
                    if (html, words) != (str(slow), slow.striptags()):
                        wrong.append((lang, name, html, str(slow)))
    assert wrong == []


def test_what_people_wrote_is_escaped_everywhere_in_a_row(app, session):
    evil = '"><script>alert(1)</script>&'
    posting(session, unit(session), title=evil)
    page = browser(app, session, "lead", region_code="310120").get("/postingview/list/").text
    assert "<script>alert" not in page and escape(evil, quote=False)[2:20] in page
    assert page.count(str(Markup.escape(evil))) >= 3  # in the cell, its title, the name of a button


def test_the_menu_is_each_roles_and_languages_own_and_marks_the_present_screen(app, session):
    lead, operator = (browser(app, session, r, **p) for r, p in (("lead", {"region_code": "310120"}), ("operator", {})))
    menu = re.compile(r'<nav class="g-side".*?</nav>', re.S)
    first = menu.search(lead.get("/postingview/list/").text)[0]
    assert CURRENT.findall(first) == ["/postingview/list/"]
    assert CURRENT.findall(menu.search(lead.get("/unitview/list/").text)[0])[0].startswith("/unitview/list/")
    assert menu.search(operator.get("/postingview/list/").text)[0] != first
    english = menu.search(lead.get("/postingview/list/?lang=en").text)[0]
    assert "Home" in english and "Home" not in first
    assert menu.search(lead.get("/postingview/list/?lang=zh").text)[0] == first


def test_words_follow_a_language_forced_within_a_request(app):
    with app.test_request_context("/?lang=zh"):
        app.preprocess_request()
        assert _("Edit") == "编辑"
        with force_locale("en"):
            assert _("Edit") == "Edit"
        assert _("Edit") == "编辑"
        assert "%(x)s" in _("Edit: %(thing)s", thing="%(x)s")
