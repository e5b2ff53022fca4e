"""A new password by a one-time link: the link names the account, whoever holds it chooses."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import update
from werkzeug.security import generate_password_hash

from app.extensions import db
from app.models.accounts import Person
from app.review import ledger, links, recovery
from app.review.recovery import LINK
from app.rules.actor import CLOCK
from app.rules.passwords import password_fault, staff_password_fault
from app.rules.refused import Refused
from app.views import ageing
from app.views.identity import wardrobe
from app.views.sessions import note


def of_link(token: str) -> Any:
    """The account behind a link that is still good. Raises Refused("link_gone")."""
    user = db.session.get(User, links.look(db.session, LINK, token))
    if user is None or not user.is_active:
        raise Refused("link_gone")
    return user


def choose(token: str, new: str, again: str) -> None:
    """Uses the link up and sets the password; every login of the account has ended. Commits."""
    user = of_link(token)
    staff = wardrobe(user.id).staff
    code = (staff_password_fault if staff else password_fault)(new, user.username)
    if code:
        raise Refused(code, field="new")
    if staff and ageing.used_before(user.id, new):
        raise Refused("password_reused", field="new")
    if new != again:
        raise Refused("password_differs", field="again")
    replaced = recovery.take_over(db.session, token, user.id)
    user.password = generate_password_hash(new)
    db.session.execute(update(Person).where(Person.account_id == user.id).values(must_change=False))
    facts = {"phone_replaced": replaced}
    ledger.append(db.session, "password_chosen", CLOCK, "", subject_id=user.id, facts=facts)
    db.session.commit()
    note(user.username, "unlocked", user.id)
