"""An account between two holders: loosened when an appeal is carried out, taken over with the link, or given back.

From the moment the approval is carried out until the link is followed the account answers to nobody. What it was reached by
is kept sealed for that time alone, so that an approval which turns out to be wrong can be called back: the holder is reached
as before, and sets up anew what else opened the account (a password, devices, keys, logins of others).
"""

from __future__ import annotations

from typing import Any, Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from app.models.accounts import Person
from app.models.api_keys import ApiKey
from app.models.appeals import Appeal
from app.models.base import vault
from app.models.logins import IdentityLink
from app.models.second_factor import RecoveryCode, SecondFactor, SecurityKey
from app.review import dispatch, links
from app.rules.refused import Refused

LINK: Final = "recover"  # what the one-time link opens
_CALM: Final = {"synchronize_session": False}
# What whoever held the account may have set up: logins of others, keys of programs, a lost device.
_SIDE_DOORS: Final = (IdentityLink, ApiKey, SecondFactor, RecoveryCode, SecurityKey)


def loosen(session: Session, subject: Any, person: Any) -> None:
    """The old telephone, the reserved mail and every side door open nothing any more; flushes.

    A telephone stays where the new one belongs to another account: the link is all that the applicant gets then.
    """
    kept: dict[str, Any] = {"former_mail": person.mail}
    person.mail = person.mail_hash = None
    if not _belongs(person, subject.phone) and not taken(session, subject.phone, person.account_id):
        kept["former_phone"] = person.phone
        person.phone = person.phone_hash = None
    for model in _SIDE_DOORS:
        gone = delete(model).where(model.account_id == person.account_id)
        session.execute(gone.execution_options(**_CALM))
    _note(session, subject.id, **kept)
    session.flush()


def take_over(session: Session, token: str, account_id: int) -> bool:
    """Uses the link up: the account has the proven telephone, and of what was before nothing is kept. No commit.

    Answers whether the telephone was replaced. Raises Refused("link_gone") for a link that is over, or called back meanwhile.
    """
    subject = _carried_out(session, account_id)
    if subject is None or links.use(session, LINK, token) != account_id:
        raise Refused("link_gone")
    person: Any = session.get_one(Person, account_id)
    replaced = False
    if subject.phone and not taken(session, subject.phone, account_id):
        replaced = not _belongs(person, subject.phone)
        person.set_phone(subject.phone)
    _note(session, subject.id, former_phone=None, former_mail=None, taken_at=func.clock_timestamp())
    session.flush()
    return replaced


def guard_give_back(subject: Any) -> None:
    """Raises Refused("appeal_taken_over") once the link was followed."""
    if subject.purged_at is not None:
        raise Refused("wrong_state", status=subject.status)
    if subject.taken_at is not None:
        raise Refused("appeal_taken_over")


def give_back(session: Session, subject: Any, reason: str, service_phone: str) -> None:
    """The approval was called back: its links open nothing, the old channels count again and are told; flushes."""
    facts = {"why": reason[:200], "phone": service_phone}
    if subject.phone:
        dispatch.send(session, "sms", subject.phone, "appeal_revoked", facts, subject.account_id)
    if subject.account_id is None or subject.told_at is None:
        return  # nothing was carried out
    links.expire(session, subject.account_id)
    person: Any = session.get_one(Person, subject.account_id)
    phone, mail = subject.former_phone, subject.former_mail
    if phone and person.phone_hash is None and not taken(session, phone, person.account_id):
        person.set_phone(phone)
    if mail and person.mail_hash is None and not _mail_taken(session, mail):
        person.set_mail(mail)
    user: Any = session.get_one(User, subject.account_id)
    told = {"account": user.username, "phone": service_phone}
    if person.phone and not _belongs(person, subject.phone):
        dispatch.send(session, "sms", person.phone, "account_given_back", told, user.id)
    if person.mail:
        dispatch.send(session, "mail", person.mail, "account_given_back", told, user.id)
    _note(session, subject.id, former_phone=None, former_mail=None)
    session.flush()


def taken(session: Session, phone: str | None, account_id: int) -> bool:
    """Whether the telephone is another account's."""
    marks = vault().blinds(phone or "-", "phone")
    return bool(session.scalar(select(exists().where(Person.phone_hash.in_(marks), Person.account_id != account_id))))


def _mail_taken(session: Session, mail: str) -> bool:
    return bool(session.scalar(select(exists().where(Person.mail_hash.in_(vault().blinds(mail.lower(), "mail"))))))


def _belongs(person: Any, phone: str | None) -> bool:
    return person.phone_hash is not None and person.phone_hash in vault().blinds(phone or "-", "phone")


def _carried_out(session: Session, account_id: int) -> Any:
    """The appeal behind the links of an account, locked: a link and its recall never meet half-way."""
    stmt = select(Appeal).where(
        Appeal.account_id == account_id, Appeal.status == "approved", Appeal.told_at >= Appeal.decided_at
    )
    newest = stmt.order_by(Appeal.decided_at.desc()).limit(1).with_for_update()
    return session.scalars(newest.execution_options(populate_existing=True)).first()


def _note(session: Session, appeal_id: int, **values: Any) -> None:
    """Beside the content: neither the version of the row nor its history speak of it."""
    noted = update(Appeal).where(Appeal.id == appeal_id).values(changed_on=Appeal.changed_on, **values)
    session.execute(noted.execution_options(**_CALM))
