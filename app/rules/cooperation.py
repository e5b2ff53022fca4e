"""校企合作: a unit or a school posts a need to those it is resident with; they answer or do not (HL-57, HL-89..98)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from app.rules import unfit
from app.rules.actor import Actor, Role
from app.rules.codes import contact_fault
from app.rules.hats import RESIDENCY
from app.rules.lifecycle import KEEPER, SENDER, Move, move
from app.rules.refused import Refused

UNIT, SCHOOL = "unit", "school"
STATES: Final = ("open", "withdrawn", "expired")
ANSWERS: Final = ("unanswered", "responded", "declined")
MOST_DAYS: Final = 366  # a need is posted for a year at most
MOST_WORDS: Final = 2000  # of an answer with all that was added to it
LEAST_TEXT: Final = 10

# The author's side, and the side that was addressed. An answer once given stands; later words are added to it (HL-98).
FOR_AUTHOR: Final[dict[str, Move]] = {"withdraw": move("withdraw", "open", "withdrawn", SENDER)}
FOR_ADDRESSED: Final[dict[str, Move]] = {
    one.name: one
    for one in (
        move("respond", "unanswered declined", "responded", KEEPER, needs_reason=True),
        move("dismiss", "unanswered", "declined", KEEPER),
        move("supplement", "responded", "responded", KEEPER, needs_reason=True),
    )
}


def side(actor: Actor) -> str:
    """For whom this person deals with the other side: "unit", "school", or "" where nothing of it was granted."""
    granted = RESIDENCY in actor.grants
    if actor.unit_id and (actor.role is Role.OWNER or (actor.role is Role.HANDLER and granted)):
        return UNIT
    return SCHOOL if actor.school_id and actor.role is Role.SCHOOL and granted else ""


def check(title: str, body: str, phone: str, until: date | None, today: date) -> None:
    """What a need has to say, and may not. Raises Refused with the field."""
    if len(body.strip()) < LEAST_TEXT:
        raise Refused("too_short", field="body", least=LEAST_TEXT)
    if until is None:
        raise Refused("missing", field="valid_until")
    if not today <= until <= today + timedelta(days=MOST_DAYS):
        raise Refused("day_out_of_range", field="valid_until", first=today, last=today + timedelta(days=MOST_DAYS))
    if contact_fault(phone):
        raise Refused("contact_form", field="contact_phone")
    for field, text in (("title", title), ("body", body)):
        unfit.refuse(field, text)


def added(words: str, more: str, day: date) -> str:
    """An answer with what was said later below it. Raises Refused("answer_full")."""
    whole = f"{words}\n{day.isoformat()}  {more}" if words else more
    if len(whole) > MOST_WORDS:
        raise Refused("answer_full", field="reason_text", limit=MOST_WORDS)
    return whole
