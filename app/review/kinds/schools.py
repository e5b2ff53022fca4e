"""Residency 入驻 of units at schools, decided by the school's administrator (HL-54..57)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, delete, false, func, select
from sqlalchemy.orm import Session

from app.models.positions import Posting, posting_school
from app.models.review import ReviewRound
from app.models.schools import Residency, School
from app.review.kinds.base import Kind, Origin, Subject, Values
from app.review.kinds.standing import approved_unit, known, unit_part, unit_standing
from app.review.ledger import account_of
from app.rules.actor import UNIT_SIDE, Actor, Role
from app.rules.lifecycle import Move
from app.rules.refused import Refused
from app.rules.schools import RESIDENCY


class ResidencyKind(Kind):
    """A unit asks to be resident at a school."""

    key = "residency"
    label = _l("Residency at a school")
    model = Residency
    lifecycle = RESIDENCY
    sender_roles = UNIT_SIDE
    for_unit = True
    decider_roles = frozenset({Role.SCHOOL})
    keeper_roles = frozenset({Role.SCHOOL})
    grant = "residency"
    message_kind = "recruit"
    link = "/residencyview/show/{id}"
    extra = frozenset({"school_id"})
    constraint_fields: ClassVar[Mapping[str, str]] = {"uq_residency_unit_id_school_id": "school_id"}
    constraint_codes: ClassVar[Mapping[str, str]] = {"unit_id_school_id": "residency_there"}
    move_notices: ClassVar[Mapping[str, str]] = {"revoke": "residency_revoked"}

    def beside(self, actor: Actor) -> ColumnElement[bool]:
        """The school sees what was sent to it, as far as the person was granted the function."""
        if actor.role is Role.SCHOOL and actor.school_id and self.granted(actor):
            return and_(Residency.school_id == actor.school_id, Residency.status != self.lifecycle.initial)
        return false()

    def school_id(self, subject: Subject) -> int | None:
        """The school that decides."""
        return int(subject.school_id)

    def title(self, subject: Subject) -> str:
        """Unit and school."""
        return f"{subject.unit.name} – {subject.school.name}"[:160]

    def owner(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """An approved unit at a school that takes residents."""
        self.require_sender(actor, origin)
        unit = approved_unit(session, origin.columns.get("unit_id", actor.unit_id))
        school_id = origin.columns.get("school_id") or sent.get("school_id")
        if not school_id:
            raise Refused("missing", field="school_id")
        if not str(school_id).isdigit():
            raise Refused("bad_value", field="school_id")
        school: Any = session.get(School, int(school_id))
        if school is None:
            raise Refused("bad_value", field="school_id")
        if not school.open_for_residency:
            raise Refused("school_closed", field="school_id")
        account = account_of(actor)
        return {
            "unit_id": unit.id,
            "school_id": school.id,
            "region_code": school.region_code,
            "created_by_id": account,
            **origin.columns,
        }

    def guard(self, session: Session, subject: Subject, move: Move, today: date) -> None:
        """Only an approved unit applies, and only where the school takes residents."""
        if move.opens_round:
            approved_unit(session, subject.unit_id)
            if not subject.school.open_for_residency:
                raise Refused("school_closed", field="school_id")

    def moved(self, session: Session, subject: Subject, move: Move, reason: str) -> None:
        """The unit reads why it was revoked; its postings are no longer shown to the school (HL-57)."""
        if move.name != "revoke":
            return
        subject.revoked_reason = reason[:300]
        units = select(Posting.id).where(Posting.unit_id == subject.unit_id)
        here = (posting_school.c.school_id == subject.school_id, posting_school.c.posting_id.in_(units))
        session.execute(delete(posting_school).where(*here))

    def around(self, session: Session, subject: Subject) -> Values:
        """Who asks whom."""
        school = subject.school
        return {
            "unit": unit_part(subject.unit),
            "school": {"id": school.id, "code": school.code, "name": school.name},
        }

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """D01..D04."""
        refusals = select(func.count()).where(
            ReviewRound.kind == self.key, ReviewRound.subject_id == subject.id, ReviewRound.state == "rejected"
        )
        return known(
            {
                "today": today,
                "unit": unit_standing(session, subject.unit_id),
                "school_name": subject.school.name,
                "school_open": subject.school.open_for_residency,
                "earlier_refusals": session.scalar(refusals) or 0 if subject.id else 0,
            }
        )


KINDS = (ResidencyKind(),)
