"""Settings by division: a lead reads what counts at home and writes inside the own division, never above it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, or_

from app.models.reference import Region
from app.review.policy import upwards
from app.rules.actor import Actor, covers, region_bounds
from app.rules.refused import Refused
from app.views.base import SafeView


def within(column: Any, actor: Actor) -> ColumnElement[bool]:
    """Rows whose division lies inside the actor's."""
    return column.between(*region_bounds(actor.region_code))


def counting(column: Any) -> Callable[[Select[Any], Actor], Select[Any]]:
    """Scope of a table with a division: for the bureau its own and lower ones, those above it, the nation-wide rows."""

    def narrow(stmt: Select[Any], actor: Actor) -> Select[Any]:
        if not actor.is_bureau:
            return stmt
        return stmt.where(or_(column.is_(None), column.in_(upwards(actor.region_code)), within(column, actor)))

    return narrow


def offered(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """Divisions that may be chosen: those in force, for the bureau only its own and lower ones."""
    stmt = stmt.where(~Region.pseudo, Region.valid_to.is_(None))
    return stmt.where(within(Region.code, actor)) if actor.is_bureau else stmt


def may_set(actor: Actor, region_code: str | None) -> bool:
    """Whether this person may set what counts in the division; without one it counts everywhere."""
    return covers(actor.region_code, region_code or "") if actor.is_bureau else True


class DivisionView(SafeView):
    """Base of the screens whose rows count in a division."""

    choices = {"region": offered}

    def may_edit(self, row: Any, actor: Actor) -> bool:
        """Inside the own division only."""
        return may_set(actor, row.region_code)

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """The same for what is added: the nation-wide row is the platform's."""
        if not may_set(actor, row.region_code):
            raise Refused("outside_division", field="region")
