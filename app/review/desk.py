"""The one door for every status (design 3): create, edit, submit and move, for pages, API, jobs and imports alike.

Each public function is one transaction. Those ending in `_in` are its building blocks for batches: they do not commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.review import door, edits, idempotency, ledger, rounds, submitting, waiting
from app.review.door import Found
from app.review.edits import Edited
from app.review.kinds import custom, kind_of
from app.review.kinds.base import BY_HAND, Origin, Subject
from app.review.outbox import Notice, enqueue
from app.review.policy import DEFAULT, Policy
from app.review.transaction import database_now, flush, one
from app.rules.actor import Actor
from app.rules.calendar import local_day
from app.rules.lifecycle import Move
from app.rules.refused import Refused

__all__ = [
    "Edited",
    "Origin",
    "Outcome",
    "create",
    "create_in",
    "create_once",
    "edit",
    "move",
    "move_many",
    "moves",
    "submit",
    "submit_in",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item of a batch; `code` and `facts` are those of the refusal."""

    id: int
    ok: bool
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def create(
    session: Session, actor: Actor, kind_key: str, content: Mapping[str, Any], origin: Origin = BY_HAND
) -> Subject:
    """A new row in its first status. See `create_in`."""
    with one(session):
        return create_in(session, actor, kind_key, content, origin)


def create_once(
    session: Session, actor: Actor, kind_key: str, content: Mapping[str, Any], sending: str
) -> tuple[Subject, bool]:
    """As `create`; whoever sends the same once more gets the row it made. Also: whether it was made just now."""
    request = {"create": kind_key}
    with one(session):
        before = idempotency.claim(session, actor, sending, request)
        made = create_in(session, actor, kind_key, content) if before is None else None
        if made is not None:
            idempotency.fulfil(session, actor, sending, {"id": made.id})
            return made, True
    return session.get_one(kind_of(kind_key).model, (before or {})["id"]), False


def create_in(
    session: Session, actor: Actor, kind_key: str, content: Mapping[str, Any], origin: Origin = BY_HAND
) -> Subject:
    """Creates without committing.

    Raises Refused: not_allowed, unit_not_approved, unknown_field, missing, picture_limit and whatever is wrong with
    a value, each with its field named.
    """
    kind = kind_of(kind_key)
    owner = kind.owner(session, actor, content, origin)
    values = kind.clean(content, creating=True)
    subject = kind.model(**owner)
    kind.require({**{name: getattr(subject, name) for name in kind.columns}, **values})
    door.set_status(kind, subject, kind.initial(origin))
    door.set_edit(subject, "", None)
    with session.no_autoflush:
        kind.write(session, subject, values)
        custom.write(session, subject, content)
    session.add(subject)
    flush(session, kind)
    kind.relate(session, actor, subject, content)
    kind.created(session, actor, subject)
    flush(session, kind)
    region = kind.region(session, subject)
    ledger.append(
        session,
        "create",
        actor,
        region,
        kind=kind.key,
        subject_id=subject.id,
        facts={"status": subject.status, "source": kind.source(subject)},
    )
    return subject


def edit(
    session: Session,
    actor: Actor,
    kind_key: str,
    subject_id: int,
    content: Mapping[str, Any],
    version: int | None = None,
) -> Edited:
    """Changes content: in place where the status allows it, superseding the open round, or as an edit that waits.

    Raises Refused: not_found, stale, wrong_state, not_allowed, checks_block and what is wrong with a value.
    """
    with one(session):
        found = door.locate(session, actor, kind_key, subject_id, version)
        return edits.edit_in(session, actor, found, content)


def submit(session: Session, actor: Actor, kind_key: str, subject_id: int, version: int | None = None) -> Any:
    """Sends in: the new ReviewRound, or None where the division's policy asks for no review and it went live."""
    with one(session):
        return submit_in(session, actor, kind_key, subject_id, version)


def submit_in(session: Session, actor: Actor, kind_key: str, subject_id: int, version: int | None = None) -> Any:
    """Submits without committing."""
    return submitting.send(session, actor, door.locate(session, actor, kind_key, subject_id, version))


