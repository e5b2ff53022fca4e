"""Whose rows: one answer per view, asked by list, count, record, form, move, picker and export alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Select, false, select

from app.extensions import db
from app.models.agencies import Agency
from app.models.base import Reviewable
from app.models.reference import Industry, Occupation, Region
from app.models.schools import School
from app.models.units import Unit
from app.review.kinds import KINDS
from app.rules.actor import Actor, Role
from app.rules.refused import Refused
from app.views.columns import Info, key_column, key_name, parse_key

Narrow = Callable[[Select[Any], Actor], Select[Any]]


def _regions(stmt: Select[Any], _actor: Actor) -> Select[Any]:
    """Divisions in force; the pseudo levels 市辖区 and 县 are not offered."""
    return stmt.where(~Region.pseudo, Region.valid_to.is_(None))


def _all(stmt: Select[Any], _actor: Actor) -> Select[Any]:
    return stmt


def _units(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """The units this person may see."""
    return KINDS["unit_registration"].scope(stmt, actor)


def _accounts(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """Accounts are picked by the administrators who give out roles, by nobody else."""
    return stmt if actor.role is Role.SYSADMIN else stmt.where(false())


# What may be picked without a view saying so. Whatever else a form points to names its own rows in `choices`.
OPEN: dict[type, Narrow] = {
    Region: _regions, Industry: _all, Occupation: _all, School: _all, Agency: _all, Unit: _units, User: _accounts,
}  # fmt: skip


def narrow(view: Any, stmt: Select[Any], actor: Actor | None) -> Select[Any]:
    """`stmt` restricted to the rows this actor may see through this view. Without a declaration: nothing."""
    if actor is None:
        return stmt.where(false())
    if view.scope is not None:
        return view.scope(stmt, actor)
    if view.kind:
        return KINDS[view.kind].scope(stmt, actor)
    return stmt if view.open_to_all else stmt.where(false())


def rows(view: Any, actor: Actor | None) -> Select[Any]:
    """All rows of the view's model that this actor may see. Soft-deleted ones stay in the database for the ledger."""
    return _by_kind(view, actor) if actor is not None and by_kind(view) else _rows(view, actor)


def by_kind(view: Any) -> bool:
    """Whether a view's scope is that of its kind: it follows from the actor alone, so that statements may be kept."""
    return bool(view.kind) and view.scope is None


def _rows(view: Any, actor: Actor | None) -> Select[Any]:
    stmt = narrow(view, select(view.model), actor)
    return stmt.where(view.model.status != "deleted") if issubclass(view.model, Reviewable) else stmt


@lru_cache(maxsize=256)
def _by_kind(view: Any, actor: Actor) -> Select[Any]:
    return _rows(view, actor)


def fetch(view: Any, actor: Actor | None, pk: object, *, lock: bool = False, options: Sequence[Any] = ()) -> Any:
    """The row with this key, if it lies in the scope. Raises Refused("not_found").

    `lock`: as it is once nobody else holds it, whatever this session has read of it before.
    """
    key = parse_key(view.model, str(pk))
    if key is None:
        raise Refused("not_found")
    stmt = rows(view, actor).where(key_column(view.model) == key).options(*options)
    if lock:
        stmt = stmt.with_for_update(of=view.model).execution_options(populate_existing=True)
    row = db.session.scalars(stmt).unique().one_or_none()
    if row is None:
        raise Refused("not_found")
    return row


def chooser(view: Any, info: Info) -> Narrow | None:
    """Which rows may be picked for a relation: the view's `choices`, or open reference data, or none."""
    relation = info.relation.key if info.relation is not None else ""
    declared = view.choices.get(info.name) or view.choices.get(relation)
    return declared or OPEN.get(info.target)


def pickable(view: Any, info: Info, actor: Actor | None) -> Select[Any]:
    """The rows that may be picked for a relation, as a statement over the related model."""
    stmt, allowed = select(info.target), chooser(view, info)
    return stmt.where(false()) if allowed is None or actor is None else allowed(stmt, actor)


def picked(view: Any, info: Info, actor: Actor | None, keys: list[Any]) -> list[Any]:
    """Those of the given rows that may be picked, in the order of their keys."""
    if not keys:
        return []
    stmt = pickable(view, info, actor).where(key_column(info.target).in_(keys))
    return list(db.session.scalars(stmt.order_by(key_column(info.target))).unique())


def key_of(row: Any) -> Any:
    """The primary key of a row."""
    return getattr(row, key_name(type(row)))
