"""Registration of units and changes to approved units (GD-24..31, HL-12..15)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, delete, false, or_, select
from sqlalchemy.orm import Session, object_session

from app.models.accounts import Hat, Person
from app.models.agencies import AgencyUnit
from app.models.base import vault
from app.models.reference import Industry
from app.models.schools import Residency
from app.models.units import MATERIAL_SLOTS, Unit, UnitChange, UnitFacts, UnitMaterial
from app.review.kinds import in_force, unit_facts
from app.review.kinds.base import Approved, Kind, Origin, Subject, Values
from app.review.kinds.lookalikes import Owner, lookalikes
from app.review.kinds.standing import approved_unit, holders, known, person_standing, unit_part
from app.review.kinds.unit_owners import end_roles, owned, owns
from app.review.ledger import account_of
from app.review.policy import switch
from app.rules.actor import PEOPLE, Actor, Role, region_bounds
from app.rules.codes import contact_fault, uscc_fault
from app.rules.hats import RESIDENCY
from app.rules.lifecycle import Move
from app.rules.names import text_initials
from app.rules.refused import Refused
from app.rules.units import CHANGE, PRIVATE_SLOTS, REGISTRATION

_INTRO_LIMIT = 2000
_USCC_LIMIT = 60  # longer than a code, so that what is wrong with it can be said
_INITIALS_LIMIT = 60  # the column's length


class _UnitKind(Kind):
    """What registration and change share: materials, checks' facts, sealed phone."""

    relations: ClassVar[frozenset[str]] = frozenset({"files"})
    slot_words = "material_slot"
    private_slots = PRIVATE_SLOTS
    by_owners = True
    limits: ClassVar[Mapping[str, int]] = {"intro": _INTRO_LIMIT}
    unseen = frozenset({"U14"})
    link: ClassVar[str] = "/unitview/show/{unit_id}"

    @abstractmethod
    def unit_of(self, subject: Subject) -> Any:
        """The unit that the row is, or is about."""

    @abstractmethod
    def place(self, subject: Subject) -> ColumnElement[bool]:
        """The materials that belong to the row."""

    @abstractmethod
    def material(self, subject: Subject, slot: str, file: Any) -> UnitMaterial:
        """A new material row."""

    def attached(self, session: Session, subject: Subject) -> list[tuple[str, Any]]:
        """Materials by slot."""
        rows: Any = session.scalars(select(UnitMaterial).where(self.place(subject)).order_by(UnitMaterial.slot))
        return [(row.slot, row.file) for row in rows]

    def attach(self, session: Session, subject: Subject, slots: list[tuple[str, Any]]) -> None:
        """Replaces the materials; one file per slot."""
        by_slot = dict(slots)
        if len(by_slot) != len(slots) or not by_slot.keys() <= set(MATERIAL_SLOTS):
            raise Refused("bad_value", field="files")
        session.execute(delete(UnitMaterial).where(self.place(subject)).execution_options(synchronize_session="fetch"))
        session.add_all([self.material(subject, slot, file) for slot, file in by_slot.items()])
        session.flush()

    def unit_facts(
        self, session: Session, unit_id: int, subject: Subject, evidence: Mapping[str, Any], today: date
    ) -> Values:
        """Facts of the U family for a registration or a change."""
        phones = vault().blinds(phone, "phone") if (phone := self._phone(evidence)) else ()
        person: Any = session.get(Person, subject.created_by_id) if subject.created_by_id else None
        uscc = evidence.get("uscc") or (evidence.get("unit") or {}).get("uscc") or ""
        return {
            **self.own_facts(session, subject, evidence, today),
            "same_name_units": unit_facts.same_name(session, unit_id, evidence.get("name")),
            **unit_facts.counts(session, unit_id, subject.created_by_id, phones),
            "lookalikes": lookalikes(
                session, evidence, Owner(unit_id, papers_of=unit_id), str(evidence["region_code"])
            ),
            "bans": unit_facts.bans(session, uscc, phones, (person.id_number if person is not None else None) or ""),
        }

    def own_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """What the sender is, and what the reference data say."""
        phone, mail = self._phone(evidence), str(evidence.get("contact_email") or "")
        unit, person = self.unit_of(subject), session.get(Person, subject.created_by_id or 0)
        # What stands with an approved unit was looked at then.
        seen = {unit.contact_phone, unit.contact_email} if unit is not subject else set()
        industry: Any = session.get(Industry, evidence["industry_code"]) if evidence.get("industry_code") else None
        return known(
            {
                "today": today,
                "handler": person_standing(session, subject.created_by_id, today),
                "phone_fault": contact_fault(phone) or "" if phone else None,
                "industry_name": industry.name if industry is not None else None,
                "reverify_due": unit.reverify_due,
                **unit_facts.proven(person, "" if phone in seen else phone, "" if mail in seen else mail),
            }
        )

    def sender_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """No list of the banned, no other unit."""
        return self.own_facts(session, subject, evidence, today)

    def _phone(self, evidence: Mapping[str, Any]) -> str:
        return self.restored(evidence, frozenset({"contact_phone"}))["contact_phone"] or ""


