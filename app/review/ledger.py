"""The ledger: who did what when, append-only and hash-chained, one chain per province (review.md 7).

An event's digest is SHA-256 over the previous digest, a line feed and the canonical event; the database computes it
while inserting. Evidence, verdicts' words and everything personal appear as digests only; the short official grounds of
a move, a transfer or a hold stand in clear, because they are the record of why.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Row,
    Text,
    cast,
    func,
    insert,
    literal,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.orm import Session

from app.models.review import LedgerHead, ReviewEvent
from app.review.canonical import canonical, sha256
from app.rules.actor import Actor, Role

_AT_FORMAT: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
_INSERT: Final = text(
    "INSERT INTO review_event (chain, at, action, kind, subject_id, round_id, actor_id, actor_role, body)"
    " SELECT :chain, clock.at, :action, :kind, :subject_id, :round_id, :actor_id, :actor_role,"
    " CAST(:head AS text) || to_char(clock.at AT TIME ZONE 'UTC', :format) || CAST(:tail AS text)"
    " FROM (SELECT clock_timestamp() AS at) AS clock"
)
_PAGE: Final = 1000
_COLUMNS: Final = ("chain", "action", "kind", "subject_id", "round_id", "actor_id", "actor_role")


@dataclass(frozen=True, slots=True)
class BadEvent:
    """The first link that does not hold. `why`: missing, order, digest, body, head, truncated; log (app.review.exported)."""

    chain: str
    seq: int
    event_id: int | None
    why: str

    def __str__(self) -> str:
        return f"chain {self.chain}, event {self.seq} (id {self.event_id}): {self.why}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a walk over all chains found."""

    ok: bool
    events: int
    chains: int
    first_bad: BadEvent | None = None


def chain_of(region_code: str) -> str:
    """The chain of a division: its province."""
    return region_code[:2].ljust(6, "0")


def account_of(actor: Actor) -> int | None:
    """The account behind an actor; the clock has none."""
    return None if actor.role is Role.CLOCK else actor.account_id


