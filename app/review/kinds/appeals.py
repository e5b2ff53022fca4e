"""Appeals for a lost account or password by documents (GD-17..22, HL-06..09), decided by the bureau of the division.

Whoever appeals has no account to act under: the page sends the appeal in as the machine, after the new telephone was
proven. A verdict changes nothing but the appeal; what follows from it waits for the end of the undo (app/review/appeals.py).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import Session

from app.models.accounts import Hat, Person
from app.models.appeals import Appeal, AppealFile
from app.models.base import vault
from app.models.review import ReviewRound
from app.models.sessions import LoginSession
from app.models.units import Unit
from app.review import recovery
from app.review.kinds.bans import listed
from app.review.kinds.base import BY_HAND, Approved, Origin, Subject, Values
from app.review.kinds.identity_papers import WithIdentityPapers, of_appeals, of_proofs, of_units, seen_before
from app.review.kinds.standing import holders
from app.review.ledger import account_of
from app.review.policy import policy_for, service_phone, switch
from app.rules.actor import PEOPLE, Actor, Role, covers
from app.rules.appeals import APPEAL, SLOTS, UNIT, required
from app.rules.codes import phone_fault, uscc_fault
from app.rules.hats import is_staff
from app.rules.lifecycle import Move
from app.rules.refused import Refused

_OPEN = ("pending", "returned")
_SHOWN_EARLIER = 5
_STAFF = tuple(role.value for role in Role if is_staff([role]))


class AppealKind(WithIdentityPapers):
    """Somebody asks for an account back and proves it by documents."""

    key = "account_appeal"
    label = _l("Appeal for an account")
    model = Appeal
    lifecycle = APPEAL
    sender_roles = PEOPLE
    papers, paper_owner, paper_slots = AppealFile, "appeal", SLOTS
    slot_words = "appeal_slot"
    files_limit = len(SLOTS)
    message_kind = "system"
    link = "/appealview/show/{id}"
    move_notices: ClassVar[Mapping[str, str]] = {"revoke": "appeal_revoked"}
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

    def interest(self, actor: Actor) -> Select[Any] | None:
        """Appeals for the own account or document, or with the own telephone: whoever sent them in, somebody else decides.

        They come in without an account, so that who submitted them says nothing.
        """
        own = or_(
            Appeal.account_id == Person.account_id,
            Appeal.id_hash == Person.id_hash,
            Appeal.id_hash == Person.claim_hash,
            Appeal.phone_hash == Person.phone_hash,
        )
        return select(Appeal.id).join(Person, own).where(Person.account_id == actor.account_id)

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
        return found

    def write(self, session: Session, subject: Subject, values: Mapping[str, Any]) -> None:
        """With the blind indexes beside."""
        super().write(session, subject, values)
        subject.index_personal()

    def paper_rows(self, session: Session, subject: Subject, wanted: Mapping[str, Any]) -> list[Any]:
        """Uploads that wait for this appeal, else new rows."""
        free = select(AppealFile).where(AppealFile.appeal_id.is_(None), AppealFile.file_id.in_(list(wanted.values())))
        waiting = {(one.slot, one.file_id): one for one in session.scalars(free)}
        return [
            waiting.get((slot, file_id)) or AppealFile(slot=slot, file_id=file_id, phone_hash=subject.phone_hash)
            for slot, file_id in wanted.items()
        ]

    # -- checks -----------------------------------------------------------------------------------

    def required(self, session: Session, subject: Subject) -> tuple[str, ...]:
        """What the division asks for, and that of the unit: the stricter of both (table (b) row 30)."""
        here = set(required_in(session, subject.party, subject.region_code))
        at_home = select(Unit.region_code).where(Unit.id.in_(holders(subject.uscc)))
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
            "earlier": _earlier(session, subject, today),
            "account": _standing(session, subject, found),
            "working_days": policy.working_days,
            "hands_over": True,
            "seen_elsewhere": seen_before(
                session, evidence, of_appeals(subject), of_proofs(found.account_id if found else None),
                of_units(subject.uscc),
            ),
            **_origin(session, subject, found),
        }  # fmt: skip

    # -- verdicts ---------------------------------------------------------------------------------

    def guard(self, session: Session, subject: Subject, move: Move, today: date) -> None:
        """What was purged has nothing left to be decided on."""
        if move.opens_round and subject.purged_at is not None:
            raise Refused("wrong_state", status=subject.status)
        if move.name == "revoke":
            recovery.guard_give_back(subject)

    def moved(self, session: Session, subject: Subject, move: Move, reason: str) -> None:
        """An approval that was called back: the account is its former holder's again, and the applicant is told."""
        if move.name == "revoke":
            recovery.give_back(session, subject, reason, service_phone(session))

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
        known = {code for code in (*(row.regions or ()), *(row.sent_to or ())) if code}
        self.regions: list[str] = [row.Unit.region_code] if row.Unit is not None else sorted(known)


def meant(session: Session, subject: Subject) -> Meant | None:
    """Found by the blind index of the document; for a unit among those who act for it. One statement.

    Whoever only registered has claimed a document: that counts where a single account claims it under this very name.
    """
    marks = vault().blinds((subject.id_number or "").upper(), "id_number")
    mine = (Hat.account_id == Person.account_id) & Hat.active
    roles = select(func.array_agg(Hat.role)).where(mine).scalar_subquery()
    regions = select(func.array_agg(Hat.region_code)).where(mine).scalar_subquery()
    sent_in = ReviewRound.submitted_by_id == Person.account_id
    sent_to = select(func.array_agg(ReviewRound.region_code.distinct())).where(sent_in).scalar_subquery()
    unit = holders(subject.uscc).scalar_subquery()
    stmt = (
        select(
            Person.account_id, Person.real_name, Person.id_hash, User.active, roles.label("roles"),
            regions.label("regions"), sent_to.label("sent_to"), Unit,
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
    rival = (
        select(func.count())
        .where(_same_matter(subject), Appeal.id != (subject.id or 0), Appeal.status.in_(_OPEN))
        .scalar_subquery()
    )
    row = session.execute(select(listed(*asked), rival)).one()
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
    staff = exists().where(
        Person.phone_hash.in_(vault().blinds(subject.phone or "-", "phone")),
        Hat.account_id == Person.account_id, Hat.active, Hat.role.in_(_STAFF),
    )  # fmt: skip
    here = exists().where(
        LoginSession.staff,
        LoginSession.address == subject.address,
        LoginSession.seen_at > func.now() - timedelta(days=1),
    )
    of_staff = [select(one).scalar_subquery() for one in (others, staff, here)]
    row = session.execute(select(of_phone, of_address, *of_staff).where(lately, same)).one()
    return {
        "phone_appeals": row[0] + 1,
        "address_appeals": row[1] + 1 if subject.address else 0,
        "phone_elsewhere": bool(row[2]),
        "phone_staff": bool(row[3]),
        "address_staff": bool(subject.address and row[4]),
    }


KINDS = (AppealKind(),)
