"""What a sender has to do, or waits for: questions, returns, what ends soon, drafts, what is under review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Date, DateTime, Integer, String, cast, func, inspect, literal, null, or_, select, union_all
from sqlalchemy.dialects.postgresql import JSONB

from app.extensions import db
from app.models.appeals import Appeal
from app.models.identity_proofs import IdentityProof
from app.models.media import Medium
from app.models.review import OPEN_STATES, ReviewQuery, ReviewRound
from app.models.schools import Residency, School
from app.models.units import Unit
from app.review.kinds import KINDS
from app.rules.actor import Actor
from app.rules.dates import today
from app.views import desk_clock, dictionary, labels, scope
from app.views.desk_clock import Sla
from app.views.home.parts import Todo

EACH, MOST = 5, 10
ENDS_IN, PAPERS_END_IN = 7, 30  # days
QUESTION, RETURNED, ENDS, PAPER, DRAFT, REVIEW = range(6)
_ICONS = {
    QUESTION: "messages",
    RETURNED: "arrow-back-up",
    ENDS: "calendar-due",
    PAPER: "certificate",
    DRAFT: "edit",
    REVIEW: "clock",
}
PAPERS = ("licence_valid_until", "letter_valid_until")


@dataclass(slots=True)
class _Open:
    """As much of an open round as the clock of the desk needs."""

    state: str
    due_at: dt.datetime
    clock_stopped_at: dt.datetime | None


def of_sender(actor: Actor, now: dt.datetime, views: list[Any]) -> list[Todo]:
    """At most ten, the most pressing first; one statement."""
    parts = [part for number, view in enumerate(views) for part in _questions(actor, view, number)]
    if not parts:
        return []
    is_work = desk_clock.work_days(db.session, now)
    rows = sorted(db.session.execute(union_all(*parts)), key=_urgency)
    return [_todo(views[row.view], row, now, is_work) for row in rows[:MOST]]


def _urgency(row: Any) -> tuple[Any, ...]:
    return (
        row.rank if row.state != "need_info" else QUESTION,
        row.day or dt.date.max,
        row.due or dt.datetime.max.replace(tzinfo=dt.UTC),
        row.id,
    )


def _title(model: Any) -> Any:
    if model is Residency:
        return select(School.name).where(School.id == Residency.school_id).correlate(Residency).scalar_subquery()
    if model is Appeal:
        return func.coalesce(func.nullif(Appeal.unit_name, ""), Appeal.real_name)
    if model is Medium:
        return func.coalesce(func.nullif(Medium.title, ""), Medium.slot)
    if model is IdentityProof:
        return IdentityProof.real_name
    return model.name if "name" in inspect(model).columns else model.title


def _columns(view: Any, number: int, rank: int, *, day: Any = None, round_: bool = False, why: Any = None) -> list[Any]:
    model, instant = view.model, DateTime(timezone=True)
    return [
        literal(number).label("view"), literal(rank, Integer).label("rank"), model.id.label("id"), cast(_title(model), String).label("title"),
        (cast(null(), Date) if day is None else day).label("day"),
        (ReviewRound.state if round_ else cast(null(), String)).label("state"),
        (ReviewRound.due_at if round_ else cast(null(), instant)).label("due"),
        (ReviewRound.clock_stopped_at if round_ else cast(null(), instant)).label("stopped"),
        (cast(null(), JSONB) if why is None else why).label("why"),
    ]  # fmt: skip


def _questions(actor: Actor, view: Any, number: int) -> Iterator[Any]:
    model, every = view.model, scope.rows(view, actor)
    back = every.where(or_(model.status == "returned", model.edit_state == "returned"))
    yield _first(back, _columns(view, number, RETURNED, why=_reasons(view)), model.id.desc())
    under = every.join(ReviewRound, (ReviewRound.kind == view.kind) & (ReviewRound.subject_id == model.id)).where(
        ReviewRound.state.in_(OPEN_STATES), or_(model.status == "pending", model.edit_state == "pending")
    )
    yield _first(under, _columns(view, number, REVIEW, round_=True), ReviewRound.due_at)
    draft = every.where(model.status == KINDS[view.kind].lifecycle.initial)
    yield _first(draft, _columns(view, number, DRAFT), model.id.desc())
    if "valid_until" in inspect(model).columns:
        ends = every.where(model.status == "live", model.valid_until <= today() + dt.timedelta(days=ENDS_IN))
        yield _first(ends, _columns(view, number, ENDS, day=model.valid_until), model.valid_until)
    if model is Unit:
        for name in PAPERS:
            paper = getattr(Unit, name)
            old = every.where(Unit.status == "approved", paper <= today() + dt.timedelta(days=PAPERS_END_IN))
            yield _first(old, _columns(view, number, PAPER, day=paper, why=func.to_jsonb(literal(name))), paper)


def _first(stmt: Any, columns: list[Any], order: Any) -> Any:
    few = stmt.with_only_columns(*columns, maintain_column_froms=True).order_by(None).order_by(order).limit(EACH)
    return select(few.subquery())


def _reasons(view: Any) -> Any:
    """What was listed when the newest round of the row was returned."""
    stmt = (
        select(ReviewQuery.items)
        .join(ReviewRound, ReviewRound.id == ReviewQuery.round_id)
        .where(ReviewRound.kind == view.kind, ReviewRound.subject_id == view.model.id, ReviewQuery.is_return)
        .order_by(ReviewQuery.id.desc())
        .limit(1)
    )
    return stmt.correlate(view.model).scalar_subquery()


def _todo(view: Any, row: Any, now: dt.datetime, is_work: Any) -> Todo:
    rank = QUESTION if row.state == "need_info" else row.rank
    title = dictionary.word("media_slot", row.title) if view.model is Medium else row.title
    open_, edit = (url_for(f"{view.endpoint}.{page}", pk=row.id) for page in ("show", "edit"))
    thing, icon = str(view.thing or view.list_title), _ICONS[rank]
    if rank == QUESTION:
        return Todo(icon, title, open_, _("Answer"), _("%(thing)s · the reviewer has a question", thing=thing))
    if rank == RETURNED:
        why = _why(row.why)
        sub = f"{thing} · {labels.status('returned')[1]}" + (f" · {why}" if why else "")
        return Todo(icon, title, open_, _("Mend"), sub)
    if rank == ENDS:
        return Todo(icon, title, open_, _("Extend"), thing, _ends(row.day))
    if rank == PAPER:
        return Todo(icon, str(view.label(row.why)), open_, _("Renew"), title, _ends(row.day))
    if rank == DRAFT:
        return Todo(icon, title, edit, _("Go on"), f"{thing} · {labels.status('draft')[1]}")
    left = desk_clock.left(_Open(row.state, row.due, row.stopped), now, is_work)
    return Todo(icon, title, open_, _("View"), f"{thing} · {labels.status('pending')[1]}", left)


def _ends(day: dt.date) -> Sla:
    """When something ends, in days."""
    left = (day - today()).days
    words = _("ended %(day)s", day=f"{day:%m-%d}") if left < 0 else _("ends %(day)s", day=f"{day:%m-%d}")
    return Sla("late" if left <= 3 else "soon", words, words)


def _why(items: Any) -> str:
    """The reasons of a return in one line."""
    part = "name_en" if str(get_locale()) == "en" else "name_zh"
    found = [str(item.get(part) or item.get("text") or "") for item in items or () if isinstance(item, dict)]
    return _("; ").join(word for word in found if word)
