"""Which rounds an actor sees, and on which the actor may decide: asked by list, id, count, claim and decision alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, or_, select
from sqlalchemy.orm import Session, object_session

from app.models.review import ReviewRound, ReviewSeat, ReviewSkip
from app.review.kinds import KINDS
from app.rules.actor import BUREAU, Actor, Role, region_bounds

CLAIMABLE = ("queued", "second")


def decidable(actor: Actor) -> list[str]:
    """Keys of the kinds that people of this role decide, as far as the function was granted."""
    return [key for key, kind in KINDS.items() if actor.role in kind.decider_roles and kind.granted(actor)]


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition that a round lies in the actor's division or school; the operator's are those of the platform."""
    keys = decidable(actor)
    if not keys:
        return false()
    if actor.role in BUREAU and actor.region_code:
        return and_(ReviewRound.kind.in_(keys), ReviewRound.region_code.between(*region_bounds(actor.region_code)))
    if actor.role is Role.OPERATOR:
        return ReviewRound.kind.in_(keys)
    if actor.role is Role.SCHOOL and actor.school_id:
        return and_(ReviewRound.kind.in_(keys), ReviewRound.school_id == actor.school_id)
    return false()


def visible(actor: Actor) -> Select[Any]:
    """The rounds an actor may see as a reviewer; no others exist for them."""
    return select(ReviewRound).where(in_scope(actor))


def locked(session: Session, actor: Actor, round_id: int) -> Any:
    """The round as it stands now, locked until the commit; None where the actor does not see it."""
    mine = visible(actor).where(ReviewRound.id == round_id)
    mine = mine.with_for_update(key_share=True, of=ReviewRound).execution_options(populate_existing=True)
    return session.scalars(mine).one_or_none()


def unbiased(actor: Actor) -> ColumnElement[bool]:
    """The condition that the round is neither the actor's own submission nor of an own unit or school (invariant 4).

    A school's administrator decides on residency at the own school: that is the office, not an interest.
    """
    conditions = [ReviewRound.submitted_by_id.is_distinct_from(actor.account_id)]
    if actor.affiliated_units:
        free = ReviewRound.unit_id.not_in(sorted(actor.affiliated_units))
        conditions.append(or_(ReviewRound.unit_id.is_(None), free))
    if actor.affiliated_schools and actor.role is not Role.SCHOOL:
        free = ReviewRound.school_id.not_in(sorted(actor.affiliated_schools))
        conditions.append(or_(ReviewRound.school_id.is_(None), free))
    for key in decidable(actor):
        own = KINDS[key].interest(actor)
        if own is not None:
            conditions.append(or_(ReviewRound.kind != key, ReviewRound.subject_id.not_in(own)))
    return and_(*conditions)


def concerns(actor: Actor, row: Any) -> bool:
    """The row form of `not unbiased`."""
    own_school = row.school_id in actor.affiliated_schools and actor.role is not Role.SCHOOL
    if row.submitted_by_id == actor.account_id or row.unit_id in actor.affiliated_units or own_school:
        return True
    own, session = KINDS[row.kind].interest(actor), object_session(row)
    if own is None or session is None:
        return False
    return bool(session.scalar(select(literal(row.subject_id).in_(own))))


def unheld(actor: Actor | None = None) -> ColumnElement[bool]:
    """Nobody holds an unexpired lease; or the actor does."""
    free = or_(ReviewRound.holder_id.is_(None), ReviewRound.lease_until <= func.clock_timestamp())
    return free if actor is None else or_(free, ReviewRound.holder_id == actor.account_id)


def unseated(actor: Actor) -> ColumnElement[bool]:
    """The actor holds no other seat in the round."""
    seat = exists().where(
        ReviewSeat.round_id == ReviewRound.id,
        ReviewSeat.reviewer_id == actor.account_id,
        ReviewSeat.undone_at.is_(None),
    )
    return ~seat


def seats_taken() -> Any:
    """How many seats of the round stand."""
    mine = (ReviewSeat.round_id == ReviewRound.id) & ReviewSeat.undone_at.is_(None)
    return select(func.count()).where(mine).correlate(ReviewRound).scalar_subquery()


def seated(session: Session, actor: Actor, row: Any) -> bool:
    """The row form of `not unseated`."""
    return holds_seat(session, actor.account_id, row.id)


def holds_seat(session: Session, account_id: int | None, round_id: int) -> bool:
    """Whether the account has given its verdict in the round."""
    mine = select(ReviewSeat.id).where(
        ReviewSeat.round_id == round_id, ReviewSeat.reviewer_id == account_id, ReviewSeat.undone_at.is_(None)
    )
    return session.scalar(mine.limit(1)) is not None


def resting(session: Session, row: Any) -> str:
    """The state in which an open round waits for its next verdict: "second" once a seat is taken."""
    if row.seats_needed == 1:
        return "queued"
    stands = select(ReviewSeat.id).where(ReviewSeat.round_id == row.id, ReviewSeat.undone_at.is_(None))
    return "second" if session.scalar(stands.limit(1)) is not None else "queued"


def unskipped(actor: Actor) -> ColumnElement[bool]:
    """The actor did not put the round aside for now."""
    skip = exists().where(
        ReviewSkip.round_id == ReviewRound.id,
        ReviewSkip.reviewer_id == actor.account_id,
        ReviewSkip.until > func.clock_timestamp(),
    )
    return ~skip


def held_by(actor: Actor) -> ColumnElement[bool]:
    """The actor holds an unexpired lease."""
    return and_(ReviewRound.holder_id == actor.account_id, ReviewRound.lease_until > func.clock_timestamp())
