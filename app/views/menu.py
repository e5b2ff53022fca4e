"""The side menu: what the registry places there for the hat in use. No queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import current_app, g, request, url_for
from flask_appbuilder.menu import Menu


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
    actor = g.get("actor")
    if actor is None:
        return []
    found: dict[str, Group] = {}
    here = (request.endpoint or "").split(".")[0]
    for line in current_app.extensions.get("menu", {}).get(actor.role.value, ()):
        view, heading = line["view"], str(line["group"])
        url = url_for(f"{view.__name__}.{view.default_view}") + line.get("query", "")
        item = Item(str(line["label"]), line["icon"], url, here == view.__name__)
        found.setdefault(heading, Group(heading)).items.append(item)
    return list(found.values())


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
