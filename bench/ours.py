"""Our application as the bench serves it: as many rows on a page and screens in the menu as the floor has.

Each answer says how many statements it cost.
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

from flask import Flask, Response, g
from sqlalchemy import event

from app import create_app
from app.extensions import db
from app.views import listing

SCREENS = 60
ROWS = 25


def _count(*_more: Any) -> None:
    g.statements = g.get("statements", 0) + 1


def _say(response: Response) -> Response:
    response.headers["X-Statements"] = str(g.get("statements", 0))
    return response


def made() -> Flask:
    """What gunicorn serves."""
    app = create_app(SECOND_FACTOR=False)  # nobody there has a telephone
    listing.SIZES = (ROWS, 50, 100)
    menu = app.extensions["menu"]
    app.extensions["menu"] = {
        role: list(islice(cycle(lines), SCREENS)) if lines else [] for role, lines in menu.items()
    }
    app.after_request(_say)
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _count)
        db.engine.dispose()
    return app
