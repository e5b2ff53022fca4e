"""Binding of a person to a unit as its handler (GD-32..37): invited by the unit, accepted by the person, ended by either."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from app.rules.actor import Actor, Role
from app.rules.hats import FUNCTIONS
from app.rules.lifecycle import KEEPER, SENDER, Move, move
from app.rules.masks import mask_phone
from app.rules.refused import Refused

STATES: Final = ("invited", "bound", "refused", "withdrawn", "expired", "ended")
OPEN: Final = ("invited", "bound")
DAYS: Final = 7  # how long an invitation waits for its answer
MISSES: Final = 10  # invitations a day that found nobody, for one unit
LEVEL: Final = 2  # a handler's name is proven (GD-32)
MANAGES: Final = "handlers"  # the function that lets a handler invite others

# "sender" is the unit's side, "keeper" the person who was invited.
MOVES: Final[dict[str, Move]] = {
    one.name: one
    for one in (
        move("withdraw", "invited", "withdrawn", SENDER),
        move("unbind", "bound", "ended", SENDER),
        move("accept", "invited", "bound", KEEPER),
        move("refuse", "invited", "refused", KEEPER),
        move("leave", "bound", "ended", KEEPER),
    )
}
FOR_UNIT: Final = {name: one for name, one in MOVES.items() if SENDER in one.who}
FOR_PERSON: Final = {name: one for name, one in MOVES.items() if KEEPER in one.who}


def manages(actor: Actor) -> bool:
    """The owner, and a handler who was granted to manage handlers."""
    return actor.role is Role.OWNER or (actor.role is Role.HANDLER and MANAGES in actor.grants)


def may_touch(actor: Actor, account_id: int | None, granted: Collection[str]) -> bool:
    """Nobody manages the own binding; another manager's is the owner's to change."""
    if not manages(actor) or account_id == actor.account_id:
        return False
    return actor.role is Role.OWNER or MANAGES not in granted


def check_grants(actor: Actor, wanted: Collection[str]) -> None:
    """Who manages handlers leaves them no more than is their own, and not the managing itself. Raises Refused."""
    if not wanted:
        raise Refused("missing", field="grants")
    if not set(wanted) <= set(FUNCTIONS):
        raise Refused("not_a_choice", field="grants")
    if actor.role is not Role.OWNER and not set(wanted) <= actor.grants - {MANAGES}:
        raise Refused("grants_beyond", field="grants")


def shown(typed: str) -> str:
    """What is kept of a phone or a user name: a phone without its middle."""
    return mask_phone(typed) if re.fullmatch(r"\d{11}", typed) else typed
