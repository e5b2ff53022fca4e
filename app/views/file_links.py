"""Links to stored files for programs, which bring no cookie: sealed, good for minutes, and asked about when they are opened.

A link says who asked for it under which role. Whoever opens it sees what that person may see at that moment: it ends with the file's
permission, with the role, with the key, and with whatever ends the tokens of the account.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import g, url_for
from sqlalchemy import select

from app.extensions import db
from app.gateways.vault import VaultError
from app.models.api_keys import ApiKey
from app.models.base import vault
from app.models.sessions import TokenFloor
from app.rules.actor import Actor
from app.rules.dates import ZONE
from app.rules.refused import Refused
from app.views import identity, levels

SECONDS: Final = 300
_PLACE: Final = "file_link"
_LONGEST: Final = 600


def links(file_ids: Collection[Any], actor: Actor) -> list[dict[str, Any]]:
    """Id, address and end of what this person may see; the caller has asked whether."""
    if not file_ids:
        return []
    until = int(time.time()) + SECONDS
    key = g.get("api_key")
    tail = f"{actor.account_id}.{actor.hat_id}.{key.id if key is not None else 0}.{until}.{_floor(actor.account_id)}"
    ends = datetime.fromtimestamp(until, ZONE).isoformat()
    return [{"id": str(one), "url": _address(f"{one}.{tail}"), "url_ends_at": ends} for one in file_ids]


def opened(token: str) -> tuple[UUID, Actor]:
    """The file of a link and the person who asked for it, as that person stands now. Raises Refused("link_gone")."""
    file_id, account_id, hat_id, key_id, until, floor = _read(token)
    if until < time.time() or floor != _floor(account_id) or not _key_counts(key_id):
        raise Refused("link_gone")
    try:
        actor = identity.wear(account_id, hat_id)
        levels.demand(account_id, actor.role)
    except Refused:
        raise Refused("link_gone") from None
    return file_id, actor


def _address(plain: str) -> str:
    return url_for("FileView.link", token=vault().seal(plain, _PLACE), _external=False)


def _read(token: str) -> tuple[UUID, int, int, int, int, str]:
    try:
        plain = vault().open(token[:_LONGEST], _PLACE)
        file_id, account_id, hat_id, key_id, until, floor = plain.split(".", 5)
        return UUID(file_id), int(account_id), int(hat_id), int(key_id), int(until), floor
    except (VaultError, ValueError):
        raise Refused("link_gone") from None


def _floor(account_id: int) -> str:
    """The last change of what the logins of the account are founded on."""
    since = db.session.scalar(select(TokenFloor.since).where(TokenFloor.account_id == account_id))
    return since.isoformat() if since is not None else ""


def _key_counts(key_id: int) -> bool:
    return not key_id or db.session.scalar(select(ApiKey.key_state).where(ApiKey.id == key_id)) == "active"
