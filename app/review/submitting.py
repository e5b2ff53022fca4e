"""Sending in: to the queue, or straight to the public where the division's policy asks for no verdict."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.review import door, evidence, ledger, rounds, waiting
from app.review.door import Found
from app.review.kinds.base import Approved
from app.review.policy import policy_for
from app.review.rounds import Checked
from app.review.transaction import database_now, flush
from app.rules.actor import Actor
from app.rules.calendar import local_day
from app.rules.refused import Refused


def send(session: Session, actor: Actor, found: Found) -> Any:
    """The move "submit": a new ReviewRound, or None where it went live without a verdict.

    A finding of grade HIGH is never published unseen, whatever the policy.
    """
    kind, subject = found.kind, found.subject
    wanted = kind.lifecycle.find("submit")
    target = kind.lifecycle.next(subject.status, wanted.name, kind.parties(actor, subject))
    now = database_now(session)
    kind.guard(session, subject, wanted, local_day(now))
    checked = check_as_is(session, found, now)
    policy = policy_for(session, kind.key, kind.region(session, subject))
    if not policy.reviews(kind) and not checked.high:
        publish_unseen(session, actor, found, checked, now)
        return None
    door.set_status(kind, subject, target)
    flush(session, kind)  # what the new status breaks is refused in words, not met by the next statement
    return rounds.open_round(session, actor, kind, subject, checked, policy, now, is_change=False, replaces=found.round)


def check_as_is(session: Session, found: Found, now: datetime) -> Checked:
    """Checks the row's content as it stands against what was approved before."""
    kind, subject = found.kind, found.subject
    base = kind.base(session, subject) or rounds.approved_before(session, kind, subject)
    return rounds.check(session, kind, subject, kind.snapshot(session, subject), base, now)


def publish(session: Session, actor: Actor, found: Found, now: datetime) -> None:
    """The move "publish": straight to the public, only where the division's policy asks for no review."""
    kind, subject = found.kind, found.subject
    policy = policy_for(session, kind.key, kind.region(session, subject))
    if policy.reviews(kind):
        raise Refused("review_needed")
    checked = check_as_is(session, found, now)
    if checked.high:
        raise Refused("review_needed")
    publish_unseen(session, actor, found, checked, now)


def publish_unseen(session: Session, actor: Actor, found: Found, checked: Checked, now: datetime) -> None:
    """Goes live without a verdict: on record with the digest of what became public."""
    kind, subject = found.kind, found.subject
    subject.submitted_at = now
    kind.apply(session, subject, Approved(False, local_day(now), checked.evidence, checked.base or {}))
    door.set_status(kind, subject, kind.lifecycle.find("approve").target)
    flush(session, kind)
    waiting.close_what_waits(session, actor, found, now)
    flush(session, kind)
    ledger.append(
        session,
        "publish",
        actor,
        kind.region(session, subject),
        kind=kind.key,
        subject_id=subject.id,
        facts={"status": subject.status, "digest": evidence.digest_of(checked.evidence)},
    )
