"""Where values of a custom field stand: in rows, and in edits that wait for their verdict beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, false, func, or_, select, update
from sqlalchemy.orm import Session

from app.models.base import Reviewable, Searchable
from app.models.custom import ENTITIES
from app.rules.custom import PREFIX

BATCH: Final = 200


def models_of(entity: str) -> tuple[Any, ...]:
    """The models whose rows have the entity's fields."""
    return tuple(ENTITIES.get(entity, ()))


def _any(session: Session, entity: str, condition: Callable[[Any], ColumnElement[bool]]) -> bool:
    found = [exists().where(condition(model)) for model in models_of(entity)]
    return bool(session.scalar(select(or_(false(), *found))))


def in_use(session: Session, entity: str, code: str) -> bool:
    """Whether anything holds a value: a row, or an edit that waits."""

    def holds(model: Any) -> ColumnElement[bool]:
        waits = model.edit_content.has_key(PREFIX + code) if issubclass(model, Reviewable) else false()
        return or_(model.extra.has_key(code), waits)

    return _any(session, entity, holds)


def option_in_use(session: Session, entity: str, code: str, option: str) -> bool:
    """Whether anything has chosen the option."""

    def chosen(column: Any, key: str) -> ColumnElement[bool]:
        return or_(column.contains({key: option}), column.contains({key: [option]}))

    def holds(model: Any) -> ColumnElement[bool]:
        waits = chosen(model.edit_content, PREFIX + code) if issubclass(model, Reviewable) else false()
        return or_(chosen(model.extra, code), waits)

    return _any(session, entity, holds)


def count(session: Session, entity: str, code: str) -> int:
    """How many rows have a value."""
    each = [
        select(func.count()).select_from(model).where(model.extra.has_key(code)).scalar_subquery()
        for model in models_of(entity)
    ]
    return sum(session.execute(select(*each)).one()) if each else 0


def reindex(session: Session, entity: str, code: str) -> Iterator[int]:
    """Writes the search words of every row with a value anew; yields how many are done. Commits after each batch.

    Neither version nor time of change moves: nobody changed the rows.
    """
    done = 0
    for model in models_of(entity):
        if not issubclass(model, Searchable):
            continue
        last = 0
        while True:
            some = select(model).where(model.extra.has_key(code), model.id > last).order_by(model.id).limit(BATCH)
            fresh = some.with_for_update(of=model).execution_options(populate_existing=True)
            rows = session.scalars(fresh).unique().all()
            for row in rows:
                words = func.array_to_tsvector(row.search_tokens())
                values = {"search": words, "changed_on": model.changed_on}
                stmt = update(model).where(model.id == row.id).values(values)
                session.execute(stmt.execution_options(synchronize_session=False))
            last = rows[-1].id if rows else last
            done += len(rows)
            session.commit()
            session.expunge_all()
            yield done
            if len(rows) < BATCH:
                break
