"""Appeals for a lost account or password by documents (GD-17..22, HL-06..09), decided by the bureau of the division.

Whoever appeals has no account to act under: the page sends the appeal in as the machine, after the new telephone was
proven. A verdict changes nothing but the appeal; what follows from it waits for the end of the undo (app/review/appeals.py).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, ColumnElement, cast, column, exists, false, func, or_, select, values
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.orm import Session

from app.models.accounts import Hat, Person
from app.models.appeals import Appeal, AppealFile
from app.models.base import vault
from app.models.files import StoredFile
from app.models.units import Blacklisted, Unit, UnitMaterial
from app.review.kinds.base import BY_HAND, Approved, Kind, Origin, Subject, Values
from app.review.ledger import account_of
from app.review.policy import policy_for, switch
from app.rules.actor import PEOPLE, Actor, Role, covers
from app.rules.appeals import APPEAL, SLOTS, UNIT, required
from app.rules.checks.appeals import NEAR
from app.rules.codes import phone_fault, uscc_fault
from app.rules.dates import today as local_today
from app.rules.hats import is_staff
from app.rules.lifecycle import Move
from app.rules.refused import Refused
from app.rules.schools import numbered

_OPEN = ("pending", "returned")
_SHOWN_EARLIER = 5
_NEWEST = 5000  # pictures looked at: keeps one appeal's work bounded


class AppealKind(Kind):
    """Somebody asks for an account back and proves it by documents."""

    key = "account_appeal"
    label = _l("Appeal for an account")
    model = Appeal
    lifecycle = APPEAL
    sender_roles = PEOPLE
    relations = frozenset({"files"})
    files_limit = len(SLOTS)
    message_kind = "system"
    link = "/appealview/show/{id}"
    unseen = frozenset({"A03", "A04", "A06", "A07", "A08"})

    # -- whose rows -------------------------------------------------------------------------------

    def own(self, actor: Actor) -> ColumnElement[bool]:
        """What somebody sent in while logged in; of all others the number of the receipt is the key."""
        return Appeal.created_by_id == account_of(actor)

    def is_own(self, actor: Actor, subject: Subject) -> bool:
        """The row form of `own`."""
        return bool(subject.created_by_id is not None and subject.created_by_id == actor.account_id)

    def may_send(self, actor: Actor, subject: Subject) -> bool:
        """For whom is not logged in the page acts, which is the machine."""
        if actor.role is Role.CLOCK:
            return subject.created_by_id is None
        return super().may_send(actor, subject)

    def concerns(self, actor: Actor, subject: Subject) -> bool:
        """Nobody decides on the own account."""
        return super().concerns(actor, subject) or subject.account_id == actor.account_id

    def title(self, subject: Subject) -> str:
        """The unit, or the masked name: rounds outlive the personal data."""
        return str(subject)[:160]

    def acting_for(self, subject: Subject) -> str:
        """The unit whose account it is."""
        return str(subject.unit_name)

    def owner(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """A person who is logged in, or nobody at all."""
        if actor.role is not Role.CLOCK:
            self.require_sender(actor, BY_HAND)
        return {"created_by_id": account_of(actor), **origin.columns}

    # -- content ----------------------------------------------------------------------------------

    def clean(self, sent: Mapping[str, Any], *, creating: bool = False) -> Values:
        """Codes in one way of writing, and right in themselves."""
        found = super().clean(sent, creating=creating)
        if found.get("uscc"):
            found["uscc"] = found["uscc"].upper()
            fault = uscc_fault(found["uscc"])
            if fault:
                raise Refused(f"uscc_{fault}", field="uscc")
        if "phone" in found and (not found["phone"] or phone_fault(found["phone"])):
            raise Refused("mobile_form", field="phone")
        if "id_number" in found:
            found["id_number"] = (found["id_number"] or "").upper()
            numbered(str(found.get("document_kind") or "resident_id"), found["id_number"], local_today())
        if creating and not found.get("agreed"):
            raise Refused("consent_needed", field="agreed")
        return found

    def write(self, session: Session, subject: Subject, values: Mapping[str, Any]) -> None:
        """With the blind indexes beside."""
        super().write(session, subject, values)
        subject.index_personal()

    def attached(self, session: Session, subject: Subject) -> list[tuple[str, Any]]:
        """The materials."""
        stmt = select(AppealFile.slot, StoredFile).join(StoredFile, StoredFile.id == AppealFile.file_id)
        rows = session.execute(stmt.where(AppealFile.appeal_id == subject.id).order_by(AppealFile.id))
        return [(row.slot, row.StoredFile) for row in rows]

    def attach(self, session: Session, subject: Subject, slots: list[tuple[str, Any]]) -> None:
        """Takes uploads over that wait for this; what is replaced waits for the purge without an appeal."""
        wanted = {slot: file.id for slot, file in slots}
        if len(wanted) != len(slots) or not set(wanted) <= set(SLOTS):
            raise Refused("bad_value", field="files")
        for one in list(subject.materials):
            if wanted.get(one.slot) == one.file_id:
                del wanted[one.slot]
            else:
                one.appeal = None
        session.flush()
        free = select(AppealFile).where(AppealFile.appeal_id.is_(None), AppealFile.file_id.in_(list(wanted.values())))
        waiting = {(one.slot, one.file_id): one for one in session.scalars(free)}
        for slot, file_id in wanted.items():
            row = waiting.get((slot, file_id)) or AppealFile(slot=slot, file_id=file_id, phone_hash=subject.phone_hash)
            row.appeal = subject
            session.add(row)
        session.flush()
        session.expire(subject, ["materials"])

    # -- checks -----------------------------------------------------------------------------------

    def required(self, session: Session, subject: Subject) -> tuple[str, ...]:
        """What the division asks for, and that of the unit: the stricter of both (table (b) row 30)."""
        here = set(required_in(session, subject.party, subject.region_code))
        at_home = select(Unit.region_code).where(Unit.uscc == subject.uscc, Unit.status != "deleted").limit(1)
        home = session.scalar(at_home) if subject.party == UNIT and subject.uscc else None
        here |= set(required_in(session, subject.party, home)) if home else set()
        return tuple(slot for slot in SLOTS if slot in here)

    def sender_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """Nothing of what is stored."""
        return {"today": today, "required": list(self.required(session, subject))}

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """A01..A10."""
        found = meant(session, subject)
        policy = policy_for(session, self.key, subject.region_code)
        return {
            "today": today,
            "required": list(self.required(session, subject)),
            "match": _match(subject, found),
            "seen_elsewhere": _seen_elsewhere(session, subject, evidence),
            "earlier": _earlier(session, subject, today),
            "account": _standing(session, subject, found),
            "working_days": policy.working_days,
            "hands_over": True,
            **_origin(session, subject, found),
        }

    # -- verdicts ---------------------------------------------------------------------------------

    def guard(self, session: Session, subject: Subject, move: Move, today: date) -> None:
        """What was purged has nothing left to be decided on."""
        if move.opens_round and subject.purged_at is not None:
            raise Refused("wrong_state", status=subject.status)

    def apply(self, session: Session, subject: Subject, verdict: Approved) -> None:
        """Names the account that was asked for; what follows waits until the verdict can no longer be taken back."""
        found = meant(session, subject)
        if found is None:
            raise Refused("appeal_no_account")
        if found.staff:
            raise Refused("appeal_of_staff")
        subject.account_id = found.account_id

    def revert(self, session: Session, subject: Subject, memory: Mapping[str, Any]) -> None:
        """Nobody is named any more."""
        super().revert(session, subject, memory)
        subject.account_id = None

    def guard_undo(self, session: Session, subject: Subject) -> None:
        """Once the sender has been told it is too late."""
        if subject.told_at is not None and subject.decided_at is not None and subject.told_at >= subject.decided_at:
            raise Refused("undo_too_late")


def required_in(session: Session, party: str, region_code: str) -> tuple[str, ...]:
    """The places that must be filled in a division."""
    photos = switch(session, "appeal_asks_photos", region_code, "1") == "1"
    statement = switch(session, "appeal_asks_statement", region_code, "0") == "1"
    return required(party, photos=photos, statement=statement)


class Meant:
    """The account that an appeal is about."""

    def __init__(self, row: Any) -> None:
        self.account_id, self.name, self.active, self.unit = row.account_id, row.real_name, bool(row.active), row.Unit
        self.staff = is_staff([Role(role) for role in row.roles or []])
        self.claimed = row.id_hash is None
        regions = [row.Unit.region_code] if row.Unit is not None else [code for code in row.regions or [] if code]
        self.regions: list[str] = regions


def meant(session: Session, subject: Subject) -> Meant | None:
    """Found by the blind index of the document; for a unit among those who act for it. One statement.

    Whoever only registered has claimed a document: that counts where a single account claims it under this very name.
    """
    marks = vault().blinds((subject.id_number or "").upper(), "id_number")
    mine = (Hat.account_id == Person.account_id) & Hat.active
    roles = select(func.array_agg(Hat.role)).where(mine).scalar_subquery()
    regions = select(func.array_agg(Hat.region_code)).where(mine).scalar_subquery()
    unit = select(Unit.id).where(Unit.uscc == subject.uscc, Unit.status != "deleted").limit(1).scalar_subquery()
    stmt = (
        select(
            Person.account_id, Person.real_name, Person.id_hash, User.active, roles.label("roles"),
            regions.label("regions"), Unit,
        )
        .join(User, User.id == Person.account_id)
        .outerjoin(Unit, Unit.id == unit if subject.party == UNIT else false())
        .where(or_(Person.id_hash.in_(marks), Person.id_hash.is_(None) & Person.claim_hash.in_(marks) & User.active))
    )  # fmt: skip
    if subject.party == UNIT:
        stmt = stmt.where(exists().where(mine, Hat.unit_id == Unit.id))
    found = [Meant(row) for row in session.execute(stmt.limit(_SHOWN_EARLIER))]
    proven = [one for one in found if not one.claimed]
    if proven:
        return proven[0]
    named = [one for one in found if _equal(subject.real_name, one.name)]
    return named[0] if len(named) == 1 and len(found) == 1 else None


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.strip().encode(), other.strip().encode())


def _match(subject: Subject, found: Meant | None) -> Values:
    if found is None:
        return {"found": False}
    told: Values = {"found": True, "staff": found.staff, "name": _equal(subject.real_name, found.name)}
    told["claimed"] = found.claimed
    if found.regions:
        told["region"] = any(
            covers(one, subject.region_code) or covers(subject.region_code, one) for one in found.regions
        )
    if found.unit is not None:
        told["unit_name"] = _equal(subject.unit_name, found.unit.name)
    return told


def _standing(session: Session, subject: Subject, found: Meant | None) -> Values:
    asked = (("id_number", subject.id_number), ("phone", subject.phone), ("uscc", subject.uscc))
    bans = [(what, vault().blinds(value, what)) for what, value in asked if value]
    hit = or_(*((Blacklisted.subject == what) & Blacklisted.value_hash.in_(marks) for what, marks in bans))
    rival = (
        select(func.count())
        .where(_same_matter(subject), Appeal.id != (subject.id or 0), Appeal.status.in_(_OPEN))
        .scalar_subquery()
    )
    row = session.execute(select(exists().where(Blacklisted.active, hit), rival)).one()
    return {"banned": row[0], "rivals": row[1], **({"active": found.active} if found else {})}


def _same_matter(subject: Subject) -> ColumnElement[bool]:
    mine = Appeal.id_hash == subject.id_hash
    return or_(mine, Appeal.uscc == subject.uscc) if subject.uscc else mine


def _earlier(session: Session, subject: Subject, today: date) -> list[Values]:
    rows = session.execute(
        select(Appeal.status, Appeal.created_on)
        .where(Appeal.id_hash == subject.id_hash, Appeal.id != (subject.id or 0), Appeal.status != APPEAL.initial)
        .order_by(Appeal.id.desc())
        .limit(_SHOWN_EARLIER)
    )
    return [{"status": row.status, "days": max((today - row.created_on.date()).days, 0)} for row in rows]


def _origin(session: Session, subject: Subject, found: Meant | None) -> Values:
    others = exists().where(
        Person.phone_hash.in_(vault().blinds(subject.phone or "-", "phone")),
        Person.account_id != (found.account_id if found else 0),
    )
    lately = (Appeal.created_on > func.now() - timedelta(days=30)) & (Appeal.status != APPEAL.initial)
    of_phone = func.count().filter(Appeal.phone_hash == subject.phone_hash, Appeal.id != (subject.id or 0))
    of_address = func.count().filter(Appeal.address == subject.address, Appeal.id != (subject.id or 0))
    same = or_(Appeal.phone_hash == subject.phone_hash, Appeal.address == subject.address)
    row = session.execute(select(of_phone, of_address, select(others).scalar_subquery()).where(lately, same)).one()
    address_appeals = row[1] + 1 if subject.address else 0
    return {"phone_appeals": row[0] + 1, "address_appeals": address_appeals, "phone_elsewhere": bool(row[2])}


def _seen_elsewhere(session: Session, subject: Subject, evidence: Mapping[str, Any]) -> list[str]:
    """Files of the evidence that came with somebody else's appeal or unit before."""
    probes = [(f["file_id"], f.get("phash"), f.get("sha256")) for f in evidence.get("files") or []]
    if not probes:
        return []
    probe = values(column("file_id"), column("phash", BigInteger), column("sha256"), name="probe").data(probes)
    of_appeals = (
        select(StoredFile.phash, StoredFile.sha256, StoredFile.blank)
        .join(AppealFile, AppealFile.file_id == StoredFile.id)
        .join(Appeal, Appeal.id == AppealFile.appeal_id)
        .where(Appeal.id != (subject.id or 0), Appeal.id_hash.is_distinct_from(subject.id_hash))
        .order_by(AppealFile.id.desc())
        .limit(_NEWEST)
    )
    of_units = (
        select(StoredFile.phash, StoredFile.sha256, StoredFile.blank)
        .join(UnitMaterial, UnitMaterial.file_id == StoredFile.id)
        .join(Unit, Unit.id == UnitMaterial.unit_id)
        .where(or_(Unit.uscc.is_(None), Unit.uscc != subject.uscc))
        .order_by(UnitMaterial.id.desc())
        .limit(_NEWEST)
    )
    there = select(of_appeals.subquery()).union_all(select(of_units.subquery())).subquery()
    apart = func.bit_count(cast(there.c.phash.op("#")(cast(probe.c.phash, BigInteger)), BIT(64)))
    near = or_(there.c.sha256 == probe.c.sha256, (apart <= NEAR) & ~there.c.blank)
    return list(session.scalars(select(probe.c.file_id).join(there, near).distinct()))


KINDS = (AppealKind(),)