def move(
    session: Session,
    actor: Actor,
    kind_key: str,
    subject_id: int,
    name: str,
    *,
    version: int | None = None,
    reason: str = "",
    values: Mapping[str, Any] | None = None,
) -> Subject:
    """Makes any move of the lifecycle that is not a verdict.

    Raises Refused: no_such_move, not_found, not_allowed, wrong_state, stale, reason_missing and what the kind forbids.
    """
    with one(session):
        return move_in(session, actor, kind_key, subject_id, name, version=version, reason=reason, values=values)


def move_in(
    session: Session,
    actor: Actor,
    kind_key: str,
    subject_id: int,
    name: str,
    *,
    version: int | None = None,
    reason: str = "",
    values: Mapping[str, Any] | None = None,
) -> Subject:
    """Moves without committing."""
    found = door.locate(session, actor, kind_key, subject_id, version)
    if name == edits.WITHDRAW_EDIT.name:
        return edits.withdraw_edit(session, actor, found)
    wanted = found.kind.lifecycle.find(name)
    if wanted.verdict:
        raise Refused("not_allowed", move=name)
    if wanted.opens_round:
        submitting.send(session, actor, found)
        return found.subject
    return _plain_move(session, actor, found, wanted, reason.strip(), values or {})


def _plain_move(
    session: Session, actor: Actor, found: Found, wanted: Move, reason: str, values: Mapping[str, Any]
) -> Subject:
    kind, subject = found.kind, found.subject
    target = kind.lifecycle.next(subject.status, wanted.name, kind.parties(actor, subject), reason)
    now = database_now(session)
    today = local_day(now)
    kind.guard(session, subject, wanted, today)
    if target in kind.lifecycle.public and subject.status in kind.lifecycle.editable:
        submitting.publish(session, actor, found, now)
        return subject
    before = subject.status
    kind.write(session, subject, kind.move_values(session, subject, wanted, values, today))
    door.set_status(kind, subject, target)
    kind.moved(session, subject, wanted, reason)
    waiting.close_what_waits(session, actor, found, now)
    flush(session, kind)
    _tell(session, found, wanted, reason)
    ledger.append(
        session,
        wanted.name,
        actor,
        kind.region(session, subject),
        kind=kind.key,
        subject_id=subject.id,
        facts={"from": before, "to": target, "reason": reason, "version_of_row": subject.version},
    )
    return subject


def _tell(session: Session, found: Found, wanted: Move, reason: str) -> None:
    """The sender reads what others did to the row."""
    kind, subject = found.kind, found.subject
    template = kind.move_notices.get(wanted.name)
    if template:
        notice = Notice(
            template=template,
            message_kind=kind.message_kind,
            facts={"kind": kind.key, "title": kind.title(subject), "reason_text": reason},
            link=rounds.link(kind, subject),
            dedupe=f"{kind.key}:{subject.id}:{subject.version}",
        )
        enqueue(session, notice, rounds.told(session, kind, subject))


def moves(actor: Actor, kind_key: str, subject: Subject, policy: Policy = DEFAULT) -> list[Move]:
    """What the actor may do now, from the same table that `move` asks; verdicts are given at the desk only.

    "publish" is offered only under a policy without review (table (b) row 4).
    """
    kind = kind_of(kind_key)
    parties = kind.parties(actor, subject)
    offered = [m for m in kind.lifecycle.offered(subject.status, parties) if not m.verdict]
    if policy.reviews(kind):
        offered = [m for m in offered if m.name != "publish"]
    if subject.edit_state and edits.WITHDRAW_EDIT.who & parties:
        offered.append(edits.WITHDRAW_EDIT)
    return offered


def move_many(
    session: Session,
    actor: Actor,
    kind_key: str,
    items: Iterable[tuple[int, int | None]],
    name: str,
    *,
    reason: str = "",
    values: Mapping[str, Any] | None = None,
) -> list[Outcome]:
    """The move for each (id, version seen), one transaction each: what is refused for one does not stop the others."""
    outcomes: list[Outcome] = []
    for subject_id, version in items:
        try:
            move(session, actor, kind_key, subject_id, name, version=version, reason=reason, values=values)
            outcomes.append(Outcome(subject_id, True))
        except Refused as refusal:
            outcomes.append(Outcome(subject_id, False, refusal.code, {**refusal.facts, "field": refusal.field}))
    return outcomes
