"""The registered screens by name, for those that a start page counts and leads to."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from app.rules.actor import Actor
from app.views import menu
from app.views.identity import may


def screen(name: str) -> Any:
    """The registered view of this name."""
    return next(view for view in current_app.extensions["appbuilder"].baseviews if type(view).__name__ == name)


def of_menu(actor: Actor) -> list[Any]:
    """The screens over reviewable things in the menu of the one who acts, each once, in its order."""
    known = {type(view): view for view in current_app.extensions["appbuilder"].baseviews}
    found = [
        known[line["view"]] for line in menu.lines(actor) if getattr(line["view"], "kind", "") and line["view"] in known
    ]
    return list(dict.fromkeys(found))


def listing(name: str, **query: str) -> str:
    """The address of a screen's list with these conditions, if the role in use may open it; else nothing."""
    return url_for(f"{name}.list", **query) if may("can_list", name) else ""
