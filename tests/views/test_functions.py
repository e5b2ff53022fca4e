"""Menu, search and start page show a person what was granted to the person, from the very next page on (GD-33)."""

from __future__ import annotations

import re
from itertools import chain, combinations

import pytest
from flask import url_for
from flask_appbuilder.security.sqla.models import User
from flask_jwt_extended import create_access_token
from sqlalchemy import select, update

from app import compiled
from app.models.accounts import Hat
from app.rules.actor import Role
from app.rules.hats import GRANTED
from app.views.api.generated import api_of
from app.views.media import UnitMediumView
from app.views.positions import PostingView
from tests.review import samples
from tests.views.people import Browser, browser, signed_in, unit

SIDE = re.compile(r'<nav class="g-side".*?</nav>', re.S)


def placed(session, role: Role) -> dict[str, object]:
    """Where somebody in this hat acts."""
    if role is Role.HANDLER:
        return {"unit_id": unit(session).id}
    school = samples.school(session)
    return {"school_id": school.id, "region_code": school.region_code}


def links(who: Browser) -> set[str]:
    """The addresses in the side menu."""
    return set(re.findall(r'<a href="([^"]+)"', SIDE.search(who.get("/").text)[0])) - {"/"}


def expected(app, role: Role, held: set[str]) -> set[str]:
    """What the registry places in the menu of somebody with these functions."""
    needed = compiled.functions()
    with app.test_request_context():
        return {
            url_for(f"{line['view'].__name__}.{line['view'].default_view}")
            for line in compiled.menu()[role.value]
            if needed.get((role.value, line["view"].__name__), held) & held
            or not needed.get((role.value, line["view"].__name__))
        }


@pytest.mark.parametrize("role", GRANTED, ids=lambda role: role.value)
def test_the_menu_follows_the_functions_at_the_next_request(app, session, role):
    """One process keeps what it draws: nobody gets the menu of a colleague with other functions, in any order."""
    place = placed(session, role)
    ones = [{one} for one in GRANTED[role]]
    pairs = [set(two) for two in combinations(GRANTED[role], 2)]
    seen = {}
    for held in chain([set(GRANTED[role])], ones, pairs[:3]):
        who = browser(app, session, role.value, grants=sorted(held), **place)
        seen[tuple(sorted(held))] = links(who)
        assert seen[tuple(sorted(held))] == expected(app, role, held), held
    assert len({frozenset(found) for found in seen.values()}) > len(ones) - 1, "functions that open nothing"


def test_what_is_granted_or_taken_back_counts_on_the_next_page(app, session):
    who = browser(app, session, "unit_handler", unit_id=unit(session).id, grants=["media"])
    assert "/unitmediumview/list/" in links(who) and "/postingview/list/" not in links(who)
    session.execute(update(Hat).where(Hat.id == who.hat_id).values(grants=["postings"]))
    session.commit()
    who.client = signed_in(app, session.scalar(select(User.username).where(User.id == who.account_id)))  # logged out
    assert "/postingview/list/" in links(who) and "/unitmediumview/list/" not in links(who)


def test_typed_by_address_the_page_says_in_words_what_lacks(app, session):
    who = browser(app, session, "unit_handler", unit_id=unit(session).id, grants=["media"])
    answer = who.get("/postingview/list/?lang=en")
    assert answer.status_code == 403
    assert "You were not granted the function for this (Postings)" in answer.text
    assert 'data-code="function_missing"' in answer.text and ">403</span>" in answer.text, "no code where people read"
    assert who.get("/imports/?lang=en").text.count("Gigs: hiring / Postings") == 1, "either of them would do"
    other = who.get("/desk/?lang=en")
    assert other.status_code == 403 and "function_missing" not in other.text, "a screen of other roles"


def test_the_api_answers_the_same(app, session):
    who = browser(app, session, "unit_handler", unit_id=unit(session).id, grants=["media"])
    with app.test_request_context():
        token = create_access_token(str(who.account_id))
    headers = {"Authorization": f"Bearer {token}"}
    refused = app.test_client().get(f"/api/v1/{api_of(PostingView).resource_name}/", headers=headers)
    assert (refused.status_code, refused.json["code"]) == (403, "function_missing")
    assert app.test_client().get(f"/api/v1/{api_of(UnitMediumView).resource_name}/", headers=headers).status_code == 200


def test_search_start_page_and_buttons_follow(app, session):
    who = browser(app, session, "unit_handler", unit_id=unit(session).id, grants=["media"])
    home, found = who.get("/?lang=en").text, who.get("/find/?q=Postings&lang=en").text
    assert "/postingview/" not in home and "/postingview/" not in found
    assert "/unitmediumview/" in home
    with_it = browser(app, session, "unit_handler", unit_id=unit(session).id, grants=["postings"])
    assert "/postingview/add" in with_it.get("/").text


def test_the_start_page_of_a_school_without_residency_leads_nowhere_that_is_shut(app, session):
    place = placed(session, Role.SCHOOL)
    bare = browser(app, session, "school_admin", grants=["roster"], **place)
    page = bare.get("/?lang=en").text
    assert "Requests for residency are decided by colleagues" in page
    found = {one for one in re.findall(r'href="(/[a-z-]+/[^"#]*)"', page) if not one.startswith("/static/")}
    assert "/studentview/list/" in found
    for address in found:
        assert bare.get(address.replace("&amp;", "&")).status_code in (200, 302), address
    assert "/residencyview/" not in page and "/desk/" not in page
    assert "/desk/" in browser(app, session, "school_admin", grants=["residency"], **place).get("/").text
