"""Whose accounts become one is told over every way either was reached by, before those ways move: a mistake shows itself at once."""

from __future__ import annotations

from typing import Any, Final

from flask_appbuilder.security.sqla.models import User
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.accounts import Person
from app.review import dispatch
from app.review.outbox import Notice, enqueue
from app.review.policy import service_phone

_TOLD: Final = "account_merged"
_HOME: Final = "zh"  # in which people are warned: the language of the administrator is no concern of theirs


def tell(session: Session, kept_id: int, closed_id: int, merge_id: int) -> None:
    """SMS and mail to both accounts, at night too; a message to the one that is kept. No commit.

    All of it belongs to the account that is kept: where that is closed one day, it goes with it.
    """
    both = (kept_id, closed_id)
    kept, closed = (str(session.get_one(User, one).username) for one in both)
    facts = {"kept": kept, "closed": closed, "phone": service_phone(session)}
    reached = select(Person.account_id, Person.phone, Person.mail).where(Person.account_id.in_(both))
    with force_locale(_HOME):
        for person in session.execute(reached.order_by(Person.account_id)):
            _by_phone_and_mail(session, person, facts, kept_id)
    notice = Notice(_TOLD, "system", {"title": closed}, "/me/", f"merged:{merge_id}")
    enqueue(session, notice, {kept_id})


def _by_phone_and_mail(session: Session, person: Any, facts: dict[str, str], account_id: int) -> None:
    if person.phone:
        dispatch.send(session, "sms", person.phone, _TOLD, facts, account_id)
    if person.mail:
        dispatch.send(session, "mail", person.mail, _TOLD, facts, account_id)
