"""Pieces of a page that are the same at every visit: drawn once and kept, with holes for what is a request's own.

A piece is kept under everything it depends on: role and functions, language, settings, definitions of custom fields, and what its caller
names in `on`. What differs with every request leaves a hole in it: the token against forged requests, the address of the page.
tests/views/test_pieces.py draws every screen with and without what is kept and compares.
"""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex
from threading import Lock
from typing import Any

from flask import Flask, current_app, g, request
from flask_babel import LazyString, get_locale
from flask_wtf.csrf import generate_csrf
from jinja2.runtime import Macro
from markupsafe import Markup, escape

from app.extensions import db
from app.models import custom, stamps

MOST = 500  # pieces kept, some kilobytes each
LONGEST = 60_000  # characters of one piece
_EDGE = f"\x00{token_hex(8)}"  # of this process: nobody can write a hole into a page
TOKEN = f"{_EDGE}token\x00"


Piece = tuple[str, tuple[tuple[str, Callable[[], str]], ...]]  # text, and what closes its holes


class Kept:
    """What one process has drawn. The oldest piece makes room."""

    def __init__(self) -> None:
        self.drawn: dict[Any, Piece] = {}
        self._lock = Lock()

    def add(self, key: Any, made: Piece) -> None:
        """Keeps a piece."""
        with self._lock:
            self.drawn[key] = made
            while len(self.drawn) > MOST:
                self.drawn.pop(next(iter(self.drawn)))


def install(app: Flask) -> None:
    """An empty shelf."""
    app.extensions["pieces"] = Kept()


def token() -> str:
    """The token of a form against forged requests: in a piece a hole."""
    return TOKEN if g.get("holes") is not None else str(generate_csrf())


def hole(name: str, fill: Callable[[], str]) -> str | None:
    """A hole that `fill` closes in every request; None where nothing is being drawn to be kept."""
    holes = g.get("holes")
    if holes is None:
        return None
    holes[name] = fill
    return f"{_EDGE}{name}\x00"


def piece(draw: Macro, *args: Any, on: Any = ()) -> Markup:
    """What `draw` makes of `args`: a macro that depends on nothing but the reader's role, functions and language, and on `on`."""
    if g.get("holes") is not None or g.get("actor") is None:
        return Markup(draw(*args))  # noqa: S704 - a macro escapes; inside a piece, or for somebody unknown
    kept = current_app.extensions["pieces"]
    key = (draw.name, _reader(), _plain(on))
    found = kept.drawn.get(key)
    if found is None:
        g.holes = {}
        try:
            found = (str(draw(*args)), tuple(g.holes.items()))
        finally:
            g.holes = None
        if len(found[0]) <= LONGEST:
            kept.add(key, found)
    text, holes = found
    if TOKEN in text:
        text = text.replace(TOKEN, generate_csrf())
    for name, fill in holes:
        text = text.replace(f"{_EDGE}{name}\x00", escape(fill()))
    return Markup(text)  # noqa: S704 - drawn by a macro


def _plain(value: Any) -> Any:
    """As part of a key: a word that is looked up late says another one in another language."""
    if isinstance(value, (tuple, list)):
        return tuple([_plain(one) for one in value])
    return str(value) if isinstance(value, (str, LazyString)) else value


def _reader() -> tuple[Any, ...]:
    """What every piece depends on; worked out once in a request."""
    found = g.get("reader_of_pieces")
    if found is None:
        state = stamps.current(db.session), custom.stamp(db.session)
        found = g.reader_of_pieces = (g.actor.role, g.actor.grants, str(get_locale()), request.script_root, *state)
    return found
