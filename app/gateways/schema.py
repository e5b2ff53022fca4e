"""The migrations: which is the newest, and Flask-Migrate for those who run them. A web server only reads the files' names."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.rules.late import late

if TYPE_CHECKING:
    from flask import Flask

flask_migrate = late("flask_migrate")

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_REVISION = re.compile(r'^(revision|down_revision) = (?:"(\w+)"|None)$', re.MULTILINE)


@cache
def newest_revision() -> str:
    """The head of the migrations: the one that no other follows. Raises RuntimeError unless there is exactly one."""
    here, followed = set(), set()
    for file in sorted((MIGRATIONS / "versions").glob("*.py")):
        found = dict(_REVISION.findall(file.read_text(encoding="utf-8")))
        here.add(found["revision"])
        followed.add(found["down_revision"])
    heads = here - followed
    if len(heads) != 1:
        raise RuntimeError(f"the migrations have {len(heads)} heads")
    return heads.pop()


class Migrations:
    """What Flask-Migrate keeps under `app.extensions["migrate"]`, made when a command asks for it."""

    def __init__(self, app: Flask, db: Any) -> None:
        self._app, self._db = app, db

    def __getattr__(self, name: str) -> Any:
        flask_migrate.Migrate().init_app(self._app, self._db, directory=str(MIGRATIONS))
        return getattr(self._app.extensions["migrate"], name)


def install(app: Flask, db: Any) -> None:
    """Makes `flask --app app db ...` work; Alembic is loaded by the first such command."""
    app.extensions["migrate"] = Migrations(app, db)
