"""Two accounts of one person, and their merging by two administrators who are no part of the story."""

from __future__ import annotations

from sqlalchemy import func

from app.models.accounts import Person
from app.models.merging import AccountMerge
from app.review import merging
from app.rules.actor import Actor, Role
from tests.review.samples import account


def merged(session, kept, closed):
    """One account goes on for both."""
    one, other = (account(session) for _ in range(2))
    wish = AccountMerge(
        kept_id=kept, closed_id=closed, asked_by_id=one, reason="同一人", state="done", decided_by_id=other,
        decided_at=func.now(),
    )  # fmt: skip
    session.add(wish)
    session.flush()
    merging.merge(session, Actor(other, Role.SYSADMIN), wish)
    session.commit()
    session.expire_all()


def two_accounts(session):
    """Of one person by the name."""
    found = [account(session), account(session)]
    for key in found:
        session.get_one(Person, key).real_name = "张合并"
    session.commit()
    return found
