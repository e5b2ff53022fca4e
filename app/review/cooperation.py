"""Needs of units and schools: sent to those resident with each other, answered once, taken back (HL-57, HL-89..98).

A need counts only between two whose residency stands: it is asked at every look, so that a revoked one hides at once.
Nothing here commits, but for the clock's two.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.models.accounts import Hat
from app.models.cooperation import CooperationCall, CooperationNeed
from app.models.schools import Residency, School
from app.models.units import Unit
from app.review import ledger
from app.review.kinds.standing import approved_unit
from app.review.outbox import Notice, enqueue
from app.review.transaction import database_now
from app.rules import cooperation as rules
from app.rules.actor import Actor, Role
from app.rules.hats import RESIDENCY
from app.rules.refused import Refused
from app.rules.schools import RESIDENCY as RESIDENT

MOST_TOLD = 1000  # accounts that are told of a new need; everybody else finds it in the list
OF_AUTHOR, OF_ADDRESSED = "/cooperationneedview/show/{}", "/cooperationcallview/list/"


# -- whose rows -------------------------------------------------------------------------------------------------------


def mine(actor: Actor) -> ColumnElement[bool]:
    """Needs that the own unit or school has posted."""
    side = rules.side(actor)
    if side == rules.UNIT:
        return CooperationNeed.unit_id == actor.unit_id
    return CooperationNeed.school_id == actor.school_id if side else false()


def answers_to(actor: Actor) -> ColumnElement[bool]:
    """What became of the own needs, at everybody they were sent to."""
    return CooperationCall.need_id.in_(select(CooperationNeed.id).where(mine(actor)))


def to_me(actor: Actor, today: date) -> ColumnElement[bool]:
    """Needs sent to the own unit or school, as long as both are resident with each other: open ones, and those answered."""
    side = rules.side(actor)
    if not side:
        return false()
    theirs = _addressed(side) == (actor.unit_id if side == rules.UNIT else actor.school_id)
    stands = select(CooperationNeed.id).join(Residency, _pair(side)).where(_resident(), _between(side))
    running = and_(CooperationNeed.state == "open", CooperationNeed.valid_until >= today)
    shown = or_(running, CooperationCall.state != "unanswered")
    return and_(
        theirs, stands.where(CooperationNeed.id == CooperationCall.need_id, shown).correlate(CooperationCall).exists()
    )


def resident_with(actor: Actor, model: Any) -> ColumnElement[bool]:
    """Schools where the own unit is resident; units that are resident at the own school."""
    side = rules.side(actor)
    if side == rules.UNIT and model is School:
        here = select(Residency.school_id).where(Residency.unit_id == actor.unit_id, _resident())
        return School.id.in_(here)
    if side == rules.SCHOOL and model is Unit:
        here = select(Residency.unit_id).where(Residency.school_id == actor.school_id, _resident())
        return and_(Unit.id.in_(here), Unit.status == "approved")
    return false()


def _addressed(side: str) -> Any:
    return CooperationCall.unit_id if side == rules.UNIT else CooperationCall.school_id


def _resident() -> ColumnElement[bool]:
    return Residency.status.in_(RESIDENT.public)


def _pair(side: str) -> ColumnElement[bool]:
    """The residency between the author of a need and the side it was sent to."""
    if side == rules.UNIT:
        return Residency.school_id == CooperationNeed.school_id
    return Residency.unit_id == CooperationNeed.unit_id


def _between(side: str) -> ColumnElement[bool]:
    """The other end of it; a unit that is frozen sends nothing to anybody."""
    if side == rules.UNIT:
        return Residency.unit_id == CooperationCall.unit_id
    standing = exists().where(Unit.id == Residency.unit_id, Unit.status == "approved")
    return and_(Residency.school_id == CooperationCall.school_id, standing)


# -- the author -------------------------------------------------------------------------------------------------------


def publish(session: Session, actor: Actor, row: Any, today: date) -> None:
    """A new need, sent at once to those chosen, or to all who are resident. Raises Refused."""
    side = rules.side(actor)
    if not side:
        raise Refused("not_allowed")
    rules.check(row.title or "", row.body or "", row.contact_phone or "", row.valid_until, today)
    if side == rules.UNIT:
        row.unit_id, row.units = approved_unit(session, actor.unit_id).id, []
    else:
        row.school_id, row.schools = actor.school_id, []
    row.everyone = not (row.schools or row.units)
    row.created_by_id, row.state = actor.account_id, "open"
    session.add(row)
    session.flush()
    row.author_name = (row.unit if row.unit_id else row.school).name[:120]
    if row.everyone:
        session.flush()
        _spread(session, today, row.id)
    _count(session, row)
    _label(session, row)
    if not row.reached:
        raise Refused("nobody_resident", field="schools" if side == rules.UNIT else "units")
    _note(session, actor, row, "cooperation_posted", {"reached": row.reached})
    told = Notice("cooperation_posted", "recruit", _facts(row), OF_ADDRESSED, f"cooperation:{row.id}")
    enqueue(session, told, session.scalars(_staff(row).limit(MOST_TOLD)).all())


def change(session: Session, actor: Actor, row: Any, today: date) -> None:
    """Other words, while nobody has responded to what was said. Raises Refused."""
    if row.state != "open" or row.answered:
        raise Refused("wrong_state")
    rules.check(row.title or "", row.body or "", row.contact_phone or "", row.valid_until, today)
    session.flush()
    _label(session, row)
    _note(session, actor, row, "cooperation_changed", {})


def withdraw(session: Session, actor: Actor, row: Any) -> None:
    """Nobody else reads it from now on; who has answered keeps the record."""
    row.state, row.ended_at = "withdrawn", database_now(session)
    session.flush()
    _note(session, actor, row, "cooperation_withdrawn", {})


# -- the side that was addressed --------------------------------------------------------------------------------------


def answer(session: Session, actor: Actor, row: Any, name: str, words: str, today: date) -> None:
    """Responds, declines, or adds to a response; the author is told. Raises Refused: wrong_state, answer_full."""
    move = rules.FOR_ADDRESSED[name]
    need: Any = session.get_one(CooperationNeed, row.need_id, with_for_update=True)
    if row.state not in move.sources or (name == "respond" and (need.state != "open" or need.valid_until < today)):
        raise Refused("wrong_state")
    if rules.side(actor) == rules.UNIT:
        approved_unit(session, actor.unit_id)
    row.words = rules.added(row.words if name == "supplement" else "", words, today)
    row.state, row.answered_by_id = move.target, actor.account_id
    row.answered_at = database_now(session)
    session.flush()
    _count(session, need)
    _note(session, actor, need, f"cooperation_{name}", {"call": row.id})
    stamp = f"cooperation:{row.id}:{name}:{row.answered_at.isoformat()}"
    facts = _facts(need) | {"by": row.unit.name if row.unit_id else row.school.name}
    told = Notice("cooperation_answered", "recruit", facts, OF_AUTHOR.format(need.id), stamp)
    enqueue(session, told, session.scalars(_authors(need)).all())


# -- the clock --------------------------------------------------------------------------------------------------------


def follow(session: Session, today: date) -> int:
    """Needs past their last day are over; who has become resident since reads those that were sent to all. Commits."""
    over = update(CooperationNeed).where(CooperationNeed.state == "open", CooperationNeed.valid_until < today)
    done = int(session.execute(over.values(state="expired", ended_at=func.now())).rowcount)  # type: ignore[attr-defined]
    added = _spread(session, today)
    for need_id in added:
        _count(session, session.get_one(CooperationNeed, need_id))
    session.commit()
    return done + len(added)


def _spread(session: Session, today: date, need_id: int | None = None) -> set[int]:
    """Sends needs that are for all to everybody resident who has not got them yet; which needs that were."""
    reached: set[int] = set()
    there = aliased(CooperationCall)
    for column, near, far in (
        ("school_id", Residency.unit_id == CooperationNeed.unit_id, Residency.school_id),
        ("unit_id", Residency.school_id == CooperationNeed.school_id, Residency.unit_id),
    ):
        has = exists().where(there.need_id == CooperationNeed.id, getattr(there, column) == far)
        about = (CooperationNeed.author_name, CooperationNeed.topic)
        rows = select(CooperationNeed.id, far, *about).join(Residency, near).where(
            _resident(), CooperationNeed.everyone, CooperationNeed.state == "open",
            CooperationNeed.valid_until >= today, ~has,
            CooperationNeed.id == need_id if need_id is not None else literal(value=True),
        )  # fmt: skip
        stmt = insert(CooperationCall).from_select(
            ["need_id", column, "author_name", "topic"], rows, include_defaults=False
        )
        reached |= set(session.scalars(stmt.returning(CooperationCall.need_id)))
    return reached


def _label(session: Session, row: Any) -> None:
    """What lists of the other side show of the need stands beside each of its rows there."""
    mine = update(CooperationCall).where(CooperationCall.need_id == row.id)
    session.execute(mine.values(author_name=row.author_name, topic=row.topic))


def _count(session: Session, row: Any) -> None:
    """How many it was sent to and how many responded, as the author's list shows it."""
    called = func.count(), func.count().filter(CooperationCall.state == "responded")
    row.reached, row.answered = session.execute(select(*called).where(CooperationCall.need_id == row.id)).one()
    session.flush()