def append(
    session: Session,
    action: str,
    actor: Actor,
    region_code: str,
    *,
    kind: str = "",
    subject_id: int | None = None,
    round_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Adds one event in one statement, at database time. `facts` must hold no personal data."""
    made = event(action, actor, region_code, kind=kind, subject_id=subject_id, round_id=round_id, facts=facts)
    write(session, [made])


def write(session: Session, events: Sequence[Mapping[str, Any]]) -> None:
    """Adds events made by `event`, each at database time; chain after chain, so that two writers never wait in a circle."""
    session.execute(_INSERT, sorted(events, key=lambda one: str(one["chain"])))


def event(
    action: str,
    actor: Actor,
    region_code: str,
    *,
    kind: str = "",
    subject_id: int | None = None,
    round_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """An event as `write` takes it. `facts` must hold no personal data."""
    values = {
        "chain": chain_of(region_code),
        "action": action,
        "kind": kind,
        "subject_id": subject_id,
        "round_id": round_id,
        "actor_id": account_of(actor),
        "actor_role": actor.role.value,
    }
    mark = uuid4().hex
    head, tail = canonical({**values, **_place(actor), "at": mark, "facts": dict(facts or {})}).split(mark)
    return {**values, "head": head, "tail": tail, "format": _AT_FORMAT}


def _place(actor: Actor) -> dict[str, str]:
    """Where the hat stands: in the canonical event alone, and only where it stands somewhere."""
    return {"place": actor.place} if actor.place else {}


def also(source: CTE, action: str, actor: Actor, when: ColumnElement[bool], facts: Sequence[str]) -> CTE:
    """One event for each round that a writing statement returns and for which `when` holds, as a part of it.

    `source` returns rounds, of which `facts` names columns. Only numbers and codes may be named: they stand in the
    canonical JSON as they are, without escaping.
    """
    clock = select(func.clock_timestamp().label("at")).cte("clock")
    row, at = source.c, clock.c.at
    chain = func.rpad(func.substr(row.region_code, 1, 2), 6, "0")
    columns: dict[str, Any] = {"chain": chain, "kind": row.kind, "subject_id": row.subject_id, "round_id": row.id}
    values = columns | {"at": func.to_char(func.timezone("UTC", at), _AT_FORMAT)}
    marks = {name: uuid4().hex for name in (*values, *facts)}
    by = {"action": action, "actor_id": account_of(actor), "actor_role": actor.role.value}
    said = canonical(by | _place(actor) | {n: marks[n] for n in values} | {"facts": {n: marks[n] for n in facts}})
    filling = {marks[n]: values[n] if n in values else row[n] for n in marks}
    columns |= {"at": at, "body": _filled(said, filling), "actor_id": literal(by["actor_id"], Integer)}
    columns |= {"action": literal(action), "actor_role": literal(by["actor_role"])}
    chosen = select(*columns.values()).select_from(source.join(clock, true())).where(when)
    return insert(ReviewEvent).from_select(list(columns), chosen, include_defaults=False).cte(f"noted_{action}")


def _filled(said: str, values: Mapping[str, Any]) -> ColumnElement[str]:
    """The canonical text with each mark replaced by its value; numbers lose the quotes around their mark."""
    parts: list[Any] = []
    for piece in re.split(r'("[0-9a-f]{32}")', said):
        value = values.get(piece.strip('"'))
        number = value is not None and isinstance(value.type, Integer)
        if value is None:
            parts.append(literal(piece))
        else:
            parts += [cast(value, Text)] if number else [literal('"'), value, literal('"')]
    return func.concat(*parts)


def export_heads(session: Session) -> dict[str, dict[str, Any]]:
    """The last link of each chain, to be kept where this database's administrators cannot write."""
    heads = session.execute(select(LedgerHead.chain, LedgerHead.seq, LedgerHead.digest).order_by(LedgerHead.chain))
    return {row.chain: {"seq": row.seq, "digest": row.digest} for row in heads}


def verify(session: Session, heads: Mapping[str, Mapping[str, Any]] | None = None) -> Report:
    """Walks every chain, computes it anew and names the first bad event; `heads` exported earlier show truncation."""
    seen: dict[str, Row[Any]] = {}
    exported = {chain: (int(head["seq"]), str(head["digest"])) for chain, head in (heads or {}).items()}
    events = 0
    for event in _events(session):
        events += 1
        why = _fault(seen.get(event.chain), event, exported.get(event.chain))
        if why:
            seq = seen[event.chain].seq + 1 if event.chain in seen else 1
            return Report(False, events, len(seen), BadEvent(event.chain, seq, event.id, why))
        seen[event.chain] = event
    bad = _bad_end(seen, exported, export_heads(session))
    return Report(bad is None, events, len(seen), bad)


def replay(session: Session) -> dict[int, str]:
    """The state of every round as the ledger alone tells it (review.md 8, invariant 7)."""
    states: dict[int, str] = {}
    for event in _events(session):
        facts = json.loads(event.body)["facts"]
        if event.round_id is not None and "state" in facts:
            states[event.round_id] = facts["state"]
    return states


def _events(session: Session) -> Iterator[Row[Any]]:
    """All events in the order of their chains, page by page: a ledger of any length, no open cursor left behind."""
    columns = ReviewEvent.__table__.c
    order = tuple_(columns.chain, columns.seq, columns.id)
    stmt = select(*columns).order_by(columns.chain, columns.seq, columns.id).limit(_PAGE)
    page = session.execute(stmt).all()
    while page:
        yield from page
        last = page[-1]
        page = (
            session.execute(stmt.where(order > tuple_(last.chain, last.seq, last.id))).all()
            if len(page) == _PAGE
            else []
        )


def _fault(before: Row[Any] | None, event: Row[Any], exported: tuple[int, str] | None) -> str:
    """What is wrong with an event that follows `before`, or nothing."""
    seq, digest = (before.seq, before.digest) if before is not None else (0, "")
    if event.seq != seq + 1:
        return "missing" if event.seq > seq + 1 else "order"
    if event.prev_digest != digest:
        return "order"
    if event.digest != sha256(f"{digest}\n{event.body}"):
        return "digest"
    if not _columns_agree(event):
        return "body"
    if exported is not None and event.seq == exported[0] and event.digest != exported[1]:
        return "head"
    return ""


def _columns_agree(event: Row[Any]) -> bool:
    try:
        body = json.loads(event.body)
    except ValueError:
        return False
    at = event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return bool(body.get("at") == at and all(body.get(name) == getattr(event, name) for name in _COLUMNS))


def _bad_end(
    seen: Mapping[str, Row[Any]], exported: Mapping[str, tuple[int, str]], heads: Mapping[str, Mapping[str, Any]]
) -> BadEvent | None:
    """A chain shorter than its head or than the head exported earlier was cut."""
    for chain, head in heads.items():
        last = (seen[chain].seq, seen[chain].digest) if chain in seen else (0, "")
        if last != (head["seq"], head["digest"]):
            return BadEvent(chain, last[0] + 1, None, "head")
    for chain in seen.keys() - heads.keys():
        return BadEvent(chain, seen[chain].seq, seen[chain].id, "head")
    for chain, (seq, _) in exported.items():
        last_seq = seen[chain].seq if chain in seen else 0
        if last_seq < seq:
            return BadEvent(chain, last_seq + 1, None, "truncated")
    return None
