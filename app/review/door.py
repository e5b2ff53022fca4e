"""The one place that writes a status. Everybody who changes one comes through here: pages, API, jobs, verdicts.

Rows are always locked in the same order, the open round before its subject, so that nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, func, select
from sqlalchemy.orm import Session, contains_eager

from app.models.review import OPEN_STATES, ReviewRound
from app.review.kinds import kind_of
from app.review.kinds.base import Kind, Subject, Values
from app.rules.actor import Actor
from app.rules.refused import Refused

EDIT_STATES = ("", "pending", "returned", "rejected")


@dataclass(slots=True)
class Found:
    """A subject in the actor's scope, locked, with its open round if there is one."""

    kind: Kind
    subject: Subject
    round: Any  # ReviewRound or None


def locate(session: Session, actor: Actor, kind_key: str, subject_id: int, version: int | None = None) -> Found:
    """Finds and locks. Raises Refused: unknown_kind, not_found (also what is out of scope), stale."""
    kind = kind_of(kind_key)
    open_round = _open_round(session, kind.key, subject_id, lock=True)
    stmt = kind.scope(select(kind.model).where(kind.model.id == subject_id), actor)
    subject = (
        session.scalars(stmt.with_for_update(key_share=True, of=kind.model).execution_options(populate_existing=True))
        .unique()
        .one_or_none()
    )
    if subject is None:
        raise Refused("not_found")
    if version is not None and version != subject.version:
        raise Refused("stale", version=subject.version, status=subject.status)
    sent_in = waiting(subject) or subject.status == "pending"
    if open_round is None and sent_in and _open_round(session, kind.key, subject_id, lock=False) is not None:
        # The round came into being between the two locks, and its row must be locked first.
        raise Refused("stale", version=subject.version, status=subject.status)
    return Found(kind, subject, open_round)


def _open_round(session: Session, kind_key: str, subject_id: int, *, lock: bool) -> Any:
    stmt = (
        select(ReviewRound)
        .where(ReviewRound.kind == kind_key, ReviewRound.subject_id == subject_id, ReviewRound.state.in_(OPEN_STATES))
        .execution_options(populate_existing=True)
    )
    return session.scalars(stmt.with_for_update(key_share=True) if lock else stmt).one_or_none()


def lock_subject(session: Session, kind: Kind, subject_id: int) -> Subject:
    """The subject of a round already locked, whatever its status."""
    return lock_subjects(session, kind, [subject_id])[subject_id]


def lock_subjects(session: Session, kind: Kind, subject_ids: Iterable[int]) -> dict[int, Subject]:
    """The subjects of rounds already locked, whatever their status, locked in the order of their numbers."""
    found = session.scalars(_locking(kind), {"ids": sorted(subject_ids)}).unique()
    return {subject.id: subject for subject in found}


@cache
def _locking(kind: Kind) -> Select[Any]:
    """The statement behind it, made once for each kind."""
    ids = bindparam("ids", expanding=True, type_=BigInteger)
    stmt = select(kind.model).where(kind.model.id.in_(ids)).order_by(kind.model.id)
    locked = [kind.model]
    for name in kind.locked_with:
        relation = getattr(kind.model, name)
        stmt = stmt.join(relation).options(contains_eager(relation))
        locked.append(relation.property.mapper.class_)
    return stmt.with_for_update(key_share=True, of=locked).execution_options(populate_existing=True)


def waiting(subject: Subject) -> bool:
    """An edit of approved content waits for its verdict or its mending."""
    return subject.edit_state in ("pending", "returned")


def set_status(kind: Kind, subject: Subject, status: str, at: datetime | None = None) -> None:
    """Writes the status, and when the row first became public: at the moment of the verdict, else now."""
    subject.status = status
    if status in kind.lifecycle.public and subject.published_at is None:
        subject.published_at = at or func.now()


def set_edit(subject: Subject, state: str, content: Values | None) -> None:
    """Writes the state and content of a waiting edit."""
    if state not in EDIT_STATES:
        raise ValueError(state)
    subject.edit_state = state
    subject.edit_content = content


_KEPT = ("status", "edit_state", "edit_content")
_MOMENTS = ("decided_at", "published_at")


def remember(kind: Kind, session: Session, subject: Subject, *, is_change: bool) -> Values:
    """All that a verdict may change, as JSON, for the sixty seconds of undo."""
    moments = {name: getattr(subject, name) for name in _MOMENTS}
    return {
        **{name: getattr(subject, name) for name in _KEPT},
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        "kind": kind.before(session, subject, is_change=is_change),
    }
