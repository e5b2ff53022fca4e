"""Levels of identity: what each means, and from which one somebody may act for a unit (GD-06, GD-13)."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.extensions import db
from app.models.accounts import Person
from app.review.policy import number
from app.rules.actor import Role
from app.rules.refused import Refused

UNIT_ROLES: Final = frozenset({Role.OWNER, Role.HANDLER})
WORDS: Final[dict[int, tuple[Any, Any]]] = {
    0: (_l("L0 nothing proven"), _l("An account that an administrator made.")),
    1: (_l("L1 phone proven"), _l("A code sent to the phone was entered here.")),
    2: (_l("L2 document proven"), _l("The document was shown to be this person's.")),
    3: (_l("L3 proven by an authority"), _l("An identity service of the province vouches for the person.")),
}


def needed() -> int:
    """The level from which somebody may act for a unit."""
    return number(db.session, "unit_user_level", "")


def too_low(account_id: int) -> bool:
    """Whether the person behind an account may not act for a unit yet.

    Asked of whoever registered by oneself; for an account that an administrator made, the administrator has vouched.
    """
    came_alone = Person.claim_hash.is_not(None)
    level = db.session.scalar(select(Person.identity_level).where(Person.account_id == account_id, came_alone))
    return level is not None and level < needed()


def demand(account_id: int, role: Role) -> None:
    """Raises Refused("level_low") where the role takes a level that the person has not."""
    if role in UNIT_ROLES and too_low(account_id):
        raise Refused("level_low", level=needed())
