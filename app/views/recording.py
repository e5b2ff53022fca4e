"""Writes down every request that may change something: who, under which role, what, which row, from where, with what result.

The line is written when the answer stands, in a transaction of its own: what was refused or failed is on record too.
"""

from __future__ import annotations

import logging
import re
from typing import Any, Final

from flask import Response, g, request
from sqlalchemy.orm import Session

from app.extensions import db
from app.models.logs import RequestEvent
from app.views.sessions import address

log = logging.getLogger("app.recording")

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Posts that decide nothing: signs of life, tries of a form, one's own marks and layouts. The login log has the logins.
UNTOLD: Final = frozenset(
    {
        "DeskView.renew", "LoginView.login", "LoginView.logout", "MessageView.read_all", "MessageView.read_one", "ListsView.layout",
        "SecurityApi.login", "SecurityApi.refresh",
    }
)  # fmt: skip
TRIES: Final = frozenset({"precheck", "precheck_row", "preview"})
_STRANGE: Final = re.compile(r"[^\w.:-]", re.ASCII)
KEYS: Final = ("pk", "round_id", "key", "id", "task", "hat_id")


def _step(method: str) -> tuple[str, str]:
    """What was done, and on which row: the move where the address or the form names one."""
    named = request.view_args or {}
    move = (
        named.get("name")
        or named.get("move")
        or named.get("word")
        or (request.form.get("move") if method == "moves" else "")
    )
    row = next((named[name] for name in KEYS if name in named), "")
    return _plain(str(move or method))[:40], _plain(str(row))[:60]


def _plain(text: str) -> str:
    """Names and keys as they can be stored; whatever else an address may hold shows as a question mark."""
    return _STRANGE.sub("?", text[:60])


def _place(actor: Any) -> str:
    """Where the hat stands, as it is called today, and its number: units are renamed."""
    hat = g.get("hat")
    words = hat.place if hat is not None else ""
    return f"{words[:100]} ({actor.place})".strip()[:140] if actor.place else words[:140]


def _result(status: int) -> str:
    return "done" if status < 400 else "refused" if status < 500 else "failed"


def record(response: Response) -> Response:
    """Runs after every request."""
    endpoint, actor = request.endpoint or "", g.get("actor")
    if request.method in READING or actor is None or endpoint in UNTOLD:
        return response
    screen, _dot, method = endpoint.partition(".")
    if method in TRIES:
        return response
    step, row = _step(method or screen)
    line: dict[str, Any] = {
        "account_id": actor.account_id, "role": actor.role.value, "hat_id": actor.hat_id or None, "place": _place(actor),
        "screen": screen[:60], "step": step, "row_key": row, "address": address(), "status": response.status_code,
        "result": _result(response.status_code), "request_id": g.get("request_id", "")[:64],
    }  # fmt: skip
    try:
        with Session(db.engine, join_transaction_mode="create_savepoint") as own:
            own.add(RequestEvent(**line))
            own.commit()
    except Exception as error:  # noqa: BLE001 - whatever it was
        # What was done is done: an answer of failure would have people do it twice. The line goes to the log of the process.
        told = {name: value for name, value in line.items() if name != "address"}  # no log of the process names callers
        log.error("request not on record: %s %s", type(error).__name__, told)
    return response
