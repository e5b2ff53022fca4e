"""Rounds: opened with pinned evidence, superseded by an edit, withdrawn with their subject (review.md 3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models.review import ReviewCase, ReviewEvidence, ReviewRound
from app.review import calendar, evidence, ledger, officers, switches
from app.review.kinds import custom, unit_owners
from app.review.kinds.base import Kind, Subject, Values
from app.review.outbox import Notice, enqueue
from app.review.policy import Policy
from app.rules import checks
from app.rules.actor import Actor
from app.rules.calendar import local_day
from app.rules.findings import Finding, Severity, all_green, blocks, is_grave
from app.rules.refused import Refused


@dataclass(frozen=True, slots=True)
class Checked:
    """Evidence with what the checks say of it, and what it is compared with."""

    evidence: Values
    base: Mapping[str, Any] | None
    findings: list[Finding]

    @property
    def high(self) -> bool:
        """Something nobody but a person may let pass."""
        return any(found.severity is Severity.HIGH for found in self.findings)

    @property
    def grave(self) -> bool:
        """A fault, and not only something to compare by eye."""
        return any(is_grave(found.code, found.severity) for found in self.findings)


def approved_before(session: Session, kind: Kind, subject: Subject) -> Values | None:
    """The evidence of the last approved round of the subject."""
    content = session.scalar(
        select(ReviewEvidence.content)
        .join(ReviewRound, ReviewRound.evidence_digest == ReviewEvidence.digest)
        .where(ReviewRound.kind == kind.key, ReviewRound.subject_id == subject.id, ReviewRound.state == "approved")
        .order_by(ReviewRound.id.desc())
        .limit(1)
    )
    return content or None


def check(
    session: Session, kind: Kind, subject: Subject, proposed: Values, base: Mapping[str, Any] | None, now: datetime
) -> Checked:
    """Runs the kind's checks. Raises Refused("checks_block") with the first field and all blocking findings."""
    facts = kind.facts(session, subject, proposed, local_day(now))
    if base:
        facts["approved"] = evidence.shown(base)
    set_here = switches.in_force(session, kind.region(session, subject), local_day(now))
    findings = checks.run(kind.key, proposed, facts, set_here)
    blocking = [*custom.missing(session, subject, proposed), *blocks(findings)]
    if blocking:
        raise Refused(
            "checks_block", field=blocking[0].field or None, findings=[finding.as_dict() for finding in blocking]
        )
    return Checked(proposed, base, findings)


def open_round(
    session: Session,
    actor: Actor,
    kind: Kind,
    subject: Subject,
    checked: Checked,
    policy: Policy,
    now: datetime,
    *,
    is_change: bool,
    replaces: Any = None,
) -> Any:
    """A new round in the queue; `replaces` is the open round it supersedes. Tells the sender that it arrived."""
    due = _due(session, policy, now, replaces)
    if replaces is not None:
        close(session, replaces, "superseded", now)
    last = _last_round(session, kind, subject)
    pinned = [checked.evidence, *([checked.base] if checked.base else [])]
    digests = evidence.pin(session, pinned)
    round_id: int = session.execute(
        select(func.nextval(func.pg_get_serial_sequence("review_round", "id")))
    ).scalar_one()
    region = kind.region(session, subject)
    wanted = policy.seats(grave=checked.grave)
    seats = officers.seats(session, kind, subject, region, wanted, ledger.account_of(actor))
    opened = ReviewRound(
        id=round_id,
        case_id=_case(session, kind, subject),
        kind=kind.key,
        subject_id=subject.id,
        title=kind.title(subject),
        round_no=(last.round_no if last else 0) + 1,
        receipt_no=f"{region}-{local_day(now):%Y%m%d}-{round_id:06d}",
        state="queued",
        is_change=is_change,
        evidence_digest=digests[0],
        base_digest=digests[1] if checked.base else None,
        region_code=region,
        school_id=kind.school_id(subject),
        unit_id=kind.unit_id(subject),
        tier=policy.tier,
        seats_needed=seats,
        seats_wanted=wanted,
        alone=seats < wanted,
        due_at=due,
        all_green=all_green(checked.findings),
        parent_id=last.id if last else None,
        submitted_by_id=ledger.account_of(actor),
        acting_for=kind.acting_for(subject),
        submitted_at=now,
        checks=[finding.as_dict() for finding in checked.findings],
    )
    session.add(opened)
    subject.submitted_at = now
    session.flush()
    notify(session, kind, subject, opened, "submission_received", {"due_at": due})
    if replaces is not None:
        record(session, "supersede", actor, replaces, {"by": opened.id})
    facts: dict[str, Any] = {"digest": digests[0], "round_no": opened.round_no, "parent": opened.parent_id}
    if wanted > 1:
        facts |= seats_facts(opened)
    record(session, "submit", actor, opened, facts)
    return opened


