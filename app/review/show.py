"""What a person at the desk is shown of a round: the API's object, the difference, the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.models.review import ReviewEvidence, ReviewQuery, ReviewRound
from app.review import difference as compare
from app.review import door, evidence, queue, sight
from app.review.difference import FieldDiff
from app.review.history import Step, of_case
from app.review.kinds import kind_of
from app.review.sight import CLAIMABLE
from app.rules.actor import Actor
from app.rules.refused import Refused

__all__ = ["FieldDiff", "Step", "difference", "for_sender", "get", "history", "moves", "present"]

_WITH_LEASE = ("approve", "return", "reject", "ask", "hold", "release", "renew", "skip", "transfer")
_FREE = ("claim", "skip")


get = queue.fetch


def present(session: Session, actor: Actor, row: Any, lang: str = "zh") -> dict[str, Any]:
    """The round as the API answers it; sealed values are never in it. One statement."""
    contents, now = _load(session, row)
    new, old = contents.get(row.evidence_digest, {}), contents.get(row.base_digest or "", {})
    message = "message_en" if lang == "en" else "message_zh"
    return {
        "id": row.id,
        "kind": row.kind,
        "subject_id": row.subject_id,
        "title": row.title,
        "receipt_no": row.receipt_no,
        "round_no": row.round_no,
        "is_change": row.is_change,
        "acting_for": row.acting_for,
        "state": row.state,
        "version": row.version,
        "epoch": row.epoch,
        "digest": row.evidence_digest,
        "lease_until": _iso(row.lease_until),
        "due_at": _iso(row.due_at),
        "submitted_at": _iso(row.submitted_at),
        "region_code": row.region_code,
        "evidence": evidence.shown(new),
        "base": evidence.shown(old) if old else None,
        "checks": [
            {
                "code": found["code"],
                "severity": found["severity"],
                "field": found["field"],
                "message": found[message],
                "law": found["law"],
                "span": found["span"],
                "reason": found["reason"],
                "version": found["version"],
            }
            for found in row.checks
        ],
        "seats_needed": row.seats_needed,
        "seats_wanted": row.seats_wanted,
        "moves": [] if row.state == "second" and sight.seated(session, actor, row) else moves(actor, row, now),
    }


def moves(actor: Actor, row: Any, now: datetime) -> list[str]:
    """What the actor may do with the round at `now`, database time."""
    if row.state == "held":
        return ["resume"]
    if row.state not in CLAIMABLE or sight.concerns(actor, row):
        return []
    running = row.holder_id is not None and row.lease_until is not None and row.lease_until > now
    if not running:
        return list(_FREE)
    return list(_WITH_LEASE) if row.holder_id == actor.account_id else []


def difference(row: Any) -> list[FieldDiff]:
    """Field by field against the approved version, or where there is none against the sender's round before."""
    new = row.evidence.content or {}
    old = (row.base.content or {}) if row.base is not None else {}
    if not old and row.parent_id is not None:
        session = inspect(row).session
        parent = session.get(ReviewRound, row.parent_id) if session is not None else None
        old = (parent.evidence.content or {}) if parent is not None else {}
    return compare.fields(row.kind, old, new, row.checks, inspect(row).session)


def history(session: Session, actor: Actor, row: Any) -> list[Step]:
    """All steps of the case, internal notes included, for somebody who may see the round."""
    queue.fetch(session, actor, row.id)
    return of_case(session, row, internal=True)


def for_sender(session: Session, actor: Actor, kind_key: str, subject_id: int) -> dict[str, Any]:
    """What the sender sees of the own submission: state, due instant, open deficiencies, history without internals.

    Raises Refused("not_found") for what the actor may not see.
    """
    kind = kind_of(kind_key)
    subject = (
        session.scalars(kind.scope(select(kind.model).where(kind.model.id == subject_id), actor)).unique().one_or_none()
    )
    if subject is None:
        raise Refused("not_found")
    last = session.scalars(
        select(ReviewRound)
        .where(ReviewRound.kind == kind.key, ReviewRound.subject_id == subject_id)
        .order_by(ReviewRound.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return {"round": None, "queries": [], "history": []}
    queries: Any = session.scalars(
        select(ReviewQuery)
        .where(ReviewQuery.round_id == last.id, ReviewQuery.answered_at.is_(None))
        .order_by(ReviewQuery.id)
    )
    return {
        "round": {
            "id": last.id,
            "receipt_no": last.receipt_no,
            "round_no": last.round_no,
            "state": "queued" if last.state == "second" else last.state,  # how many decide is the bureau's own matter
            "submitted_at": _iso(last.submitted_at),
            "due_at": _iso(last.due_at),
            "decided_at": _iso(last.decided_at),
            "waiting_edit": door.waiting(subject),
        },
        "queries": [
            {"id": q.id, "is_return": q.is_return, "items": q.items, "asked_at": _iso(q.asked_at)} for q in queries
        ],
        "history": of_case(session, last, internal=False),
    }


def _load(session: Session, row: Any) -> tuple[Mapping[str, dict[str, Any]], datetime]:
    """Evidence and base in one statement with the time of day, kept on the round so that `difference` asks no more."""
    wanted = [key for key in (row.evidence_digest, row.base_digest) if key]
    clock = func.clock_timestamp().label("now")
    rows = session.execute(select(ReviewEvidence, clock).where(ReviewEvidence.digest.in_(wanted))).all()
    found = {entry.ReviewEvidence.digest: entry.ReviewEvidence for entry in rows}
    set_committed_value(row, "evidence", found[row.evidence_digest])
    set_committed_value(row, "base", found[row.base_digest] if row.base_digest else None)
    return {key: stored.content or {} for key, stored in found.items()}, rows[0].now


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None
