"""What administrators change stands on the ledger: which table, which row, which fields, and the digest of the new values.

The old and new values themselves are the row's changes (models/changes.py).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.models.changes import TECHNICAL, key_of
from app.review import ledger
from app.review.canonical import canonical, sha256
from app.rules.actor import Actor

ADDED, CHANGED, DELETED = "setting_added", "setting_changed", "setting_deleted"


def values_of(row: Any) -> dict[str, Any]:
    """The columns of a row that people set."""
    names = (one.key for one in inspect(type(row)).column_attrs)
    return {name: getattr(row, name) for name in names if name not in TECHNICAL}


def note(session: Session, actor: Actor, row: Any, action: str, before: dict[str, Any] | None = None) -> None:
    """Writes what became of the row, in the same transaction; nothing where no field differs from `before`."""
    if action != DELETED:
        session.flush()
    new, old = values_of(row), before or {}
    changed = {name: value for name, value in new.items() if name not in old or old[name] != value}
    if action == CHANGED and not changed:
        return
    facts = {"table": row.__tablename__, "row": key_of(row), "fields": sorted(changed)}
    digest = sha256(canonical(changed))
    region = str(new.get("region_code") or "")
    ledger.append(session, action, actor, region, facts=facts | {"digest": digest})
