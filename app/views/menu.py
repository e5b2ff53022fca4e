"""The side menu: what the registry places there for the hat in use. No queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import current_app, g, request, url_for
from flask_appbuilder.menu import Menu
from flask_babel import get_locale
from markupsafe import Markup

from app.views.identity import missing

MOST_DRAWN = 300  # menus kept in memory, ten kilobytes each


@dataclass(slots=True)
class Item:
    """One line of the menu."""

    label: str
    icon: str
    url: str
    active: bool


@dataclass(slots=True)
class Group:
    """Lines under one heading."""

    label: str
    items: list[Item] = field(default_factory=list)


def groups() -> list[Group]:
    """The menu of this request, in the order of the registry."""
    return _of(g.get("actor"))


def lines(actor: Any) -> list[dict[str, Any]]:
    """What the registry places in the menu of this person in this hat: without a function, not what needs it (GD-33)."""
    found = current_app.extensions.get("menu", {}).get(actor.role.value, ())
    return [line for line in found if not missing(actor, line["view"].__name__)]


def _of(actor: Any) -> list[Group]:
    if actor is None:
        return []
    found: dict[str, Group] = {}
    here = (request.endpoint or "").split(".")[0]
    for line in lines(actor):
        view, heading = line["view"], str(line["group"])
        url = url_for(f"{view.__name__}.{view.default_view}") + line.get("query", "")
        item = Item(str(line["label"]), line["icon"], url, here == view.__name__)
        found.setdefault(heading, Group(heading)).items.append(item)
    return list(found.values())


def side() -> Markup:
    """The menu as the page shows it, drawn once for each role with its functions, language and screen.

    Every link, icon and word of it follows from the registry, which does not change while the process lives.
    """
    actor, here = g.get("actor"), (request.endpoint or "").split(".")[0]
    who = (actor.role.value, actor.grants) if actor is not None else ()
    drawn = current_app.extensions.setdefault("drawn_menus", {})
    key = (who, str(get_locale()), here, request.script_root)
    if key not in drawn:
        if len(drawn) > MOST_DRAWN:
            drawn.clear()
        template = current_app.jinja_env.get_template("menu.html")
        drawn[key] = Markup(template.render(groups=_of(actor), home=request.endpoint == "HomeView.index"))  # noqa: S704
    return drawn[key]


class LinearMenu(Menu):
    """FAB's menu without its two faults: a list of names that doubles with every category, and a query per entry."""

    def get_flat_name_list(self, menu: Any = None, result: Any = None) -> list[str]:
        """Every name once."""
        names: list[str] = []
        waiting = list(menu if menu is not None else self.menu)
        while waiting:
            item = waiting.pop(0)
            names.append(item.name)
            waiting = item.childs + waiting
        return names

    def get_data(self, menu: Any = None) -> list[dict[str, Any]]:
        """What /api/v1/menu answers: the same menu as the page's."""
        return [
            {"label": group.label, "childs": [{"label": i.label, "icon": i.icon, "url": i.url} for i in group.items]}
            for group in groups()
        ]
