"""No form is shown to anybody whose saving is refused: every screen with a form, every role that has it, every standing.

Generated from the registry: a new screen is covered by existing. A form that opens saves good data; one that stays shut
says why, and the engine refuses the same for the same reason.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from time import time
from typing import Any

import pytest
from sqlalchemy import update

from app import registry
from app.models.accounts import Person
from app.models.agencies import Agency, AgencyUnit
from app.models.base import vault
from app.models.units import Unit
from app.review import desk
from app.review.kinds import KINDS
from app.rules.actor import UNIT_SIDE, Actor, Role
from app.rules.hats import FUNCTIONS, SCHOOL_FUNCTIONS
from app.rules.refused import Refused
from app.views import proven_code, words
from app.views.base import SafeView
from tests.review.samples import REGION, Story, posting_content, school, unit
from tests.views.people import browser

ADDING = [
    (entry.view, role)
    for entry in registry.MENU
    if issubclass(entry.view, SafeView) and (entry.view.add_columns or entry.view.add_fieldsets)
    for role, said in entry.grants.items()
    if {"write", "add"} & set(said.split())
]
KINDRED = [(view, role) for view, role in ADDING if view.kind]
PLAIN = [(view, role) for view, role in ADDING if not view.kind]
STANDINGS = ("approved", "draft", "pending", "frozen")
STAGES = ("open", "incomplete", "closed")
# Refusals for who somebody is, whatever is filled in.
STANDING = ("not_allowed", "unit_not_approved", "agency_incomplete", "agency_closed", "code_first")


def cases() -> list[Any]:
    found = []
    for view, role in KINDRED:
        states = STAGES if role is Role.AGENCY else STANDINGS if role in UNIT_SIDE else ("",)
        found += [
            pytest.param(view, role, state, id=f"{view.__name__}-{role.value}-{state or 'any'}") for state in states
        ]
    return found


def somebody(app, session, role: Role, state: str) -> tuple[Any, Actor, Any]:
    """Somebody of that role, whose unit or agency is in that state; the actor behind; what the content must name."""
    place: dict[str, Any] = {}
    own = unit(session)
    if role in UNIT_SIDE:
        place = {"unit_id": own.id, "grants": list(FUNCTIONS)}
        session.execute(update(Unit).where(Unit.id == own.id).values(status=state))
    elif role is Role.AGENCY:
        agency = Agency(name="某人力", kind="public", region_code=REGION, stage=state)
        session.add(agency)
        session.flush()
        session.add(AgencyUnit(agency_id=agency.id, unit_id=own.id, state="linked"))
        place = {"agency_id": agency.id}
    elif role in (Role.REVIEWER, Role.LEAD):
        place = {"region_code": REGION}
    elif role is Role.SCHOOL:
        place = {"school_id": school(session).id, "grants": list(SCHOOL_FUNCTIONS)}
    session.commit()
    who = browser(app, session, role.value, **place)
    if session.get(Person, who.account_id) is None:
        session.add(Person(account_id=who.account_id, real_name="王一"))
        session.commit()
    units = frozenset({own.id}) if role in UNIT_SIDE else frozenset()
    where = {name: place[name] for name in ("unit_id", "agency_id") if name in place}
    actor = Actor(
        who.account_id, role, region_code=REGION, grants=frozenset(FUNCTIONS), affiliated_units=units, **where
    )
    return who, actor, own


def content(session, key: str, actor: Actor, own: Unit) -> dict[str, Any]:
    """Good data for that actor."""
    if actor.role is Role.AGENCY:
        return posting_content(unit_id=own.id)
    story = Story(session, key)
    story.sender = replace(story.sender, account_id=actor.account_id)
    return story.content()


def saved(session, key: str, actor: Actor, sent: dict[str, Any]) -> str:
    """ "" where the engine takes it, else the code of its refusal."""
    try:
        desk.create(session, actor, key, sent)
    except Refused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(("view", "role", "state"), cases())
def test_a_form_opens_exactly_to_whom_the_engine_lets_send(app, session, view, role, state):
    who, actor, own = somebody(app, session, role, state)
    sent = content(session, view.kind, actor, own)
    if view.kind == "residency" and state != "approved":
        sent = {"school_id": 0}
    path = f"/{view.__name__.lower()}/add?lang=en"
    answer = who.get(path)
    if view.kind == "unit_registration":
        assert (answer.status_code, "the code by SMS" in answer.text) == (403, True), "the first two steps come before"
        with who.client.session_transaction() as kept:
            sealed = json.dumps([int(time()), str(who.account_id), sent["uscc"]])
            kept[proven_code.PLACE] = vault().seal(sealed, proven_code.PLACE)
        answer = who.get(path)
        assert answer.status_code == 200
    if answer.status_code == 200:
        assert saved(session, view.kind, actor, sent) == ""
        return
    with pytest.raises(Refused) as refused:
        KINDS[view.kind].opening(session, actor)
    assert answer.status_code == words.CODES[refused.value.code][0]
    assert str(words.CODES[refused.value.code][1]).split("%")[0][:40] in answer.text, "the calm words of why"
    assert saved(session, view.kind, actor, sent) == refused.value.code


def filled(page: str) -> dict[str, str]:
    """Something in every field of the form, of the sort it takes."""
    form = page[page.index('id="main"') :] if 'id="main"' in page else page
    found = {}
    for tag in re.findall(r"<(?:input|textarea)[^>]*\bname=\"[^\"]+\"[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)[1]
        kind = (re.search(r'type="(\w+)"', tag) or ["", "text"])[1]
        value = (re.search(r'value="([^"]*)"', tag) or ["", ""])[1]
        found[name] = value or {"date": "2027-01-01", "number": "1", "text": "测试", "checkbox": ""}.get(kind, "1")
    for name, options in re.findall(r'<select[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        values = [value for value in re.findall(r'<option value="([^"]*)"', options) if value]
        found[name] = values[0] if values else ""
    return {name: value for name, value in found.items() if name != "csrf_token"}


def plain_cases() -> list[Any]:
    """Under a unit's hat with an approved unit and with one that is not."""
    found = []
    for view, role in PLAIN:
        states = ("approved", "draft") if role in UNIT_SIDE else ("open" if role is Role.AGENCY else "approved",)
        found += [pytest.param(view, role, state, id=f"{view.__name__}-{role.value}-{state}") for state in states]
    return found


@pytest.mark.parametrize(("view", "role", "state"), plain_cases())
def test_a_plain_form_that_opens_is_not_refused_for_who_sends_it(app, session, view, role, state):
    who, _actor, _own = somebody(app, session, role, state)
    path = f"/{view.__name__.lower()}/add?lang=en"
    opened = who.get(path)
    answer = who.post(path, filled(opened.text) if opened.status_code == 200 else {})
    said = unescape(answer.text)
    refused = [code for code in STANDING if str(words.CODES[code][1]) in said]
    if opened.status_code == 200:
        assert (answer.status_code == 403, refused) == (False, [])
    else:
        assert opened.status_code in (403, 409, 422), "says why instead of a form"
        assert answer.status_code in (403, 409, 422)
