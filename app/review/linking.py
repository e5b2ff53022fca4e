"""Which account a provider's person is: links made by whoever holds the account, levels raised by proven identity."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.models.accounts import Person
from app.models.base import vault
from app.models.logins import IdentityLink, IdentityProvider, LoginAttempt
from app.review import ledger, persons
from app.review.outbox import Notice, enqueue
from app.review.transaction import one
from app.rules.actor import CLOCK
from app.rules.codes import birth_date, resident_id_fault
from app.rules.dates import today
from app.rules.refused import Refused

MINUTES: Final = 10
_CALM: Final = {"synchronize_session": False}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def providers(session: Session) -> list[Any]:
    """The providers in use, by name."""
    return list(
        session.scalars(select(IdentityProvider).where(IdentityProvider.active).order_by(IdentityProvider.code))
    )


def begin(session: Session, provider: Any, browser: str, target: str) -> tuple[str, str, str]:
    """A new try: state, nonce and verifier. Commits."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    session.execute(
        delete(LoginAttempt).where(LoginAttempt.expires_at < func.now() - timedelta(hours=1)).execution_options(**_CALM)
    )
    session.add(
        LoginAttempt(
            state_hash=_hash(state), browser_hash=_hash(browser), provider_id=provider.id, nonce=nonce,
            verifier=verifier, target=target[:300], expires_at=func.clock_timestamp() + timedelta(minutes=MINUTES),
        )
    )  # fmt: skip
    session.commit()
    return state, nonce, verifier


def back(session: Session, state: str, browser: str) -> Any:
    """The try of this state, used up at once and committed. Raises Refused("login_try_over") for any other."""
    mine = update(LoginAttempt).where(
        LoginAttempt.state_hash == _hash(state),
        LoginAttempt.browser_hash == _hash(browser),
        LoginAttempt.used_at.is_(None),
        LoginAttempt.expires_at > func.clock_timestamp(),
    )
    row = session.execute(
        mine.values(used_at=func.clock_timestamp()).returning(LoginAttempt.id).execution_options(**_CALM)
    ).first()
    session.commit()
    if row is None:
        raise Refused("login_try_over")
    return session.get_one(LoginAttempt, row.id)


def remember(session: Session, attempt: Any, claims: Mapping[str, Any]) -> None:
    """Keeps what the provider said until the person has said which account it is. Commits."""
    provider = attempt.provider
    kept = {
        "sub": str(claims["sub"])[:255],
        "name": str(claims.get(provider.name_claim) or "")[:60],
        "id_number": str(claims.get(provider.id_claim) or "").upper()[:18],
    }
    attempt.claims = json.dumps(kept, ensure_ascii=False)
    session.commit()


def said(attempt: Any) -> dict[str, str]:
    """What the provider said."""
    return dict(json.loads(attempt.claims or "{}"))


def linked(session: Session, attempt: Any) -> Any:
    """The account that is linked, if it may still log in."""
    subject = said(attempt).get("sub", "")
    return session.scalars(
        select(User)
        .join(IdentityLink, IdentityLink.account_id == User.id)
        .where(IdentityLink.provider_id == attempt.provider_id, IdentityLink.subject == subject, User.active)
    ).first()


def used(session: Session, attempt: Any, account_id: int) -> None:
    """Notes the login and what the provider proves of the very same document. No commit."""
    now = update(IdentityLink).where(
        IdentityLink.provider_id == attempt.provider_id, IdentityLink.account_id == account_id
    )
    session.execute(now.values(used_at=func.now()).execution_options(**_CALM))
    _believe(session, attempt, account_id)


def waiting(session: Session, attempt_id: int, browser: str) -> Any:
    """A try that came back in this browser and waits for its account. Raises Refused("login_try_over")."""
    row = session.scalars(
        select(LoginAttempt).where(
            LoginAttempt.id == attempt_id,
            LoginAttempt.browser_hash == _hash(browser),
            LoginAttempt.used_at.is_not(None),
            LoginAttempt.claims.is_not(None),
            LoginAttempt.expires_at > func.clock_timestamp(),
        )
    ).one_or_none()
    if row is None:
        raise Refused("login_try_over")
    return row


