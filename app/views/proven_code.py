"""That the code by SMS came back for this unit: a seal in the session of the person, asked for when the unit is made (GD-25)."""

from __future__ import annotations

from typing import Any, Final

from app.rules.actor import Actor
from app.rules.refused import Refused
from app.views import steps

PLACE: Final = "unit_code_proven"
LASTS: Final = 4 * 3600  # seconds: the form is long


def keep(actor: Actor, uscc: str) -> None:
    """Remembers that the person has been through the first two steps, with this credit code."""
    steps.keep(PLACE, str(actor.account_id), uscc)


def begun(actor: Actor) -> None:
    """Raises Refused("code_first") for whoever has not been through the first two steps, with whatever code."""
    if (steps.kept(PLACE, LASTS) or [""])[0] != str(actor.account_id):
        raise Refused("code_first")


def demand(actor: Actor, uscc: Any) -> None:
    """Raises Refused("code_first") for another person, another credit code, or without the steps."""
    if steps.kept(PLACE, LASTS) != [str(actor.account_id), str(uscc or "")]:
        raise Refused("code_first", field="uscc")
