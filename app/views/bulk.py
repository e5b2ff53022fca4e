"""One move over many rows: which rows, in the request or in the background, and what became of each of them.

The rows are a snapshot (key and version) taken when they were chosen: what arrives later is not moved unseen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import request, url_for
from flask_babel import get_locale, ngettext
from sqlalchemy import select
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.tasks import BackgroundTask
from app.review import desk
from app.rules.actor import Actor
from app.rules.lifecycle import Move
from app.rules.refused import Refused
from app.tasks import queue, runner
from app.tasks.queue import Order
from app.views import labels, listing, scope, words
from app.views.columns import key_column
from app.views.identity import current
from app.views.page import safe_next

KIND = "moves"  # of the background task
MOST_ROWS = 100  # ticked by hand
MOST_ALL = 2000  # of "all rows of this list"
AT_ONCE = 30  # more than that leaves the request
OPEN_TASKS = 2  # of one person
UNREACHED = "not_reached"
SHOWN = 500  # outcomes on one page
_CHUNK = 50


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one row; an empty code: done."""

    key: Any
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def chosen(view: Any, actor: Actor) -> list[tuple[str, int]]:
    """The rows of this request: ticked ones, all of the list it came from, or those that were asked about before."""
    if request.form.get("rows"):
        return _read(request.form["rows"].split(",")[:MOST_ALL])
    if request.form.get("all") == "1":
        return _all(view, actor)
    return _read(request.form.getlist("row")[:MOST_ROWS])


def _read(texts: Iterable[str]) -> list[tuple[str, int]]:
    found = {}
    for text in texts:
        pk, _colon, version = text.rpartition(":")
        if pk and version.isascii() and version.isdigit() and len(version) < 10:
            found[pk] = int(version)
    return list(found.items())


def _all(view: Any, actor: Actor) -> list[tuple[str, int]]:
    """Every row of the list as it stood on the page, up to the bound."""
    args = dict(parse_qsl(urlsplit(safe_next(request.form.get("next"))[:8000]).query))
    asked = listing.ask(view, args, actor)
    stmt = listing.narrowed(view, scope.rows(view, actor), asked).order_by(*asked.order.clauses()).limit(MOST_ALL)
    plain = stmt.with_only_columns(key_column(view.model), view.model.version, maintain_column_froms=True)
    return [(str(key), version) for key, version in db.session.execute(plain)]


def packed(rows: Iterable[tuple[str, int]]) -> str:
    """The rows as one value of a form."""
    return ",".join(f"{key}:{version}" for key, version in rows)


def visible(view: Any, actor: Actor, keys: Iterable[Any]) -> dict[str, Any]:
    """The rows among these that the reader may see, by their key as text: one statement."""
    wanted = [int(key) for key in keys if str(key).isascii() and str(key).isdigit() and len(str(key)) < 19]
    stmt = scope.rows(view, actor).where(key_column(view.model).in_(wanted))
    names = [*(view.title_columns or view.list_columns[:2])]
    found = db.session.scalars(stmt.options(*listing.relations(view, names))).unique()
    return {str(scope.key_of(row)): row for row in found}


def carry_out(
    view: Any, actor: Actor, rows: list[tuple[str, int]], move: Move, reason: str, values: Mapping[str, Any]
) -> Iterable[Line]:
    """Makes the move row by row through the one door, each in its own transaction; what is refused stops no other."""
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        seen = visible(view, actor, [key for key, _version in part])
        ids = {key: scope.key_of(row) for key, row in seen.items()}
        for key, version in part:
            if key not in ids:
                yield Line(key, "not_found")
                continue
            item = [(ids[key], version)]
            (one,) = desk.move_many(db.session, actor, view.kind, item, move.name, reason=reason, values=dict(values))
            yield Line(key) if one.ok else Line(key, one.code, _plain(one.facts))


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if isinstance(value, str | int)}


def begin(view: Any, move: Move, rows: list[tuple[str, int]], reason: str, values: Mapping[str, Any]) -> Response:
    """Hands the work to the background and leads to where its progress and outcomes are shown."""
    word = labels.move_words(move.name)[0]
    title = ngettext("%(list)s: %(move)s, %(num)d row", "%(list)s: %(move)s, %(num)d rows", len(rows),
                     list=view.list_title, move=word)  # fmt: skip
    sent = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values.items()}
    parameters = {
        "screen": type(view).__name__, "move": move.name, "rows": [list(one) for one in rows], "reason": reason, "values": sent,
        "back": safe_next(request.form.get("next")), "page": f"{view.route_base}/outcomes/",
    }  # fmt: skip
    order = Order(KIND, title, "en" if str(get_locale()) == "en" else "zh", parameters)
    task = queue.enqueue(db.session, current(), order, at_once=OPEN_TASKS)
    db.session.commit()
    runner.wake()
    return redirect(url_for(f"{view.endpoint}.outcomes", task=task.id))


def task_of(view: Any, actor: Actor, number: int) -> BackgroundTask:
    """A bulk move of this person, under this role, on this list. Raises Refused("not_found")."""
    mine = (BackgroundTask.account_id == actor.account_id, BackgroundTask.hat_id == actor.hat_id)
    stmt = select(BackgroundTask).where(BackgroundTask.id == number, BackgroundTask.kind == KIND, *mine)
    row: BackgroundTask | None = db.session.scalars(stmt).one_or_none()
    if row is None or row.parameters.get("screen") != type(view).__name__:
        raise Refused("not_found")
    return row


def lines_of(task: BackgroundTask) -> list[Line]:
    """What became of each row, as far as the work came; once it has ended, also which rows it did not reach."""
    found = [Line(*one) for one in (task.result or {}).get("lines", ())]
    if task.state in ("waiting", "running"):
        return found
    worked_on = {str(line.key) for line in found}
    return found + [Line(key, UNREACHED) for key, _version in task.parameters["rows"] if str(key) not in worked_on]


def said(view: Any, actor: Actor, lines: Iterable[Line]) -> list[tuple[str, str, bool, str, str]]:
    """Name, address, whether done, why not in words and as a code; refused rows first, then those not reached.

    Names are told only of what may be seen now.
    """
    first = sorted(lines, key=lambda line: (not line.code, line.code == UNREACHED))[:SHOWN]
    rows = visible(view, actor, [line.key for line in first])
    found = []
    for line in first:
        row = rows.get(str(line.key))
        name = view.called(row) if row is not None else f"#{line.key}"
        to = url_for(f"{view.endpoint}.show", pk=line.key) if row is not None and view.may("can_show") else ""
        why = words.say(Refused(line.code, **line.facts)) if line.code else ""
        found.append((name, to, not line.code, why, line.code))
    return found
