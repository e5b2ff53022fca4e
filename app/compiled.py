"""What follows from the lines of the registry: permissions, FAB's roles, the menus, the routes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from flask_appbuilder import AppBuilder

from app import registry
from app.review.kinds import KINDS
from app.rules.actor import Role
from app.rules.hats import GRANTED
from app.views.api import generated
from app.views.base import assert_safe as views_are_safe
from app.views.entry import Entry


def permissions(word: str) -> tuple[str, ...]:
    """FAB's permission names behind a word of the grants."""
    if word == "read":
        return ("can_list", "can_show")
    if word == "write":
        return ("can_add", "can_edit")
    return (f"can_{word}",)


def _granted() -> Iterator[tuple[Role, str, str]]:
    """(role, permission, view name) of everything granted."""
    lines = [(e.view.__name__, e.grants) for e in registry.MENU] + list(registry.API_GRANTS.items())
    for name, grants in lines:
        for role, words in grants.items():
            for word in words.split():
                for permission in permissions(word):
                    yield role, permission, name
    for entry in registry.MENU:
        if entry.api:
            for role, words in entry.grants.items():
                for word in words.split():
                    for permission in permissions(word):
                        yield role, permission, generated.api_name(entry.view)


@cache
def grants() -> dict[str, frozenset[tuple[str, str]]]:
    """role -> {(permission, view name)}: what `has_access` looks up."""
    found: dict[str, set[tuple[str, str]]] = {r.value: set() for r in registry.EVERYONE}
    for role, permission, name in _granted():
        found[role.value].add((permission, name))
    return {role: frozenset(pairs) for role, pairs in found.items()}


def _needed(entry: Entry, role: Role) -> tuple[str, ...]:
    """The functions any of which opens the screen under this hat; none where the hat alone does."""
    if role in entry.functions:
        return entry.functions[role]
    key = getattr(entry.view, "kind", "")
    grant = KINDS[key].grant if key else ""
    return (grant,) if grant in GRANTED.get(role, ()) else ()


@cache
def functions() -> dict[tuple[str, str], frozenset[str]]:
    """(role, view name) -> functions any of which opens it, for the screens and their APIs (GD-33)."""
    lines = {(role, entry.view.__name__): _needed(entry, role) for entry in registry.MENU for role in entry.grants}
    lines |= {
        (role, generated.api_name(entry.view)): _needed(entry, role)
        for entry in registry.MENU
        if entry.api
        for role in entry.grants
    }
    lines |= {
        (role, api): needed for api, by_role in registry.API_FUNCTIONS.items() for role, needed in by_role.items()
    }
    return {(role.value, name): frozenset(needed) for (role, name), needed in lines.items() if needed}


def fab_roles() -> dict[str, list[list[str]]]:
    """The same for FAB's own machinery; patterns anchored, because FAB matches by prefix."""
    return {role: [[f"{view}$", f"{perm}$"] for perm, view in sorted(pairs)] for role, pairs in grants().items()}


def menu() -> dict[str, list[dict[str, Any]]]:
    """role -> [{group, label, icon, view, query}] in the order of the lines; grouping is the template's."""
    found: dict[str, list[dict[str, Any]]] = {r.value: [] for r in registry.EVERYONE}
    for entry in registry.MENU:
        for place in entry.places:
            for role in place.roles:
                found[role.value].append(
                    {
                        "group": place.group,
                        "label": place.label,
                        "icon": place.icon,
                        "view": entry.view,
                        "query": place.query,
                    }
                )
    return found


def register(appbuilder: AppBuilder) -> None:
    """Hands every screen and API to FAB."""
    for entry in registry.MENU:
        appbuilder.add_view_no_menu(entry.view)
        if entry.api:
            appbuilder.add_api(generated.api_of(entry.view))
    for api in registry.APIS:
        appbuilder.add_api(api)


def assert_safe(appbuilder: AppBuilder) -> None:
    """Refuses to start when a registered view is not one of ours, or a move has nobody to make it."""
    views_are_safe(appbuilder)
    for kind in KINDS.values():
        granted = {
            w
            for e in registry.MENU
            if getattr(e.view, "kind", None) == kind.key
            for words in e.grants.values()
            for w in words.split()
        }
        for entry in registry.MENU:
            writers = {role for role, words in entry.grants.items() if {"write", "submit"} & set(words.split())}
            if getattr(entry.view, "kind", None) == kind.key and writers - kind.sender_roles:
                raise RuntimeError(
                    f"{entry.view.__name__} is open to {sorted(writers - kind.sender_roles)}, who send no {kind.key}"
                )
        plain = {m.name for m in kind.lifecycle.moves if not m.verdict and m.who != frozenset({"clock"})}
        missing = plain - granted
        if missing:
            raise RuntimeError(f"nobody may {sorted(missing)} a {kind.key}")
