"""Writing what no desk decides on: reference data and settings. Screens and the API go through the same two functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.extensions import db
from app.models.base import Reviewable
from app.review import idempotency, setting_log
from app.review.kinds import custom
from app.rules.actor import Actor
from app.rules.refused import Refused
from app.views import scope
from app.views.columns import describe

_CONSTRAINT = re.compile(r"^(?:ck|uq|fk|ix)_")


def version_of(row: Any) -> str:
    """What tells two states of a row apart: its version, else when it last changed; "" where nothing tells."""
    if isinstance(row, Reviewable):
        return str(row.version)
    changed = getattr(row, "changed_on", None)
    return changed.isoformat() if changed is not None else ""


def write(view: Any, actor: Actor, row: Any, found: dict[str, Any], version: str = "", sending: str = "") -> Any:
    """Writes the values of a checked form and commits: a new row where `row` is None, else over the version seen.

    `sending` names what a form sent: whoever sends the same once more gets the row it made, while it is in scope.
    Raises Refused: not_found, stale, duplicate, not_a_choice, missing, bad_value and what the view's `before_save` says.
    """
    created = row is None
    with _refusing(view):
        made = _made_before(view, actor, sending) if created and sending else None
        if made is not None:
            return made
        row = view.model() if created else _locked(view, actor, row, version)
        before = {} if created or not view.on_ledger else setting_log.values_of(row)
        found, own = custom.parted(found)
        for name, value in found.items():
            info = describe(view.model, name)
            setattr(row, name, scope.picked(view, info, actor, value or []) if info.kind == "many" else value)
        custom.write(db.session, row, own)
        custom.require(db.session, row, own, created=created)
        view.before_save(row, actor, created=created)
        db.session.add(row)
        if view.on_ledger:
            setting_log.note(db.session, actor, row, setting_log.ADDED if created else setting_log.CHANGED, before)
        if created and sending:
            db.session.flush()
            idempotency.fulfil(db.session, actor, sending, {"key": str(scope.key_of(row))})
        db.session.commit()
    return row


def _made_before(view: Any, actor: Actor, sending: str) -> Any:
    """The row this sending made already; None, and the sending is taken: this transaction makes it."""
    before = idempotency.claim(db.session, actor, sending, {"create": type(view).__name__})
    if before is None:
        return None
    db.session.rollback()
    return scope.fetch(view, actor, before["key"])


def remove(view: Any, actor: Actor, pk: object, version: str | None = None) -> None:
    """Deletes a row in the actor's scope and commits.

    Raises Refused: not_found, not_allowed, stale (of a version that was named), in_use and what `before_delete` says.
    """
    with _refusing(view, deleting=True):
        row = scope.fetch(view, actor, pk, lock=True)
        if not view.may_edit(row, actor):
            raise Refused("not_allowed")
        if version is not None and version != version_of(row):
            raise Refused("stale")
        view.before_delete(row, actor)
        if view.on_ledger:
            setting_log.note(db.session, actor, row, setting_log.DELETED)
        db.session.delete(row)
        db.session.commit()


def _locked(view: Any, actor: Actor, row: Any, version: str) -> Any:
    row = scope.fetch(view, actor, scope.key_of(row), lock=True)
    db.session.refresh(row)
    if version_of(row) != version:
        raise Refused("stale")
    return row


@contextmanager
def _refusing(view: Any, *, deleting: bool = False) -> Iterator[None]:
    """What the database refuses becomes a refusal in words; whatever fails, nothing half-written stays."""
    try:
        yield
    except IntegrityError as error:
        db.session.rollback()
        raise clash(view, error, deleting=deleting) from error
    except StaleDataError as error:
        db.session.rollback()
        raise Refused("stale") from error
    except DataError as error:
        db.session.rollback()
        raise Refused("bad_value") from error
    except Refused:
        db.session.rollback()
        raise


def clash(view: Any, error: IntegrityError, *, deleting: bool = False) -> Refused:
    """A constraint of the database as a refusal that names the field; never the SQL and never its values."""
    report = getattr(error.orig, "diag", None)
    sqlstate = getattr(error.orig, "sqlstate", "")
    name = getattr(report, "constraint_name", None) or ""
    column = getattr(report, "column_name", None) or _column_of(view, name)
    if sqlstate == "23503":
        return Refused("in_use") if deleting else Refused("not_a_choice", field=column)
    code = {"23505": "duplicate", "23502": "missing"}.get(sqlstate, "bad_value")
    return Refused(code, field=column)


def _column_of(view: Any, constraint: str) -> str | None:
    """The column a constraint speaks of: the last of its own that the form has, or the one its name ends in."""
    table = view.model.__table__
    for one in [*table.constraints, *table.indexes]:
        if one.name == constraint and len(getattr(one, "columns", ())):
            names = [c.info.get("index_of", (c.key,))[0] for c in one.columns]  # of a blind index: what it stands for
            shown = [n for n in names if n in view.add_columns]
            return (shown or names)[-1]
    rest = _CONSTRAINT.sub("", constraint).removeprefix(f"{table.name}_")
    return next((c.key for c in table.columns if rest == c.key or rest.startswith(f"{c.key}_")), None)
