"""Edits: in place, superseding the open round, or waiting beside live content that stays public (table (b) row 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func
from sqlalchemy.orm import Session

from app.review import door, evidence, ledger, rounds, submitting, waiting
from app.review.door import Found
from app.review.kinds import custom
from app.review.kinds.base import Approved, Kind, Subject
from app.review.policy import policy_for, switch
from app.review.transaction import database_now, flush
from app.rules.actor import Actor
from app.rules.calendar import local_day
from app.rules.lifecycle import SENDER, Move, move
from app.rules.refused import Refused

SAVED: Final = "saved"
RESUBMITTED: Final = "resubmitted"
PROPOSED: Final = "proposed"
# Takes back an edit that waits beside live content; the content's own status stays.
WITHDRAW_EDIT: Final[Move] = move("withdraw_edit", "live paused", "live", SENDER)


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of an edit: saved in place, resubmitted (the open round was superseded), or proposed (it waits)."""

    kind: str
    subject: Subject
    round: Any = None


def edit_in(session: Session, actor: Actor, found: Found, content: Mapping[str, Any]) -> Edited:
    """Edits without committing."""
    kind, subject = found.kind, found.subject
    if SENDER not in kind.parties(actor, subject):
        raise Refused("not_allowed")
    content, sent_free = _write_free(session, actor, found, content)
    if sent_free and not content:
        return Edited(SAVED, subject)
    if subject.status in kind.lifecycle.revisable and _goes_offline(session, found):
        return _edit_offline(session, actor, found, content)
    if subject.status in kind.lifecycle.revisable:
        return _propose(session, actor, found, content)
    if subject.status in kind.lifecycle.editable:
        _write(session, actor, found, content)
        _record(session, actor, found, "edit")
        return Edited(SAVED, subject)
    if subject.status == "pending" and found.round is not None:
        return _resubmit(session, actor, found, content)
    raise Refused("wrong_state", move="edit", status=subject.status)


def open_to_free(kind: Kind, status: str) -> bool:
    """Whether fields that nobody reviews may be written past a review: what waits for one, or is approved."""
    return status == "pending" or status in kind.lifecycle.revisable | kind.lifecycle.public


def _write_free(
    session: Session, actor: Actor, found: Found, content: Mapping[str, Any]
) -> tuple[Mapping[str, Any], bool]:
    """Writes custom fields that nobody reviews at once; what else was sent, and whether there were any.

    The open round stays as it is: they are no part of its evidence.
    """
    kind, subject = found.kind, found.subject
    free = custom.free(session, subject, content) if open_to_free(kind, subject.status) else {}
    if not free:
        return content, False
    changed = custom.write(session, subject, free)
    if changed:
        flush(session, kind)
        _record(session, actor, found, "edit", changed=sorted(changed))
    return {name: value for name, value in content.items() if name not in free}, True


def _write(session: Session, actor: Actor, found: Found, content: Mapping[str, Any]) -> None:
    kind, subject = found.kind, found.subject
    values = kind.clean(content)
    kind.require(values, subject)
    kind.guard_edit(session, subject, values)
    kind.write(session, subject, values)
    custom.write(session, subject, content)
    kind.relate(session, actor, subject, content)
    # A change that lies in another table alone is a new version of the row all the same.
    subject.changed_on = func.now()
    flush(session, kind)


def _resubmit(session: Session, actor: Actor, found: Found, content: Mapping[str, Any]) -> Edited:
    kind, subject = found.kind, found.subject
    now = database_now(session)
    _write(session, actor, found, content)
    checked = submitting.check_as_is(session, found, now)
    policy = policy_for(session, kind.key, kind.region(session, subject))
    opened = rounds.open_round(
        session, actor, kind, subject, checked, policy, now, is_change=False, replaces=found.round
    )
    return Edited(RESUBMITTED, subject, opened)


def _propose(session: Session, actor: Actor, found: Found, content: Mapping[str, Any]) -> Edited:
    """An edit of live content: a trivial one is written at once, any other waits for a verdict of its own."""
    kind, subject = found.kind, found.subject
    now = database_now(session)
    current = kind.snapshot(session, subject)
    proposed = kind.propose(session, actor, subject, current, content)
    kind.guard_edit(session, subject, kind.clean(content))
    changed = kind.changed(current, proposed)
    if not changed:
        return _nothing_left(session, actor, found, now)
    checked = rounds.check(session, kind, subject, proposed, current, now)
    policy = policy_for(session, kind.key, kind.region(session, subject))
    unseen = kind.trivial(changed, current, proposed) or not policy.reviews(kind)
    if unseen and not checked.high:
        kind.apply(session, subject, Approved(True, local_day(now), proposed, current))
        _nothing_left(session, actor, found, now)
        _record(
            session, actor, found, "edit_live", changed=sorted(changed), digest=evidence.digest_of(checked.evidence)
        )
        return Edited(SAVED, subject)
    door.set_edit(subject, "pending", proposed)
    opened = rounds.open_round(
        session, actor, kind, subject, checked, policy, now, is_change=True, replaces=found.round
    )
    return Edited(PROPOSED, subject, opened)


def _nothing_left(session: Session, actor: Actor, found: Found, now: datetime) -> Edited:
    """Nothing waits any more beside the public content."""
    if found.subject.edit_state:
        waiting.drop_edit(session, actor, found, now)
    flush(session, found.kind)
    return Edited(SAVED, found.subject)


def withdraw_edit(session: Session, actor: Actor, found: Found) -> Subject:
    """The sender takes a waiting, returned or rejected edit back."""
    if SENDER not in found.kind.parties(actor, found.subject):
        raise Refused("not_allowed", move=WITHDRAW_EDIT.name)
    if not found.subject.edit_state:
        raise Refused("wrong_state", move=WITHDRAW_EDIT.name, status=found.subject.status)
    waiting.drop_edit(session, actor, found, database_now(session))
    flush(session, found.kind)
    _record(session, actor, found, WITHDRAW_EDIT.name)
    return found.subject


def _goes_offline(session: Session, found: Found) -> bool:
    """The regional switch of table (b) row 2: an edited post leaves the public until it is approved."""
    kind = found.kind
    if not kind.offline_move:
        return False
    return switch(session, "edit_keeps_public", kind.region(session, found.subject), "1") == "0"


def _edit_offline(session: Session, actor: Actor, found: Found, content: Mapping[str, Any]) -> Edited:
    kind, subject = found.kind, found.subject
    door.set_status(kind, subject, kind.lifecycle.next(subject.status, kind.offline_move, {SENDER}))
    waiting.close_what_waits(session, actor, found, database_now(session))
    _record(session, actor, found, kind.offline_move)
    _write(session, actor, found, content)
    return Edited(RESUBMITTED, subject, submitting.send(session, actor, found))


def _record(session: Session, actor: Actor, found: Found, action: str, **facts: Any) -> None:
    ledger.append(
        session,
        action,
        actor,
        found.kind.region(session, found.subject),
        kind=found.kind.key,
        subject_id=found.subject.id,
        facts={"status": found.subject.status, "version_of_row": found.subject.version, **facts},
    )
