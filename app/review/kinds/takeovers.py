"""A unit is taken over by a successor (GD-18, GD-22), decided by the bureau of the unit's division.

A verdict changes nothing but the claim; what follows from it waits for the end of the undo (app/review/takeovers.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, extract, func, select
from sqlalchemy.orm import Session

from app.models.accounts import Hat
from app.models.sessions import LoginSession
from app.models.takeovers import TakeoverMaterial, UnitTakeover
from app.models.units import Unit
from app.review.kinds import bans
from app.review.kinds.base import Approved, Origin, Subject, Values
from app.review.kinds.materials import WithMaterials
from app.review.kinds.standing import approved_unit, holders, known, person_standing, unit_part
from app.review.kinds.unit_owners import owners
from app.review.ledger import account_of
from app.rules.actor import PEOPLE, Actor
from app.rules.codes import uscc_fault
from app.rules.lifecycle import Move
from app.rules.refused import Refused
from app.rules.takeovers import SLOTS, TAKEOVER


class TakeoverKind(WithMaterials):
    """A real-named person claims a registered unit; approved, the person owns it and the former owners do not."""

    key = "unit_takeover"
    label = _l("Takeover of a unit")
    model = UnitTakeover
    lifecycle = TAKEOVER
    sender_roles = PEOPLE  # a graduate may found a firm, or follow in one
    link = "/unittakeoverview/show/{id}"
    papers, papers_of, paper_slots = TakeoverMaterial, "takeover_id", SLOTS
    extra = frozenset({"uscc"})
    constraint_codes: ClassVar[Mapping[str, str]] = {"open": "takeover_twice"}
    unseen = frozenset({"T05", "T06", "T07"})

    def own(self, actor: Actor) -> ColumnElement[bool]:
        """What the person asked for."""
        return and_(UnitTakeover.created_by_id == account_of(actor))

    def is_own(self, actor: Actor, subject: Subject) -> bool:
        """The row form of `own`."""
        return bool(subject.created_by_id == actor.account_id)

    def owner(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """Names the unit by its credit code; whether one is registered is public (GD-23)."""
        self.require_sender(actor, origin)
        code = str(sent.get("uscc") or "").strip().upper()
        fault = uscc_fault(code)
        if fault:
            raise Refused(f"uscc_{fault}", field="uscc")
        unit: Any = session.scalars(select(Unit).where(Unit.id.in_(holders(code)))).one_or_none()
        if unit is None:
            raise Refused("unit_unknown", field="uscc")
        self._stands(session, unit.id, account_of(actor))
        return {
            "uscc": code, "unit_id": unit.id, "region_code": unit.region_code, "created_by_id": account_of(actor),
            **origin.columns,
        }  # fmt: skip

    def acting_for(self, subject: Subject) -> str:
        """The unit."""
        return str(subject.unit.name)

    def guard(self, session: Session, subject: Subject, move: Move, today: date) -> None:
        """Only an approved unit, by somebody who does not own it yet."""
        if not move.opens_round:
            return
        if subject.purged_at is not None:
            raise Refused("papers_purged")
        self._stands(session, subject.unit_id, subject.created_by_id)

    @staticmethod
    def _stands(session: Session, unit_id: int, account_id: int | None) -> None:
        approved_unit(session, unit_id)
        if session.scalar(owners(Hat.id, unit_id).where(Hat.account_id == account_id)) is not None:
            raise Refused("takeover_own", field="uscc")

    def around(self, session: Session, subject: Subject) -> Values:
        """The unit as it is registered."""
        return {"unit": unit_part(subject.unit)}

    def sender_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """Nothing of the present owners."""
        return known({"today": today, "handler": person_standing(session, subject.created_by_id, today)})

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """T01..T07."""
        seen = select(func.max(LoginSession.seen_at)).where(LoginSession.account_id == Hat.account_id).scalar_subquery()
        days = extract("day", func.now() - seen)
        rows = session.execute(owners(days.label("days"), subject.unit_id))
        rivals = select(func.count()).where(
            UnitTakeover.unit_id == subject.unit_id,
            UnitTakeover.id != (subject.id or 0),
            UnitTakeover.status == "pending",
        )
        return {
            **self.sender_facts(session, subject, evidence, today),
            "owners": [{"days": int(row.days) if row.days is not None else None} for row in rows],
            "rivals": session.scalar(rivals) or 0,
            "banned": bans.on_person(session, subject.created_by_id, ("uscc", subject.uscc)),
        }

    def apply(self, session: Session, subject: Subject, verdict: Approved) -> None:
        """The unit must still be one that can be owned."""
        self._stands(session, subject.unit_id, subject.created_by_id)
        super().apply(session, subject, verdict)

    def guard_undo(self, session: Session, subject: Subject) -> None:
        """Once the unit was handed over it is too late."""
        if subject.settled_at is not None:
            raise Refused("undo_too_late")


KINDS = (TakeoverKind(),)
