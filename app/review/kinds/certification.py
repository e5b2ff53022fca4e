"""Certification of employers: person, enterprise and proof of employment (ZX-06)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models.accounts import Person
from app.models.agencies import CertificationMaterial, EmployerCertification
from app.review.kinds.base import Approved, Origin, Subject, Values
from app.review.kinds.in_force import months_later
from app.review.kinds.materials import WithMaterials
from app.review.kinds.standing import approved_unit, known, person_standing, unit_part, unit_standing
from app.review.ledger import account_of
from app.rules.actor import BUREAU, Actor, Role
from app.rules.agencies import CERTIFICATION, CERTIFIED_MONTHS, PROOF_SLOTS, RENEWED_DAYS
from app.rules.lifecycle import Move


class EmployerCertificationKind(WithMaterials):
    """The owner of an approved unit proves to be employed there; approved, the unit bears the label."""

    key = "employer_certification"
    label = _l("Certification of an employer")
    model = EmployerCertification
    lifecycle = CERTIFICATION
    sender_roles = frozenset({Role.OWNER})
    for_unit = True
    decider_roles = BUREAU | {Role.OPERATOR}
    keeper_roles = BUREAU | {Role.OPERATOR}
    link = "/employercertificationview/show/{id}"
    papers, papers_of, paper_slots = CertificationMaterial, "certification_id", PROOF_SLOTS
    told = ("applicant",)
    locked_with = ("unit",)
    constraint_codes: ClassVar[Mapping[str, str]] = {"open": "certified_once"}
    move_notices: ClassVar[Mapping[str, str]] = {"revoke": "certification_revoked", "expire": "certification_expired"}

    def owner(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """For an approved unit, by the person who is employed there."""
        self.require_sender(actor, origin)
        unit = approved_unit(session, origin.columns.get("unit_id", actor.unit_id))
        person: Any = session.get(Person, account_of(actor)) if account_of(actor) else None
        return {
            "unit_id": unit.id,
            "region_code": unit.region_code,
            "created_by_id": account_of(actor),
            "applicant": person.real_name if person is not None else "",
            **origin.columns,
        }

    def guard(self, session: Session, subject: Subject, move: Move, today: date) -> None:
        """A frozen unit is not certified; the person is called as of today, whatever the draft was begun under."""
        if not move.opens_round:
            return
        approved_unit(session, subject.unit_id)
        person: Any = session.get(Person, subject.created_by_id) if subject.created_by_id else None
        if person is not None and person.real_name:
            subject.applicant = person.real_name

    def around(self, session: Session, subject: Subject) -> Values:
        """The two proofs that stand already: the person's name and the enterprise."""
        return {"unit": unit_part(subject.unit), "applicant": subject.applicant}

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """E01..E03."""
        return known(
            {
                "today": today,
                "handler": person_standing(session, subject.created_by_id, today),
                "unit": unit_standing(session, subject.unit_id),
            }
        )

    def moved(self, session: Session, subject: Subject, move: Move, reason: str) -> None:
        """Revoked or expired, the label goes unless another certification holds it."""
        if move.name in ("revoke", "expire"):
            subject.unit.certified_until = self._longest(session, subject)

    def recipients(self, subject: Subject) -> set[int | None]:
        """Nobody reads that a certification is over which another one has followed."""
        followed = subject.status == "expired" and subject.unit.certified_until is not None
        return set() if followed else super().recipients(subject)

    def before(self, session: Session, subject: Subject, *, is_change: bool) -> Values:
        """The days as they were."""
        days = (subject.valid_until, subject.unit.certified_until)
        found = super().before(session, subject, is_change=is_change)
        return {**found, "days": [day.isoformat() if day else None for day in days]}

    def apply(self, session: Session, subject: Subject, verdict: Approved) -> None:
        """The unit bears the label for a year: from today, or from the end of a certification that ends soon."""
        super().apply(session, subject, verdict)
        until, today = subject.unit.certified_until, verdict.today
        soon = until is not None and today <= until <= today + timedelta(days=RENEWED_DAYS)
        subject.valid_until = months_later(until if soon else today, CERTIFIED_MONTHS)
        subject.unit.certified_until = max(subject.valid_until, until) if until else subject.valid_until

    def revert(self, session: Session, subject: Subject, memory: Mapping[str, Any]) -> None:
        """Restores the days."""
        super().revert(session, subject, memory)
        own, units = (date.fromisoformat(day) if day else None for day in memory["days"])
        subject.valid_until, subject.unit.certified_until = own, units

    @staticmethod
    def _longest(session: Session, subject: Subject) -> date | None:
        others = select(func.max(EmployerCertification.valid_until)).where(
            EmployerCertification.unit_id == subject.unit_id,
            EmployerCertification.id != subject.id,
            EmployerCertification.status == "approved",
        )
        found: date | None = session.scalar(others)
        return found


KINDS = (EmployerCertificationKind(),)
