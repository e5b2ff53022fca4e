"""Small things of screens that are seen all day: words for the right reader, a code a camera can read, marks that mean something."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from flask import url_for

from app.views.columns import describe
from app.views.logs import RequestEventView
from tests.views.people import browser, posting, unit

ROOT = Path(__file__).parents[2]
STYLE = ROOT / "app" / "static" / "app" / "app.css"


@pytest.mark.parametrize(("role", "told"), [("seeker", True), ("reviewer", False)])
def test_an_empty_list_tells_how_to_begin_only_to_who_can(app, session, role, told):
    who = browser(app, session, role, region_code="310120" if role == "reviewer" else None)
    page = who.get("/identityproofview/list/").text
    assert ("请备好证件" in page) is told
    assert "暂无记录" in page


def test_a_code_for_cameras_is_dark_on_white_in_every_theme(app, session):
    page = browser(app, session, "seeker").get("/factor/device").text
    assert re.search(r'<img class="g-qr" src="data:image', page)
    assert re.search(r"\.g-qr{[^}]*padding:[^}]*background:#fff", STYLE.read_text())


def test_a_number_is_no_state(app):
    with app.test_request_context():
        assert describe(RequestEventView.datamodel.obj, "status").kind == "int"
        assert describe(RequestEventView.datamodel.obj, "result").kind == "dict"


def test_the_start_page_offers_functions_and_leaves_the_account_to_the_head(app, session):
    page = browser(app, session, "seeker").get("/").text
    with app.test_request_context():
        account, own = url_for("PasswordView.index"), url_for("GigOfferView.list")
    functions = re.search(r'<div class="in h-links">(.*?)</div>', page, re.DOTALL)[1]
    assert own in functions and account not in functions
    head = page[: page.index("<nav")]
    assert account in head and "/me/" in head


def test_what_is_wrong_with_a_move_is_tied_to_its_field(app, session):
    row = posting(session, unit(session))
    who = browser(app, session, "reviewer", region_code=row.region_code)
    answer = who.post(f"/postingview/move/remove/{row.id}", {"version": row.version, "sure": "1", "reason_text": ""})
    assert answer.status_code == 422
    field = re.search(r'<textarea[^>]*name="reason_text"[^>]*>', answer.text)[0]
    assert 'aria-invalid="true"' in field and 'aria-describedby="reason_text-e reason_text-h"' in field
    assert 'id="reason_text-e"' in answer.text and 'id="reason_text-h"' in answer.text


def test_many_things_to_tick_stand_in_columns(app, session):
    page = browser(app, session, "sysadmin").get("/apikeyview/add").text
    assert '<span class="g-in many" id="scopes"' in page
    assert '<span class="g-in" ' in browser(app, session, "sysadmin").get("/hatview/add").text


def test_every_screen_of_a_menu_has_its_line_in_the_tour(app):
    sys.path.insert(0, str(ROOT / "scripts"))
    from screen_words import PURPOSE

    sys.path.pop(0)
    with app.test_request_context():
        lines = [line for menu in app.extensions["menu"].values() for line in menu]
        places = {url_for(f"{line['view'].__name__}.{line['view'].default_view}").strip("/") for line in lines}
    assert {place.split("/")[0] for place in places} <= set(PURPOSE)


@pytest.mark.parametrize("other", ["comment", "under"])
def test_a_part_of_a_record_has_a_heading_when_it_is_a_page_of_its_own(app, session, other):
    of = unit(session)
    who = browser(app, session, "reviewer", region_code=of.region_code)
    page = who.get(f"/unitview/{other}/{of.id}{'/PostingView' if other == 'under' else ''}").text
    assert page.count("<h1") == 1
