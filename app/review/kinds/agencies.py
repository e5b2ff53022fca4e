"""Entry of agencies, recommended by the bureau and decided by the platform's operator (ZX-26..30)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from app.models.accounts import Hat
from app.models.agencies import Agency, AgencyEntry, AgencyMaterial, AgencyUnit
from app.models.positions import Posting
from app.review.evidence import digest_of
from app.review.kinds import bans
from app.review.kinds.base import Approved, Origin, Subject, Values
from app.review.kinds.materials import WithMaterials
from app.review.kinds.standing import known, person_standing
from app.review.ledger import account_of
from app.review.transaction import database_now, flush
from app.rules.actor import BUREAU, PEOPLE, Actor, Role
from app.rules.agencies import ENTRY, ENTRY_SLOTS
from app.rules.lifecycle import Move
from app.rules.refused import Refused


class AgencyEntryKind(WithMaterials):
    """A person applies for an agency; approved, it exists on the platform and the person acts for it."""

    key = "agency_entry"
    label = _l("Entry of an agency")
    model = AgencyEntry
    lifecycle = ENTRY
    sender_roles = PEOPLE
    decider_roles = frozenset({Role.OPERATOR})
    keeper_roles = BUREAU
    link = "/agencyentryview/show/{id}"
    papers, papers_of, paper_slots = AgencyMaterial, "entry_id", ENTRY_SLOTS
    told = ("recommendation",)
    unseen = frozenset({"Z08"})
    exact = frozenset({"uscc"})
    constraint_fields: ClassVar[Mapping[str, str]] = {"uq_agency_name": "name", "uq_agency_uscc": "uscc"}
    constraint_codes: ClassVar[Mapping[str, str]] = dict.fromkeys(("uq_agency_name", "uq_agency_uscc"), "agency_there")
    move_notices: ClassVar[Mapping[str, str]] = {
        "recommend": "agency_recommended",
        "not_recommend": "agency_not_recommended",
    }

    def own(self, actor: Actor) -> ColumnElement[bool]:
        """What the person applied for."""
        return and_(AgencyEntry.created_by_id == account_of(actor))

    def is_own(self, actor: Actor, subject: Subject) -> bool:
        """The row form of `own`."""
        return bool(subject.created_by_id == actor.account_id)

    def owner(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """Any registered person; whether the name is proven is a check."""
        self.require_sender(actor, origin)
        return {"created_by_id": account_of(actor), **origin.columns}

    def acting_for(self, subject: Subject) -> str:
        """The agency."""
        return str(subject.name)

    def relate(self, session: Session, actor: Actor, subject: Subject, sent: Mapping[str, Any]) -> None:
        """Other content or papers than the bureau saw have no recommendation (ZX-27).

        What waits for the operator is not changed under it: Raises Refused("recommended_otherwise").
        """
        super().relate(session, actor, subject, sent)
        if subject.recommended_at is None or self._as_recommended(session, subject):
            return
        if subject.status == "pending":
            raise Refused("recommended_otherwise")
        _unrecommended(subject)

    def _as_recommended(self, session: Session, subject: Subject) -> bool:
        """Whether it still is what the bureau saw; before digests were kept, where nothing could be changed since."""
        seen = subject.recommended_digest
        return seen == self._digest(session, subject) if seen else subject.status == "recommended"

    def _digest(self, session: Session, subject: Subject) -> str:
        return digest_of(self.content(session, subject))

    def moved(self, session: Session, subject: Subject, move: Move, reason: str) -> None:
        """A recommendation is kept with the entry; taking the entry back takes it along, and so does asking anew."""
        if move.name == "recommend":
            subject.recommendation, subject.recommended_at = reason[:300], database_now(session)
            subject.recommended_digest = self._digest(session, subject)
        elif move.name in ("ask", "withdraw", "not_recommend") and subject.recommended_at is not None:
            _unrecommended(subject)

    def around(self, session: Session, subject: Subject) -> Values:
        """What the bureau said, of what it saw: an entry open to changes is recommended anew, and so is a changed one."""
        sent = subject.recommended_at is not None and subject.status not in self.lifecycle.editable
        said = sent and self._as_recommended(session, subject)
        return {"recommendation": subject.recommendation if said else "", "recommended": said}

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """Z01..Z08."""
        phone = ("phone", self.restored(evidence, frozenset({"contact_phone"}))["contact_phone"])
        found = bans.on_person(session, subject.created_by_id, ("uscc", evidence.get("uscc")), phone)
        return {**self.sender_facts(session, subject, evidence, today), "banned": found}

    def sender_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """Nothing of the list of the banned."""
        return known(
            {
                "today": today,
                "handler": person_standing(session, subject.created_by_id, today),
                "agency_taken": self._taken(session, subject, evidence.get("name"), evidence.get("uscc")),
            }
        )

    @staticmethod
    def _taken(session: Session, subject: Subject, name: str | None, code: str | None) -> bool:
        same = Agency.name == name
        there = exists().where(
            same if not code else same | (Agency.uscc == code), Agency.id != (subject.agency_id or 0)
        )
        return bool(session.scalar(select(there)))

    def before(self, session: Session, subject: Subject, *, is_change: bool) -> Values:
        """Whether the applicant was to become somebody new."""
        return {**super().before(session, subject, is_change=is_change), "agency_id": subject.agency_id}

    def apply(self, session: Session, subject: Subject, verdict: Approved) -> None:
        """The agency comes into being, its data still to be completed; the applicant acts for it.

        Raises Refused("agency_there") where another entry of it was approved meanwhile, or is at this very moment.
        """
        super().apply(session, subject, verdict)
        if subject.agency_id is not None:
            return
        if self._taken(session, subject, subject.name, subject.uscc):
            raise Refused("agency_there")
        made = Agency(
            name=subject.name, kind=subject.agency_kind, region_code=subject.region_code, uscc=subject.uscc,
            licence_no=subject.licence_no, licence_valid_from=subject.licence_valid_from,
            licence_valid_until=subject.licence_valid_until, stage="incomplete",
        )  # fmt: skip
        session.add(made)
        flush(session, self)
        subject.agency_id = made.id
        session.add(Hat(account_id=subject.created_by_id, role=Role.AGENCY.value, agency_id=made.id))
        session.flush()

    def guard_undo(self, session: Session, subject: Subject) -> None:
        """An agency that is at work already is not undone."""
        used = exists().where(AgencyUnit.agency_id == subject.agency_id)
        posted = exists().where(Posting.agency_id == subject.agency_id)
        if subject.agency_id is not None and session.scalar(select(used | posted)):
            raise Refused("wrong_state")

    def revert(self, session: Session, subject: Subject, memory: Mapping[str, Any]) -> None:
        """The agency and the hat go again."""
        super().revert(session, subject, memory)
        made = subject.agency_id
        if made is None or memory.get("agency_id") == made:
            return
        subject.agency_id = None
        session.flush()
        for hat in session.scalars(select(Hat).where(Hat.agency_id == made)):
            session.delete(hat)
        session.flush()
        session.delete(session.get_one(Agency, made))
        session.flush()


def _unrecommended(subject: Subject) -> None:
    subject.recommendation, subject.recommended_at, subject.recommended_digest = "", None, None


KINDS = (AgencyEntryKind(),)
