"""Natural persons: registered with a proven phone, found by it, proven by their documents (GD-10, GD-13, GD-15)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.models.accounts import Hat, Person
from app.models.base import vault
from app.models.consents import NEEDED, VERSIONS, Consent
from app.review.transaction import database_now
from app.rules.actor import Role
from app.rules.refused import Refused
from app.rules.registering import ROLES, Entry, born_on

# Levels of identity: phone proven; document proven against the person; proven by an authority's own identity service.
BY_PHONE, BY_DOCUMENT, BY_AUTHORITY = 1, 2, 3
NOBODY: Final = "nobody.invalid"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the first step of a registration has settled."""

    role: str
    phone: str


def by_phone(session: Session, phone: str) -> User | None:
    """The account of a phone number, switched on or not."""
    return session.scalars(
        select(User).join(Person, Person.account_id == User.id).where(Person.phone_hash.in_(vault().blinds(phone, "phone")))
    ).unique().first()  # fmt: skip


def by_mail(session: Session, mail: str) -> int | None:
    """The account a mail address is reserved for, if it is switched on."""
    found = select(User.id).join(Person, Person.account_id == User.id)
    return session.scalar(found.where(Person.mail_hash.in_(vault().blinds(mail.lower(), "mail")), User.active))


def mail_held(session: Session, mail: str, but: int) -> bool:
    """Whether another account, switched on or not, has reserved this mail address."""
    marks = vault().blinds(mail.lower(), "mail")
    return bool(session.scalar(select(exists().where(Person.mail_hash.in_(marks), Person.account_id != but))))


def user_name_taken(session: Session, name: str) -> bool:
    """Whether somebody has this user name, however written. It is a name somebody chose and says nothing of the person."""
    mine = (func.lower(User.username) == func.lower(name)) | (func.lower(User.email) == func.lower(f"{name}@{NOBODY}"))
    return bool(session.scalar(select(exists().where(mine))))


def register(session: Session, asked: Asked, entry: Entry) -> User:
    """A new account with one role, its consents and a claim to its document; flushes.

    The document number is a claim until it is proven: it blocks nobody, and whether it is known here is answered to nobody.
    Raises Refused("user_name_taken").
    """
    name = entry.username or _free_name(session)
    if user_name_taken(session, name):
        raise Refused("user_name_taken", field="username")
    user = User(
        username=name, first_name=entry.name, last_name="", email=f"{name.lower()}@{NOBODY}", active=True,
        password=generate_password_hash(entry.password),
    )  # fmt: skip
    session.add(user)
    session.flush()
    person = Person(
        account_id=user.id, real_name=entry.name, document_kind=entry.document_kind, identity_level=BY_PHONE,
        born_on=born_on(entry.document_kind, entry.id_number), id_number=entry.id_number,
        claim_hash=vault().blind(entry.id_number, "id_number"),
    )  # fmt: skip
    person.set_phone(asked.phone)
    session.add(person)
    session.add(Hat(account_id=user.id, role=ROLES[asked.role].value, is_default=True))
    session.flush()
    for kind in NEEDED:
        agree(session, user.id, kind)
    return user


def agree(session: Session, account_id: int, kind: str) -> None:
    """Notes a consent to the present version; one that is in force stays as it was given."""
    values = {"account_id": account_id, "kind": kind, "version": VERSIONS[kind]}
    session.execute(insert(Consent).values(values).on_conflict_do_nothing())


def in_own_name(session: Session, account_id: int | None) -> None:
    """Whoever has lost the last role acts in the own name from then on: messages, own data and invitations stay open."""
    session.flush()
    left = session.scalar(select(exists().where(Hat.account_id == account_id, Hat.active)))
    person = select(Person.account_id).join(User, User.id == Person.account_id)
    if not left and session.scalar(person.where(Person.account_id == account_id, User.active)) is not None:
        session.add(Hat(account_id=account_id, role=Role.SEEKER.value, is_default=True))


def owner_of_document(session: Session, number: str) -> int | None:
    """The account that has proven this document number."""
    return session.scalar(select(Person.account_id).where(Person.id_hash.in_(vault().blinds(number, "id_number"))))


def prove(session: Session, account_id: int, level: int, source: str) -> None:
    """The document claimed at registration was proven: it is this person's from now on, and nobody else's; flushes.

    `source`: who vouches for it; kept with the moment where the level rises. Below BY_DOCUMENT only the level counts.
    Raises Refused("id_taken") where another account has proven the same document (GD-15): the two are to be merged (GD-16).
    """
    person = session.get_one(Person, account_id)
    if person.id_number and level >= BY_DOCUMENT:
        owner = owner_of_document(session, person.id_number)
        if owner not in (None, account_id):
            raise Refused("id_taken")
        person.set_id_number(person.id_number)
    if level > person.identity_level:
        person.identity_level, person.level_source, person.level_at = level, source[:40], database_now(session)
    session.flush()


def rename(session: Session, person: Person, name: str) -> bool:
    """The proven name is the one the account goes by from now on; whether it was another one; flushes."""
    if person.real_name == name:
        return False
    person.real_name = name
    user = session.get_one(User, person.account_id)
    user.first_name, user.last_name = name, ""
    session.flush()
    return True


def _free_name(session: Session) -> str:
    while True:
        name = f"u{secrets.randbelow(10**9):09d}"
        if not user_name_taken(session, name):
            return name