def seats_facts(row: Any) -> dict[str, int]:
    """For the ledger: how many people must agree, and how many should."""
    return {"seats": row.seats_needed, "seats_set": row.seats_wanted}


def close(session: Session, row: Any, state: str, now: datetime) -> None:
    """Ends an open round without a verdict: superseded or withdrawn. The lease goes with it."""
    row.state = state
    row.version += 1
    row.holder_id, row.lease_until, row.claimed_at, row.clock_stopped_at = None, None, None, None
    row.decided_at = now
    session.flush()


def record(session: Session, action: str, actor: Actor, row: Any, facts: Mapping[str, Any] | None = None) -> None:
    """A round's event in the ledger, with the state it leads to."""
    ledger.write(session, [event_of(action, actor, row, facts)])


def event_of(action: str, actor: Actor, row: Any, facts: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A round's event as `ledger.write` takes it."""
    return ledger.event(
        action,
        actor,
        row.region_code,
        kind=row.kind,
        subject_id=row.subject_id,
        round_id=row.id,
        facts={"state": row.state, "version": row.version, **(facts or {})},
    )


def notify(
    session: Session,
    kind: Kind,
    subject: Subject,
    row: Any,
    template: str,
    facts: Mapping[str, Any] | None = None,
    *,
    dedupe: str = "",
    delay_seconds: int = 0,
) -> None:
    """A notice to the sender's side."""
    notice = notice_of(kind, subject, row, template, facts, dedupe=dedupe)
    enqueue(session, notice, told(session, kind, subject, row), delay_seconds=delay_seconds)


def told(
    session: Session, kind: Kind, subject: Subject, row: Any = None, owners: Collection[int] | None = None
) -> set[int | None]:
    """The accounts of the sender's side; of a unit's own matters whoever owns it now. `owners`: these, where known."""
    found = {*kind.recipients(subject), *([row.submitted_by_id] if row is not None else [])}
    unit = kind.unit_id(subject) if kind.by_owners else None
    return found if unit is None else {*unit_owners.in_office(session, unit, found, owners)}


def notice_of(
    kind: Kind, subject: Subject, row: Any, template: str, facts: Mapping[str, Any] | None = None, *, dedupe: str = ""
) -> Notice:
    """What the sender's side is told, made of this round and nothing else (invariant 14)."""
    return Notice(
        template=template,
        message_kind=kind.message_kind,
        facts={"kind": kind.key, "title": row.title, "receipt_no": row.receipt_no, **(facts or {})},
        link=link(kind, subject),
        dedupe=dedupe or f"{row.id}",
        round_id=row.id,
    )


def link(kind: Kind, subject: Subject) -> str:
    """Path of the sender's screen for the subject."""
    return kind.link.format(id=subject.id, unit_id=kind.unit_id(subject) or subject.id)


def _due(session: Session, policy: Policy, now: datetime, replaces: Any) -> datetime:
    if replaces is None:
        return calendar.due_at(session, now, policy.working_days)
    return calendar.due_after_resubmission(session, replaces.clock_stopped_at or now, replaces.due_at, now)


def _case(session: Session, kind: Kind, subject: Subject) -> int:
    stmt = insert(ReviewCase).values(kind=kind.key, subject_id=subject.id)
    stmt = stmt.on_conflict_do_update(index_elements=["kind", "subject_id"], set_={"kind": stmt.excluded.kind})
    case_id: int = session.execute(stmt.returning(ReviewCase.id)).scalar_one()
    return case_id


def _last_round(session: Session, kind: Kind, subject: Subject) -> Any:
    return session.execute(
        select(ReviewRound.id, ReviewRound.round_no)
        .where(ReviewRound.kind == kind.key, ReviewRound.subject_id == subject.id)
        .order_by(ReviewRound.id.desc())
        .limit(1)
    ).one_or_none()
