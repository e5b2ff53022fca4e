"""The registries agree with each other: nothing offered that nobody may, nothing granted that cannot be reached."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from app import compiled, registry
from app.review.kinds import KINDS
from app.rules.actor import Role
from app.rules.hats import GRANTED, STAFF
from app.views import words
from app.views.api import generated
from app.views.base import SafeView
from app.views.moves import INPUTS, permission_of

# Screens that a role may read and that stand in no menu of that role: how they are reached instead.
REACHED: dict[str, str] = {
    "ChoiceView": "after a login with several roles; the head of every page offers the same",
    "ProofView": "asked for before what does most harm, leads back to it",
    "FileView": "pictures and papers open from the record they hang on",
    "FindView": "the search button in the head of every page, and Ctrl-K",
    "AgencyView": "named on postings and associations; an agency opens its own from there",
    "UnitStartView": "an owner begins another unit from the list of the own ones",
    "CooperationAnswerView": "under the need that was answered",
    "UnitView": "readers without a place come from a posting, a residency or their own registration",
    "PostingView": "an agency has a list of its own, with the unit it posts for",
    "SchoolView": "schools are picked in forms and named on residencies",
    "WorkDayView": "due dates are explained from the desk",
    "BlacklistedView": "a finding of the checks names the entry",
    "RegionView": "looked up from agencies and schools",
    "IndustryView": "looked up from units",
    "OccupationView": "looked up from postings",
    "DictItemView": "looked up by the operator when a word is unclear",
}
UNASKED = {"FileView": "asks for each file whether this person may see what it hangs on"}
VIEWS = [entry.view for entry in registry.MENU]
KEYS = sorted(KINDS)


def held(role: Role, permission: str, view: type) -> bool:
    return (permission, view.__name__) in compiled.grants()[role.value]


def screens(kind: str) -> list[type]:
    return [v for v in VIEWS if getattr(v, "kind", "") == kind]


# -- moves ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_every_move_is_some_roles_job(key):
    """Senders and keepers have a button for each of their moves, deciders decide at the desk, the clock needs none."""
    kind, idle = KINDS[key], []
    for move in kind.lifecycle.moves:
        if move.verdict or move.who == frozenset({"clock"}):
            continue
        workers = {r for r in registry.EVERYONE for v in screens(key) if held(r, permission_of(move.name), v)}
        able = (kind.sender_roles if "sender" in move.who else set()) | (
            kind.keeper_roles if "keeper" in move.who else set()
        )
        if not workers & able:
            idle.append(move.name)
    assert idle == []


# Of a kind's senders these have no form of their own (yet); nobody beside the senders ever has one.
WITHOUT_A_FORM = {("unit_registration", Role.STUDENT)}


@pytest.mark.parametrize("key", KEYS)
def test_forms_are_open_to_exactly_those_whom_the_engine_lets_send(key):
    """One fact: `sender_roles`. A form for anybody else would be refused when it is sent, a sender without one stuck."""
    granted = {
        role
        for entry in registry.MENU
        if getattr(entry.view, "kind", "") == key
        for role, words in entry.grants.items()
        if {"write", "submit"} & set(words.split())
    }
    assert granted <= KINDS[key].sender_roles
    assert {(key, role) for role in KINDS[key].sender_roles - granted} <= WITHOUT_A_FORM
    assert not KINDS[key].sender_roles & KINDS[key].reader_roles


def test_a_form_for_somebody_who_may_not_send_stops_the_start(app, monkeypatch):
    monkeypatch.setattr(KINDS["posting"], "sender_roles", frozenset({Role.HANDLER}))
    with pytest.raises(RuntimeError, match=r"AgencyPostingView is open to .*agency"):
        compiled.assert_safe(app.extensions["appbuilder"])


@pytest.mark.parametrize("key", KEYS)
def test_verdicts_are_given_by_roles_that_have_the_desk(key):
    deciders = {r for r in registry.EVERYONE if (f"can_{'decide'}", "DeskView") in compiled.grants()[r.value]}
    assert KINDS[key].decider_roles
    assert KINDS[key].decider_roles <= deciders


def test_nobody_is_granted_a_move_that_the_kind_would_refuse_him():
    """A grant for a move of neither side would be a button that never appears."""
    useless = []
    for entry in registry.MENU:
        kind = KINDS.get(getattr(entry.view, "kind", ""))
        for role, granted in entry.grants.items() if kind else ():
            for move in kind.lifecycle.moves:
                side = (role in kind.sender_roles and "sender" in move.who) or (
                    role in kind.keeper_roles and "keeper" in move.who
                )
                if move.name in granted.split() and not side:
                    useless.append((entry.view.__name__, role.value, move.name))
    assert useless == []


def test_nobody_is_granted_a_word_that_means_nothing(app):
    """Each permission is asked for somewhere: by a method of the view, or as a move. (An API inherits the screen's.)"""
    known = {type(v).__name__: set(v.base_permissions or ()) for v in app.extensions["appbuilder"].baseviews}
    idle = {
        (view, permission)
        for pairs in compiled.grants().values()
        for permission, view in pairs
        if permission not in known[view] and view not in UNASKED and not view.endswith("Api")
    }
    assert sorted(idle) == []


def test_a_verdict_is_granted_on_no_screen():
    verdicts = {f"can_{m.name}" for k in KINDS.values() for m in k.lifecycle.moves if m.verdict}
    kind_views = {v.__name__ for v in VIEWS if getattr(v, "kind", "")}
    assert not [p for pairs in compiled.grants().values() for p in pairs if p[0] in verdicts and p[1] in kind_views]


def test_every_input_of_a_move_belongs_to_a_move():
    names = {m.name for k in KINDS.values() for m in k.lifecycle.moves}
    assert set(INPUTS) <= names


# -- menu -------------------------------------------------------------------------------------------------------------


def test_every_place_in_a_menu_can_be_opened_by_its_role():
    shut = [
        (entry.view.__name__, role.value)
        for entry in registry.MENU
        for place in entry.places
        for role in place.roles
        if entry.grants and not held(role, "can_list", entry.view)
    ]
    assert shut == []


def test_every_screen_a_role_may_read_has_a_place_or_a_stated_reason():
    lost = []
    for entry in registry.MENU:
        placed = {role for place in entry.places for role in place.roles}
        readers = {role for role in entry.grants if held(role, "can_list", entry.view)}
        if readers - placed and entry.view.__name__ not in REACHED:
            lost.append((entry.view.__name__, sorted(r.value for r in readers - placed)))
    assert lost == []
    assert all(REACHED.values())


# Screens of hats whose functions are granted one by one that need none of them, and why.
FREE: dict[str, str] = {
    "UnitView": "whoever acts for a unit reads its data",
    "SchoolView": "looked up wherever a school is named",
    "SchoolStaffView": "colleagues know each other; changing anything needs the function",
    "MajorView": "a public catalogue",
    "ReviewReasonView": "words, no data of anybody",
    "AnnouncementView": "addressed to the role",
    "PostingView": "live postings that were sent to the school; a handler needs the function",
    "ScanView": "reads a code that the person holds out",
    "PortalView": "public",
    "InvitationView": "addressed to the person",
    "MyCodeView": "the person's own",
}


def test_a_screen_under_a_granted_hat_names_its_function_or_why_it_needs_none():
    """What every role has for itself (own messages, own account) is free; the rest says which function opens it (GD-33)."""
    unsaid = []
    for entry in registry.MENU:
        common = all(role in entry.grants for role in registry.EVERYONE)
        for role in GRANTED:
            gated = (role.value, entry.view.__name__) in compiled.functions()
            if role in entry.grants and not gated and not common and entry.view.__name__ not in FREE:
                unsaid.append((role.value, entry.view.__name__))
    assert unsaid == []
    names = {entry.view.__name__ for entry in registry.MENU}
    assert set(FREE) <= names and all(FREE.values())


def test_the_functions_that_open_screens_are_those_that_are_granted():
    for (role, name), needed in compiled.functions().items():
        assert needed <= set(GRANTED[Role(role)]), name
    opened = {one for needed in compiled.functions().values() for one in needed}
    assert opened >= {one for functions in GRANTED.values() for one in functions} - {STAFF}


def test_no_role_has_two_lines_of_one_name_in_a_group(app):
    doubled = []
    with app.test_request_context():
        for role, lines in compiled.menu().items():
            names = [(str(line["group"]), str(line["label"])) for line in lines]
            doubled += [(role, name) for name in names if names.count(name) > 1]
    assert doubled == []


def test_every_role_has_something_to_do():
    assert {role: len(lines) for role, lines in compiled.menu().items() if len(lines) < 3} == {}


def test_an_entry_is_registered_once():
    assert len(set(VIEWS)) == len(VIEWS)
    names = [generated.api_of(e.view).resource_name for e in registry.MENU if e.api]
    assert len(set(names)) == len(names), "two screens would share one address of the API"


def test_every_icon_of_the_menu_is_in_the_sprite():
    sprite = (Path(__file__).resolve().parents[2] / "app/static/app/icons.svg").read_text(encoding="utf-8")
    there = set(re.findall(r'id="i-([a-z0-9-]+)"', sprite))
    assert {place.icon for entry in registry.MENU for place in entry.places} - there == set()


# -- scope ------------------------------------------------------------------------------------------------------------


def test_no_screen_is_without_scope():
    bare = [v.__name__ for v in VIEWS if issubclass(v, SafeView) and not (v.kind or v.scope or v.open_to_all)]
    assert bare == []


def test_what_is_open_to_all_holds_nothing_personal():
    """Open means: whoever may open the screen sees every row. Such a table has no sealed column and no account."""
    from sqlalchemy import inspect

    from app.models.base import Sealed

    personal = {
        f"{v.__name__}.{c.key}"
        for v in VIEWS
        if issubclass(v, SafeView) and v.open_to_all
        for c in inspect(v.datamodel.obj).columns
        if isinstance(c.type, Sealed) or c.key in ("account_id", "poster_id", "person_id")
    }
    assert personal == set()


def test_no_two_kinds_share_a_screen_model_without_telling_rows_apart():
    from sqlalchemy import select

    by_model: dict[Any, list[str]] = {}
    for key, kind in KINDS.items():
        by_model.setdefault(kind.model, []).append(key)
    for model, keys in by_model.items():
        told = {str(KINDS[k].scope(select(model.id), _operator()).compile()) for k in keys}
        assert len(told) == len(keys), keys


def _operator() -> Any:
    from app.rules.actor import Actor

    return Actor(1, Role.OPERATOR)


# -- words ------------------------------------------------------------------------------------------------------------


def test_words_of_refusals_name_only_facts_and_carry_a_sensible_status():
    odd = {
        code: status
        for code, (status, _said) in words.CODES.items()
        if status not in (400, 401, 403, 404, 409, 410, 413, 422, 429)
    }
    assert odd == {}


def test_every_place_that_the_table_of_features_names_is_an_address(app):
    """docs/coverage.md says where a feature works: each address in it leads somewhere."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "coverage.md").read_text(encoding="utf-8")
    named = {one for one in re.findall(r"`(/[^` ]*)`", text) if not one.startswith("/<screen>")}
    assert len(named) > 60
    routes, gone = app.url_map.bind("localhost"), []
    for address in sorted(named):
        try:
            routes.match(re.sub(r"<\w+>", "1", address.partition("?")[0]), method="GET")
        except (RequestRedirect, MethodNotAllowed):  # an address all the same
            continue
        except NotFound:
            gone.append(address)
    assert gone == []
