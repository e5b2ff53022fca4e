"""Real-name by documents (GD-09, GD-12, GD-13): a registered person shows the identity document, the bureau decides."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from app.models.accounts import Person
from app.models.base import vault
from app.models.identity_proofs import IdentityPicture, IdentityProof
from app.review import ledger, persons
from app.review.kinds.bans import listed
from app.review.kinds.base import BY_HAND, Approved, Origin, Subject, Values
from app.review.kinds.identity_papers import WithIdentityPapers, of_proofs, seen_before
from app.review.kinds.standing import known
from app.review.ledger import account_of
from app.review.policy import switch
from app.rules.actor import CLOCK, PEOPLE, Actor
from app.rules.codes import age_on, birth_date
from app.rules.identity import DOCUMENTS, PROOF, SLOTS, required
from app.rules.lifecycle import Move
from app.rules.refused import Refused
from app.rules.registering import born_on
from app.rules.schools import numbered

_OF_PERSON = ("identity_level", "level_source", "document_kind")
_NAME = "identity_proof.name"  # what the former name is sealed under


class IdentityProofKind(WithIdentityPapers):
    """A person proves by documents who is behind the account; approved, the account is of level 2."""

    key = "identity_proof"
    label = _l("Real-name by documents")
    model = IdentityProof
    lifecycle = PROOF
    sender_roles = PEOPLE
    papers, paper_owner, paper_slots = IdentityPicture, "proof", SLOTS
    files_limit = len(SLOTS)
    message_kind = "system"
    link = "/identityproofview/show/{id}"
    unseen = frozenset({"P05"})

    def own(self, actor: Actor) -> ColumnElement[bool]:
        """What the person sent in."""
        return and_(IdentityProof.created_by_id == account_of(actor))

    def is_own(self, actor: Actor, subject: Subject) -> bool:
        """The row form of `own`."""
        return bool(subject.created_by_id == actor.account_id)

    def owner(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """Any registered person."""
        self.require_sender(actor, BY_HAND)
        return {"created_by_id": account_of(actor), **origin.columns}

    # -- checks -----------------------------------------------------------------------------------

    def sender_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """The person's own registration, and the document itself."""
        held = switch(session, "identity_asks_holder", subject.region_code or "", "0") == "1"
        person = _person(session, subject)
        return known(
            {
                "today": today,
                "required": list(required(subject.document_kind, held=held)),
                "identity_level": person.identity_level if person is not None else None,
                "claim": _claim(subject, person),
                **_document(subject, today),
            }
        )

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """P01..P08."""
        marks = vault().blinds((subject.id_number or "-").upper(), "id_number")
        taken = exists().where(Person.id_hash.in_(marks), Person.account_id != subject.created_by_id)
        row = session.execute(select(taken, _banned(session, subject))).one()
        return self.sender_facts(session, subject, evidence, today) | {
            "document_taken": bool(row[0]),
            "document_banned": bool(row[1]),
            "compared_by_hand": True,
            "pictures_elsewhere": seen_before(session, evidence, of_proofs(subject.created_by_id)),
        }

    # -- verdicts ---------------------------------------------------------------------------------

    def guard(self, session: Session, subject: Subject, move: Move, today: date) -> None:
        """What was purged has nothing left to be decided on, until it is shown anew."""
        if move.opens_round and subject.purged_at is not None:
            raise Refused("papers_purged")

    def before(self, session: Session, subject: Subject, *, is_change: bool) -> Values:
        """The person as it was; of the number only whether there was one."""
        person = _known_person(session, subject)
        at, born = person.level_at, person.born_on
        return {
            **{name: getattr(person, name) for name in _OF_PERSON},
            "level_at": at.isoformat() if at else None,
            "born_on": born.isoformat() if born else None,
            "name": vault().seal(person.real_name, _NAME),
            "claimed": bool(person.id_number),
            "proven": bool(person.id_hash),
        }

    def apply(self, session: Session, subject: Subject, verdict: Approved) -> None:
        """The document is the account's from now on.

        Raises Refused: id_taken where another account has proven it, account_off where nobody has this one any more.
        """
        person = _known_person(session, subject)
        if not _in_use(session, person):
            raise Refused("account_off")
        number = (subject.id_number or "").upper()
        if not person.id_number:
            person.id_number, person.document_kind = number, subject.document_kind
            person.born_on = born_on("resident_id", number)
        elif not hmac.compare_digest(person.id_number.upper().encode(), number.encode()):
            raise Refused("claim_differs")
        level = person.identity_level
        persons.prove(session, person.account_id, persons.BY_DOCUMENT, DOCUMENTS)
        persons.rename(session, person, subject.real_name)
        facts = {"from": level, "to": person.identity_level, "source": DOCUMENTS}
        ledger.append(
            session, "level_raised", CLOCK, subject.region_code, kind=self.key, subject_id=subject.id, facts=facts
        )

    def guard_undo(self, session: Session, subject: Subject) -> None:
        """What was purged cannot be decided once more, and what was merged into another account is that one's."""
        if subject.purged_at is not None or not _in_use(session, _known_person(session, subject)):
            raise Refused("undo_too_late")

    def revert(self, session: Session, subject: Subject, memory: Mapping[str, Any]) -> None:
        """The claim is a claim again."""
        super().revert(session, subject, memory)
        person = _known_person(session, subject)
        level = person.identity_level
        persons.rename(session, person, vault().open(memory["name"], _NAME))
        for name in _OF_PERSON:
            setattr(person, name, memory[name])
        person.level_at = datetime.fromisoformat(memory["level_at"]) if memory["level_at"] else None
        person.born_on = date.fromisoformat(memory["born_on"]) if memory["born_on"] else None
        person.id_hash = person.id_hash if memory["proven"] else None
        person.id_number = person.id_number if memory["claimed"] else None
        session.flush()
        facts = {"from": level, "to": person.identity_level, "source": DOCUMENTS}
        ledger.append(
            session, "level_taken_back", CLOCK, subject.region_code, kind=self.key, subject_id=subject.id, facts=facts
        )


def _person(session: Session, subject: Subject) -> Any:
    return session.get(Person, subject.created_by_id) if subject.created_by_id else None


def _known_person(session: Session, subject: Subject) -> Any:
    """The person, its row locked: two verdicts on one person follow each other."""
    mine = select(Person).where(Person.account_id == subject.created_by_id).with_for_update()
    person = session.scalars(mine.execution_options(populate_existing=True)).one_or_none()
    if person is None:
        raise Refused("not_found")
    return person


def _in_use(session: Session, person: Any) -> bool:
    return bool(session.scalar(select(User.active).where(User.id == person.account_id)))


def _claim(subject: Subject, person: Any) -> Values:
    if person is None:
        return {}
    told: Values = {"name": person.real_name.strip() == (subject.real_name or "").strip()}
    if person.id_number:
        told["number"] = person.id_number.upper() == (subject.id_number or "").upper()
    return told


def _document(subject: Subject, today: date) -> Values:
    """What the number says of itself."""
    number = (subject.id_number or "").upper()
    try:
        kind = numbered(subject.document_kind, number, today)
    except Refused as refused:
        return {"document_fault": refused.code}
    born = birth_date(number) if kind in ("resident_id", "foreign_residence") and len(number) == 18 else None
    return {"document_fault": "", "age": age_on(born, today) if born else None}


def _banned(session: Session, subject: Subject) -> ColumnElement[bool]:
    person = _person(session, subject)
    asked = (("id_number", subject.id_number), ("phone", person.phone if person is not None else None))
    return listed(*asked)


KINDS = (IdentityProofKind(),)
