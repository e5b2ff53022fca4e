"""关联职介: a unit asks an agency to post for it, the agency agrees or does not, either ends it (ZX-33, ZX-34, ZX-37).

What an association opens is asked of its state at every step; its end takes the postings along. Nothing here commits.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.models.accounts import Hat
from app.models.agencies import Agency, AgencyUnit
from app.review import agency_postings, ledger
from app.review.kinds.standing import approved_unit
from app.review.outbox import Notice, enqueue
from app.review.transaction import database_now
from app.rules import agencies as rules
from app.rules.actor import Actor, Role
from app.rules.refused import Refused

LINK: Final = "/agencyunitview/show/{}"


def at_work(today: date) -> ColumnElement[bool]:
    """Agencies that are open, with a licence that counts today."""
    ends = Agency.licence_valid_until
    licensed = and_(func.coalesce(Agency.licence_no, "") != "", or_(ends.is_(None), ends >= today))
    return and_(Agency.stage.not_in(rules.SHUT), or_(Agency.kind == rules.PUBLIC, licensed))


def answering(today: date) -> ColumnElement[bool]:
    """Those of them where somebody answers."""
    staffed = exists().where(Hat.agency_id == Agency.id, Hat.role == Role.AGENCY.value, Hat.active)
    return and_(at_work(today), staffed)


def ask(session: Session, actor: Actor, row: Any, today: date) -> None:
    """A new wish for association. Raises Refused: unit_not_approved, association_there, not_a_choice."""
    if actor.unit_id is None:
        raise Refused("not_allowed")
    row.unit_id = approved_unit(session, actor.unit_id).id
    there = select(AgencyUnit.id).where(AgencyUnit.agency_id == row.agency_id, AgencyUnit.unit_id == row.unit_id)
    if session.scalar(there) is not None:
        raise Refused("association_there", field="agency")
    _agency_at_work(session, row.agency_id, today)
    row.state = "applied"
    session.add(row)
    session.flush()
    _note(session, actor, row, "association_ask", {})
    _tell(session, row, "association_asked", _of_agency(row))


def act(session: Session, actor: Actor, row: Any, name: str, reason: str, today: date) -> None:
    """One move on the locked row, told to the other side. Raises Refused: wrong_state, agency_closed, unit_not_approved."""
    move = rules.ASSOCIATION[name]
    if row.state not in move.sources:
        raise Refused("wrong_state")
    if move.target in ("applied", "linked"):
        approved_unit(session, row.unit_id)
        _agency_at_work(session, row.agency_id, today)
    row.state, row.reason = move.target, reason
    row.moved_at = database_now(session)
    session.flush()
    if name == "dissolve":
        agency_postings.withhold_of(session, row.agency_id, today)
    _note(session, actor, row, f"association_{name}", {})
    others = _of_agency(row) if actor.role not in (Role.AGENCY, Role.OPERATOR) else _of_unit(row)
    _tell(session, row, _TOLD[name], or_(others, _of_agency(row)) if actor.role is Role.OPERATOR else others)


_TOLD: Final = {
    "ask_again": "association_asked", "withdraw": "association_withdrawn", "agree": "association_agreed",
    "refuse": "association_refused", "dissolve": "association_ended",
}  # fmt: skip


def _agency_at_work(session: Session, agency_id: int | None, today: date) -> None:
    if session.scalar(select(Agency.id).where(Agency.id == agency_id, at_work(today))) is None:
        raise Refused("agency_not_at_work", field="agency")


def _of_agency(row: Any) -> ColumnElement[bool]:
    return and_(Hat.agency_id == row.agency_id, Hat.role == Role.AGENCY.value)


def _of_unit(row: Any) -> ColumnElement[bool]:
    return and_(Hat.unit_id == row.unit_id, Hat.role == Role.OWNER.value)


def _tell(session: Session, row: Any, template: str, whom: ColumnElement[bool]) -> None:
    accounts = session.scalars(select(Hat.account_id).where(Hat.active, whom)).all()
    facts = {"unit": row.unit.name, "agency": row.agency.name, "title": row.agency.name, "reason_text": row.reason}
    stamp = f"association:{row.id}:{database_now(session).isoformat()}"
    enqueue(session, Notice(template, "system", facts, LINK.format(row.id), stamp), accounts)


def _note(session: Session, actor: Actor, row: Any, action: str, facts: dict[str, Any]) -> None:
    known = {"association": row.id, "agency": row.agency_id, "unit": row.unit_id, **facts}
    ledger.append(session, action, actor, row.unit.region_code, facts=known)
