"""Pieces kept between requests: a page made of them is the page drawn anew, for every screen, reader and question."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from app import registry
from app.models.positions import Posting
from app.models.reference import DictItem
from app.views import pieces
from app.views.base import SafeView
from app.views.columns import describe
from tests.views import world as made
from tests.views.people import browser, posting, unit
from tests.views.test_statement_budget import queries

VIEWS = [e.view for e in registry.MENU if issubclass(e.view, SafeView)]
EDUCATION = describe(Posting, "education").dict_code
PER_SESSION = re.compile(r'(name="csrf_token" value=|[?&;](?:after|before)=)"?[^"&]+')


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


def shelf(app) -> dict:
    return app.extensions["pieces"].drawn


def drawn(world, role, path: str) -> str:
    """A page without what is signed anew in every second."""
    answer = world.get(role, path)
    assert answer.status_code == 200, path
    return PER_SESSION.sub("", answer.text)


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_a_page_of_kept_pieces_is_the_page_drawn_anew(world, view):
    """Two roles and two languages in turn, so that a piece kept for one would show on the page of another."""
    screen = next(v for v in made.screens(world.app) if type(v) is view)
    asked = queries(screen)
    several = ["", asked[0], asked[len(asked) // 2], asked[-1]]
    roles = made.granted(view)[:2]
    paths = [
        (role, f"{screen.route_base}/list/?lang={lang}&{one}")
        for one in several
        for lang in ("zh", "en")
        for role in roles
    ]
    shelf(world.app).clear()
    kept = [drawn(world, role, path) for role, path in paths]
    assert shelf(world.app)
    for (role, path), page in zip(paths, kept, strict=True):
        shelf(world.app).clear()
        assert drawn(world, role, path) == page, (role, path)


def test_forms_in_kept_pieces_carry_each_readers_own_token_and_page(app, session):
    own = unit(session)
    for n in range(3):
        posting(session, own, title=f"木工{n}")
    leads = [browser(app, session, "lead", region_code="310120") for _ in range(2)]
    tokens = []
    for lead, words in zip(leads, ("木工", "焊工"), strict=True):
        page = lead.get(f"/postingview/list/?q={words}").text
        tokens.append(set(re.findall(r'name="csrf_token" value="([^"]+)"', page)))
        assert f'name="next" value="/postingview/list/?q={quote(words)}"' in page
        assert pieces.TOKEN not in page and "\x00" not in page
    assert all(len(found) == 1 for found in tokens) and tokens[0] != tokens[1]


def test_a_word_that_an_administrator_changes_is_on_the_next_page(app, session):
    lead = browser(app, session, "lead", region_code="310120")
    posting(session, unit(session), title="木工")
    word = session.scalars(select(DictItem.name_zh).where(DictItem.dict_code == EDUCATION, DictItem.active)).first()
    assert f">{word}</option>" in lead.get("/postingview/list/?lang=zh").text
    session.execute(update(DictItem).where(DictItem.name_zh == word).values(name_zh="寒窗十年"))
    session.commit()
    page = lead.get("/postingview/list/?lang=zh").text
    assert ">寒窗十年</option>" in page and f">{word}</option>" not in page


def test_what_a_reader_sends_opens_no_hole(app, session):
    lead = browser(app, session, "lead", region_code="310120")
    posting(session, unit(session), title="木工")
    page = lead.get("/postingview/list/?sort=%00token%00&size=%00link%00&q=%00token%00").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    assert f'name="sort" value="{token}"' not in page and page.count(token) == page.count('name="csrf_token"')


def test_the_shelf_has_an_end():
    kept = pieces.Kept()
    for n in range(pieces.MOST + 40):
        kept.add(n, ("x", ()))
    assert len(kept.drawn) == pieces.MOST and 0 not in kept.drawn and pieces.MOST + 39 in kept.drawn


def test_a_refused_form_leaves_the_head_of_the_page_as_it_is(app, session):
    """The refusal comes before the framework says who asks; the head that is drawn then is kept for everybody of the role."""
    one, other = browser(app, session, "seeker"), browser(app, session, "seeker")
    app.extensions["pieces"].drawn.clear()
    assert one.client.post("/password/", data={}).status_code == 400
    assert 'action="/logout/"' in other.get("/").text