class UnitRegistration(_UnitKind):
    """A unit registers; nothing else is open to it before approval (GD-27)."""

    key = "unit_registration"
    label = _l("Unit registration")
    model = Unit
    lifecycle = REGISTRATION
    sender_roles = PEOPLE | {Role.OWNER}
    exact = frozenset({"uscc"})
    limits = {"intro": _INTRO_LIMIT, "uscc": _USCC_LIMIT}
    constraint_fields = {"ck_unit_uscc": "uscc", "ck_unit_uscc_unless_imported": "uscc", "uq_unit_uscc": "uscc"}
    constraint_codes: ClassVar[Mapping[str, str]] = {"uscc": "unit_there"}
    move_notices = {"freeze": "frozen", "thaw": "thawed"}

    def own(self, actor: Actor) -> ColumnElement[bool]:
        """The unit of the hat, and units this account registered and still owns."""
        me = account_of(actor)
        made = and_(Unit.created_by_id == me, Unit.id.in_(owned(me)))
        return or_(Unit.id == actor.unit_id, made) if actor.unit_id else made

    def is_own(self, actor: Actor, subject: Subject) -> bool:
        """An owner's hat for this unit, or the account that registered it, as long as it owns it."""
        if actor.unit_id is not None and subject.id == actor.unit_id:
            return True
        if subject.created_by_id != actor.account_id:
            return False
        session = object_session(
            subject
        )  # none: a row that is only tried out, or the unit was made by this very request
        return subject.id in actor.owned_units or session is None or owns(session, actor.account_id, subject.id)

    def beside(self, actor: Actor) -> ColumnElement[bool]:
        """A handler reads the own unit, an agency linked ones, a school's staff for residency those that ask or are in."""
        if actor.role is Role.HANDLER and actor.unit_id:
            return and_(Unit.id == actor.unit_id)
        if actor.role is Role.AGENCY and actor.agency_id:
            return Unit.id.in_(
                select(AgencyUnit.unit_id).where(AgencyUnit.agency_id == actor.agency_id, AgencyUnit.authorised)
            )
        if actor.role is Role.SCHOOL and actor.school_id and RESIDENCY in actor.grants:
            dealing = Residency.status.in_(("pending", "active"))
            return Unit.id.in_(select(Residency.unit_id).where(Residency.school_id == actor.school_id, dealing))
        return false()

    def unit_id(self, subject: Subject) -> int | None:
        """The row itself."""
        return int(subject.id)

    def acting_for(self, subject: Subject) -> str:
        """The unit."""
        return str(subject.name)

    def initial(self, origin: Origin) -> str:
        """A unit the bureau collected is imported and unverified."""
        return "imported" if origin.source == "import" else self.lifecycle.initial

    def owner(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """Anybody with an account may register a unit."""
        self.require_sender(actor, origin)
        return {"created_by_id": account_of(actor), "source": origin.source or "form", **origin.columns}

    def created(self, session: Session, actor: Actor, subject: Subject) -> None:
        """Who registers a unit is its owner, so that the draft can be found again under that hat."""
        if account_of(actor) is not None:
            session.add(Hat(account_id=actor.account_id, role=Role.OWNER.value, unit_id=subject.id))

    def clean(self, sent: Mapping[str, Any], *, creating: bool = False) -> Values:
        """The credit code is checked at once, with what is wrong with it (U01)."""
        values = super().clean(sent, creating=creating)
        fault = uscc_fault(values["uscc"]) if values.get("uscc") else None
        if fault:
            raise Refused(f"uscc_{fault}", field="uscc")
        return values

    def write(self, session: Session, subject: Subject, values: Mapping[str, Any]) -> None:
        """Keeps the blind index of the phone and the initials of the name; refuses another credit code."""
        if "uscc" in values and subject.uscc and values["uscc"] != subject.uscc:
            raise Refused("immutable", field="uscc")
        super().write(session, subject, values)
        if values.get("name"):
            subject.initials = text_initials(values["name"])[:_INITIALS_LIMIT]
        if "contact_phone" in values:
            phone = values["contact_phone"]
            subject.phone_hash = vault().blind(phone, "phone") if phone else None

    def guard(self, session: Session, subject: Subject, move: Move, today: date) -> None:
        """What the bureau has collected is not its owner's to delete."""
        if move.name == "delete" and subject.source == "import":
            raise Refused("not_allowed", move=move.name)

    def moved(self, session: Session, subject: Subject, move: Move, reason: str) -> None:
        """With the unit end the roles for it."""
        if move.name == "delete":
            end_roles(session, subject.id)

    def unit_of(self, subject: Subject) -> Any:
        """The row itself."""
        return subject

    def place(self, subject: Subject) -> ColumnElement[bool]:
        """Materials of the unit itself, not of a change."""
        return and_(UnitMaterial.unit_id == subject.id, UnitMaterial.change_id.is_(None))

    def material(self, subject: Subject, slot: str, file: Any) -> UnitMaterial:
        """A material in force."""
        return UnitMaterial(unit_id=subject.id, slot=slot, file=file)

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """U01..U19."""
        found = self.unit_facts(session, subject.id, subject, evidence, today)
        return {**found, "uscc_taken": self._taken(session, subject, evidence)}

    def sender_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """That a code is taken may be known to whoever types it (GD-22)."""
        found = self.own_facts(session, subject, evidence, today)
        return {**found, "uscc_taken": self._taken(session, subject, evidence)}

    @staticmethod
    def _taken(session: Session, subject: Subject, evidence: Mapping[str, Any]) -> bool:
        code = evidence.get("uscc")
        others = holders(code).where(Unit.id != (subject.id or 0))
        return bool(code) and session.scalar(others.limit(1)) is not None

    def before(self, session: Session, subject: Subject, *, is_change: bool) -> Values:
        """The dates of verification as they were."""
        return {**super().before(session, subject, is_change=is_change), "dates": in_force.dates_of(subject)}

    def apply(self, session: Session, subject: Subject, verdict: Approved) -> None:
        """An approved unit is verified for six months."""
        super().apply(session, subject, verdict)
        in_force.verify(subject, verdict.today)

    def revert(self, session: Session, subject: Subject, memory: Mapping[str, Any]) -> None:
        """Restores the dates."""
        super().revert(session, subject, memory)
        in_force.restore_dates(subject, memory["dates"])


_REGISTRATION = UnitRegistration()


class UnitChangeRequest(_UnitKind):
    """A change to an approved unit; the old data stay in force until it is approved (HL-15)."""

    key = "unit_change"
    label = _l("Unit change")
    model = UnitChange
    lifecycle = CHANGE
    sender_roles = frozenset({Role.OWNER})
    for_unit = True
    replaces = True
    locked_with = ("unit",)
    constraint_fields = {"uq_unit_change_open": "unit_id"}
    constraint_codes = {"open": "change_open"}

    @property
    def columns(self) -> tuple[str, ...]:
        """The facts and the sender's explanation."""
        return (*UnitFacts.FACTS, "note")

    def territory(self, actor: Actor) -> ColumnElement[bool]:
        """The bureau where the unit is now decides, also on a move to another division."""
        if not actor.region_code:
            return false()
        here = select(Unit.id).where(Unit.region_code.between(*region_bounds(actor.region_code)))
        return UnitChange.unit_id.in_(here)

    def region(self, session: Session, subject: Subject) -> str:
        """The unit's present division."""
        return str(subject.unit.region_code)

    def title(self, subject: Subject) -> str:
        """The unit's present name."""
        return str(subject.unit.name)

    def owner(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """Starts from what is in force; only the owner of an approved unit may ask for a change."""
        self.require_sender(actor, origin)
        unit = approved_unit(session, origin.columns.get("unit_id", actor.unit_id))
        self._guard_name(session, unit, sent)
        in_force = {name: getattr(unit, name) for name in UnitFacts.FACTS}
        return {
            "unit_id": unit.id,
            "created_by_id": account_of(actor),
            **in_force,
            "extra": dict(unit.extra),
            **origin.columns,
        }

    def guard_edit(self, session: Session, subject: Subject, values: Mapping[str, Any]) -> None:
        """The regional switch on names holds for edits of the request too."""
        self._guard_name(session, subject.unit, values)

    @staticmethod
    def _guard_name(session: Session, unit: Any, values: Mapping[str, Any]) -> None:
        """Whether names may change at all is a regional switch (table (b) row 1)."""
        for name in ("name", "legal_rep"):
            new = values.get(name)
            if (
                new
                and new != getattr(unit, name)
                and switch(session, "allow_name_change", unit.region_code, "1") == "0"
            ):
                raise Refused("name_locked", field=name)

    def guard(self, session: Session, subject: Subject, move: Move, today: date) -> None:
        """A frozen unit sends nothing in."""
        if move.opens_round:
            approved_unit(session, subject.unit_id)

    def unit_of(self, subject: Subject) -> Any:
        """The unit as it stands."""
        return subject.unit

    def place(self, subject: Subject) -> ColumnElement[bool]:
        """Materials sent with the request."""
        return and_(UnitMaterial.change_id == subject.id)

    def material(self, subject: Subject, slot: str, file: Any) -> UnitMaterial:
        """A material that comes into force with the request."""
        return UnitMaterial(unit_id=subject.unit_id, change_id=subject.id, slot=slot, file=file)

    def around(self, session: Session, subject: Subject) -> Values:
        """The unit as it stands."""
        return {"unit": unit_part(subject.unit)}

    def base(self, session: Session, subject: Subject) -> Values | None:
        """What is in force."""
        in_force = _REGISTRATION.content(session, subject.unit)
        return {**in_force, "note": "", "unit": unit_part(subject.unit)}

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """U03, U18 and the rest of the family."""
        return self.unit_facts(session, subject.unit_id, subject, evidence, today)

    def before(self, session: Session, subject: Subject, *, is_change: bool) -> Values:
        """All of the unit that `apply` may touch."""
        return {"unit": _REGISTRATION.content(session, subject.unit), "dates": in_force.dates_of(subject.unit)}

    def apply(self, session: Session, subject: Subject, verdict: Approved) -> None:
        """Copies what differs from the base to the unit, new materials beside the old ones, and verifies it anew."""
        unit = subject.unit
        names = self.changed(verdict.base, verdict.evidence) - {"note", "files"}
        _REGISTRATION.write(session, unit, self.restored(verdict.evidence, names))
        if verdict.evidence["files"]:
            with session.no_autoflush:
                session.execute(in_force.new_materials(unit.id, verdict.evidence["files"]))
        in_force.verify(unit, verdict.today)
        in_force.renamed(session, unit, names)

    def revert(self, session: Session, subject: Subject, memory: Mapping[str, Any]) -> None:
        """Puts back what was in force."""
        unit = subject.unit
        names = self.changed(_REGISTRATION.content(session, unit), memory["unit"]) - {"note"}
        _REGISTRATION.install(session, unit, memory["unit"], names)
        in_force.restore_dates(unit, memory["dates"])
        in_force.renamed(session, unit, names)


KINDS = (_REGISTRATION, UnitChangeRequest())
