"""Who owns a unit, by the roles in force: what follows from having registered it ends with that role."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.models.accounts import Hat
from app.models.review import ReviewRound
from app.review import persons
from app.rules.actor import Role


def owners(column: Any, unit_id: Any) -> Any:
    """The owners in force of a unit, by accounts that are in use."""
    return (
        select(column)
        .select_from(Hat)
        .join(User, User.id == Hat.account_id)
        .where(Hat.unit_id == unit_id, Hat.role == Role.OWNER.value, Hat.active, User.active)
    )


def owned(account_id: int | None) -> Select[Any]:
    """Ids of the units an account owns."""
    return select(Hat.unit_id).where(Hat.account_id == account_id, Hat.role == Role.OWNER.value, Hat.active)


def owns(session: Session, account_id: int, unit_id: int) -> bool:
    """Whether the account owns the unit now."""
    return session.scalar(owned(account_id).where(Hat.unit_id == unit_id).limit(1)) is not None


def owners_of_round() -> Any:
    """The owners of the unit that a round is about, as one value of the statement that finds the round."""
    return owners(func.array_agg(Hat.account_id), ReviewRound.unit_id).correlate(ReviewRound).scalar_subquery()


def in_office(
    session: Session, unit_id: int, accounts: Collection[int | None], there: Collection[int] | None = None
) -> set[int]:
    """Those of the accounts that own the unit now; where none of them does, its owners. `there`: these, if known."""
    now = set(session.scalars(owners(Hat.account_id, unit_id)) if there is None else there)
    return now & set(accounts) or now


def end_roles(session: Session, unit_id: int) -> None:
    """Nobody acts for a unit that is gone; logins and keys that spoke for it end with the role (by trigger)."""
    hats: list[Any] = list(
        session.scalars(select(Hat).where(Hat.unit_id == unit_id, Hat.active).order_by(Hat.id).with_for_update())
    )
    for hat in hats:
        hat.active, hat.is_default = False, False
        persons.in_own_name(session, hat.account_id)
    session.flush()
