"""What the page of one record shows besides its columns: files, history, the waiting change, related lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models.review import OPEN_STATES, ReviewQuery, ReviewRound
from app.review.history import Step, of_case
from app.review.kinds import KINDS, private_papers
from app.rules.actor import Actor
from app.views import cells, listing, scope
from app.views.columns import describe
from app.views.desk_fields import Field, fields_of, names_of
from app.views.identity import may


@dataclass(slots=True)
class Related:
    """A related list: the newest rows that this person may see, and the way to all of them."""

    view: Any
    title: str
    rows: list[Any]
    total: int
    capped: bool
    url: str


def last_round(view: Any, row: Any) -> ReviewRound | None:
    """The newest round about this row."""
    stmt = (
        select(ReviewRound)
        .where(ReviewRound.kind == view.kind, ReviewRound.subject_id == row.id)
        .order_by(ReviewRound.id.desc())
        .limit(1)
        .options(joinedload(ReviewRound.evidence), joinedload(ReviewRound.base))
    )
    return db.session.scalars(stmt).first()


@dataclass(slots=True)
class Past:
    """What happened to a row: its steps newest first, the open round if there is one, what that would change."""

    steps: list[Step] = field(default_factory=list)
    open_round: ReviewRound | None = None
    changes: list[Field] = field(default_factory=list)
    questions: list[ReviewQuery] = field(default_factory=list)


def past(view: Any, row: Any, actor: Actor) -> Past:
    """The row's past as this person may read it: internal steps are for those who decide."""
    newest = last_round(view, row) if view.kind else None
    if newest is None:
        return Past()
    internal = actor.role in KINDS[view.kind].decider_roles
    found = Past(list(reversed(of_case(db.session, newest, internal=internal))))
    if newest.state in OPEN_STATES:
        found.open_round = newest
        found.changes = _changes(view, newest)
    if newest.state == "need_info" or row.status == "returned":
        found.questions = _questions(newest)
    return found


def _changes(view: Any, newest: ReviewRound) -> list[Field]:
    """Field by field, what the waiting edit of approved content would change."""
    if not newest.is_change or newest.base is None or newest.evidence is None:
        return []
    new, old = newest.evidence.content or {}, newest.base.content or {}
    names = names_of(db.session, view.kind, [new, old])
    return [one for one in fields_of(view.kind, new, old, (), names) if one.changed]


def _questions(newest: ReviewRound) -> list[ReviewQuery]:
    """What the reviewer still wants to have answered or mended."""
    stmt = select(ReviewQuery).where(ReviewQuery.round_id == newest.id, ReviewQuery.answered_at.is_(None))
    return list(db.session.scalars(stmt.order_by(ReviewQuery.id)))


def files(view: Any, row: Any, actor: Actor) -> list[tuple[str, Any]]:
    """Slots and files that hang on the row, as far as this person may see them."""
    return private_papers.shown(db.session, KINDS[view.kind], row, actor) if view.kind else []


def lists_of(view: Any) -> list[Any]:
    """The views of the related lists that this role may open."""
    return [
        other
        for other in view.related_instances()
        if may("can_list", other.class_permission_name) and _between(view, other) is not None
    ]


def _between(view: Any, other: Any) -> Any:
    return _relation_to(other.model, view.model, other.related_by.get(type(view).__name__))


def related(view: Any, other: Any, row: Any, actor: Actor) -> Related:
    """One related list of a record, inside the scope of its own view."""
    relation = _between(view, other)
    asked = listing.ask(other, {}, actor)
    asked.size = view.related_size
    key = scope.key_of(row)
    column = next(iter(relation.local_columns)) if relation.direction.name == "MANYTOONE" else None
    restrict = (
        column == key
        if column is not None
        else getattr(other.model, relation.key).any(next(iter(inspect(view.model).primary_key)) == key)
    )
    page = listing.run(other, asked, actor, restrict, other.shown_columns())
    url = (
        url_for(f"{other.endpoint}.list", **{f"f_{relation.key}": key}) if relation.key in other.search_columns else ""
    )
    return Related(other, str(other.list_title), page.rows, page.total, page.capped, url)


def _relation_to(model: Any, target: Any, named: str | None) -> Any:
    for relation in inspect(model).relationships:
        if relation.mapper.class_ is target and named in (None, relation.key):
            return relation
    return None


def facts(view: Any, row: Any) -> list[tuple[str, Any]]:
    """The short facts under the name in the identity bar."""
    found = []
    for name in view.identity_columns:
        if cells.value_of(row, describe(view.model, name)) not in (None, "", ()):
            found.append((str(view.label(name)), cells.shown(view, row, name)))
    return found


def options(view: Any) -> list[Any]:
    """Loader options: the relations of the shown columns in one go."""
    return listing.relations(view, [*view.show_columns, *view.identity_columns])