def link(session: Session, attempt: Any, account_id: int) -> None:
    """Links the provider's person with the account, once both are known to be the same person.

    Raises Refused: link_without_document, link_other_person, link_taken.
    """
    with one(session):
        person: Any = session.scalars(
            select(Person).where(Person.account_id == account_id).with_for_update()
        ).one_or_none()
        given = _same_person(session, person, attempt)
        taken = select(IdentityLink.account_id).where(
            IdentityLink.provider_id == attempt.provider_id,
            (IdentityLink.subject == said(attempt)["sub"]) | (IdentityLink.account_id == account_id),
        )
        if session.scalars(taken).first() is not None:
            raise Refused("link_taken")
        session.add(IdentityLink(provider_id=attempt.provider_id, subject=said(attempt)["sub"], account_id=account_id))
        _believe(session, attempt, account_id, given=given)
        ledger.append(
            session, "identity_linked", CLOCK, "", subject_id=account_id, facts={"provider": attempt.provider.code}
        )
        session.execute(
            update(LoginAttempt).where(LoginAttempt.id == attempt.id).values(claims=None).execution_options(**_CALM)
        )


def _same_person(session: Session, person: Any, attempt: Any) -> bool:
    """Whether an account without a document was given the provider's: only one whose word proves documents gives any."""
    number = said(attempt).get("id_number", "")
    if person is None or not number:
        raise Refused("link_without_document")
    if person.id_number:
        if person.id_number.upper() != number:
            raise Refused("link_other_person")
        return False
    marks = vault().blinds(number, "id_number")
    if session.scalar(select(Person.account_id).where(Person.id_hash.in_(marks))) is not None:
        raise Refused("link_other_person")
    if resident_id_fault(number, today()):
        raise Refused("link_without_document")
    if attempt.provider.level < persons.BY_DOCUMENT or not _name_said(attempt):
        return False
    person.set_id_number(number)
    person.document_kind, person.born_on = "resident_id", birth_date(number)
    session.flush()
    return True


def _believe(session: Session, attempt: Any, account_id: int, *, given: bool = False) -> None:
    """The level of a document that is this account's alone, and the name it is proven under.

    A name counts from the provider on whose word the level or the number rests, never from one whose word proves less; a
    document is proven under a name or not at all.
    """
    person: Any = session.get(Person, account_id, with_for_update=True, populate_existing=True)
    level, number = attempt.provider.level, said(attempt).get("id_number", "")
    if level >= persons.BY_DOCUMENT and not _name_said(attempt):
        return
    if person is None or not number or (person.id_number or "").upper() != number:
        return
    if persons.owner_of_document(session, number) not in (None, account_id):
        return
    if person.identity_level < level:
        facts = {"from": person.identity_level, "to": level, "provider": attempt.provider.code}
        persons.prove(session, account_id, level, attempt.provider.code)
        ledger.append(session, "level_raised", CLOCK, "", subject_id=account_id, facts=facts)
    if level >= persons.BY_DOCUMENT and (given or person.level_source == attempt.provider.code):
        _adopt_name(session, attempt, person)


def _name_said(attempt: Any) -> str:
    return " ".join(said(attempt).get("name", "").split())


def _adopt_name(session: Session, attempt: Any, person: Any) -> None:
    """The proven name is the one the account goes by, as after documents; that it was another one is on record and told."""
    name = _name_said(attempt)
    if person.real_name.strip() == name:
        return
    persons.rename(session, person, name)
    facts = {"provider": attempt.provider.code, "level": attempt.provider.level}
    ledger.append(session, "name_proven", CLOCK, "", subject_id=person.account_id, facts=facts)
    told = {"title": attempt.provider.name_zh}
    notice = Notice("name_proven", "system", told, "/me/", f"name_proven:{attempt.id}")
    enqueue(session, notice, {person.account_id})


def unlink(session: Session, provider_id: int, account_id: int) -> None:
    """The account is no longer linked. Raises Refused("not_found")."""
    with one(session):
        mine = delete(IdentityLink).where(
            IdentityLink.provider_id == provider_id, IdentityLink.account_id == account_id
        )
        if not session.execute(mine.execution_options(**_CALM)).rowcount:  # type: ignore[attr-defined]
            raise Refused("not_found")
        ledger.append(session, "identity_unlinked", CLOCK, "", subject_id=account_id, facts={"provider": provider_id})


def links_of(session: Session, account_id: int) -> dict[int, Any]:
    """The account's links by provider."""
    return {
        row.provider_id: row
        for row in session.scalars(select(IdentityLink).where(IdentityLink.account_id == account_id))
    }