# -- who is told ------------------------------------------------------------------------------------------------------


def _staff(row: Any) -> Any:
    """Accounts that deal with it at those it was sent to."""
    here = CooperationCall.need_id == row.id
    if row.unit_id:
        schools = select(CooperationCall.school_id).where(here)
        return select(Hat.account_id).where(Hat.active, _for_school(), Hat.school_id.in_(schools)).order_by(Hat.id)
    units = select(CooperationCall.unit_id).where(here)
    return select(Hat.account_id).where(Hat.active, _for_unit(), Hat.unit_id.in_(units)).order_by(Hat.id)


def _authors(row: Any) -> Any:
    """Accounts that deal with it at its author's."""
    if row.unit_id:
        return select(Hat.account_id).where(Hat.active, _for_unit(), Hat.unit_id == row.unit_id)
    return select(Hat.account_id).where(Hat.active, _for_school(), Hat.school_id == row.school_id)


def _for_unit() -> ColumnElement[bool]:
    handler = and_(Hat.role == Role.HANDLER.value, Hat.grants.contains([RESIDENCY]))
    return or_(Hat.role == Role.OWNER.value, handler)


def _for_school() -> ColumnElement[bool]:
    return and_(Hat.role == Role.SCHOOL.value, Hat.grants.contains([RESIDENCY]))


def _facts(row: Any) -> dict[str, Any]:
    return {"title": row.title, "unit": row.author_name}


def _note(session: Session, actor: Actor, row: Any, action: str, facts: dict[str, Any]) -> None:
    place = row.unit if row.unit_id else row.school
    ledger.append(session, action, actor, place.region_code, facts={"need": row.id, **facts})
