"""A form that was refused for want of a proof waits, sealed, beside the login, and is offered to be sent once it is proven.

Only what the page itself sent, to where it was sent, from this login, for a few minutes. Files are not carried, nor a form with
a password or with anything that its view names a secret.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from typing import Any, Final, NamedTuple

from flask import g, request
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app.extensions import db
from app.gateways.vault import VaultError
from app.models.base import vault
from app.models.sessions import CarriedForm

LASTS: Final = dt.timedelta(minutes=10)
MOST: Final = 64 * 1024  # bytes of a form that is carried
BACK: Final = 2000
_LEFT_OUT: Final = frozenset({"csrf_token"})


class Carried(NamedTuple):
    """Where a form goes and what it says."""

    path: str
    fields: list[tuple[str, str]]


def _place(login_id: int) -> str:
    return f"carried_form.{login_id}"


def keep(path: str, back: str, secrets: Collection[str]) -> None:
    """Keeps the form of this request, if it can be sent again as it is; else nothing of an earlier one stays either.

    `secrets`: the fields that the view of this request names so.
    """
    if g.get("login") is None:
        return
    forget()
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _LEFT_OUT]
    secret = any(value and ("password" in name or name in secrets) for name, value in fields)
    files = any(file.filename for file in request.files.values())
    said = json.dumps([path, fields], ensure_ascii=False)
    if request.method == "POST" and path and not (files or secret) and len(said.encode()) <= MOST and len(back) <= BACK:
        values = {"back": back, "sent": vault().seal(said, _place(g.login.id)), "ends_at": func.now() + LASTS}
        db.session.execute(insert(CarriedForm).values(login_id=g.login.id, **values))
    db.session.commit()


def take(back: str) -> Carried | None:
    """What waits for this page; it is given out once."""
    row = db.session.execute(
        select(CarriedForm.sent).where(
            CarriedForm.login_id == g.login.id, CarriedForm.back == back, CarriedForm.ends_at > func.now()
        )
    ).one_or_none()
    forget()
    db.session.commit()
    if row is None:
        return None
    try:
        path, fields = json.loads(vault().open(row.sent, _place(g.login.id)))
    except VaultError:  # the key went meanwhile
        return None
    return Carried(path, [(name, value) for name, value in fields])


def forget() -> None:
    """Nothing waits any more. The caller commits."""
    gone: Any = delete(CarriedForm).where(CarriedForm.login_id == g.login.id)
    db.session.execute(gone.execution_options(synchronize_session=False))
