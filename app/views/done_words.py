"""What a request did, in words: the screen it went to and the step it took. For the log of requests and for a form that waits."""

from __future__ import annotations

from typing import Any, Final

from flask import current_app
from flask_babel import lazy_gettext as _l

from app.views import labels

# What the methods of the screens do, where no move says it.
_METHODS: Final[dict[str, Any]] = {
    "add": _l("Add"),
    "edit": _l("Edit"),
    "cell": _l("Edit in the list"),
    "delete": _l("Delete"),
    "export": _l("Export"),
    "comment": _l("Comment"),
    "uncomment": _l("Delete a comment"),
    "answer": _l("Answer of the sender"),
    "decide": _l("Verdict"),
    "undo": _l("Take a verdict back"),
    "claim": _l("Claim"),
    "release": _l("Release"),
    "hat": _l("Switch the role"),
    "others": _l("End all others"),
    "verify": _l("Verify the ledger"),
    "run": _l("Run now"),
    "save": _l("Save view"),
    "copy": _l("Copy"),
    "start": _l("Start"),
    "outcomes": _l("Cancel"),
}


def _views() -> dict[str, Any]:
    return {type(view).__name__: view for view in current_app.extensions["appbuilder"].baseviews}


def screen_words(name: str) -> str:
    """What a screen is called; an API by the name of its class."""
    if name == "hat":  # the role is switched on every page
        return str(_l("Head of the page"))
    title = getattr(_views().get(name), "list_title", None) or _places().get(name)
    return str(title) if title else name


def _places() -> dict[str, Any]:
    lines = [line for menu in current_app.extensions["menu"].values() for line in menu]
    return {line["view"].__name__: line["label"] for line in lines}


def step_words(name: str) -> str:
    """What was done."""
    said = _METHODS.get(name)
    return str(said) if said is not None else labels.step(name)[0]
