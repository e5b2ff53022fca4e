"""Items with all checks green, shown with their content and decided together: each on its own, with its own digest."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.models.review import ReviewRound
from app.review.greens import batch
from app.review.kinds import KINDS
from app.rules.actor import Actor
from app.rules.refused import Refused
from app.views import words
from app.views.desk_clock import Sla, left, work_days
from app.views.desk_fields import Field, fields_of, names_of
from app.views.desk_item import content_of
from app.views.desk_pictures import Picture, pictures_of
from app.views.desk_queue import greens, heading, ordered
from app.views.fields import LARGEST

PAGE = 50
SUMMARY = 3  # values in the summary of an item


@dataclass(frozen=True, slots=True)
class Line:
    """One item with everything that is decided on."""

    id: int
    version: int
    digest: str
    title: str
    receipt_no: str
    kind_word: str
    url: str
    summary: str
    fields: list[Field]
    thumbs: list[Picture]
    sla: Sla


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item."""

    title: str
    ok: bool
    message: str


def rows(session: Session, actor: Actor, kind: str, now: dt.datetime) -> list[Line]:
    """The first items, the most urgent first, with their evidence."""
    stmt = (
        ordered(greens(actor, kind)).limit(PAGE).options(joinedload(ReviewRound.evidence), joinedload(ReviewRound.base))
    )
    found = list(session.scalars(stmt).unique())
    is_work = work_days(session, now)
    return [_line(session, row, left(row, now, is_work)) for row in found]


def _line(session: Session, row: ReviewRound, sla: Sla) -> Line:
    new, old = content_of(row.evidence), content_of(row.base) or None
    names = names_of(session, row.kind, [new])
    fields = fields_of(row.kind, new, old, [], names)
    telling = [f for f in fields if f.changed] or [f for f in fields if f.name not in ("title", "name")]
    summary = " · ".join("".join(piece.text for piece in f.new)[:40] for f in telling[:SUMMARY])
    return Line(
        id=row.id,
        version=row.version,
        digest=row.evidence_digest,
        title=heading(row),
        receipt_no=row.receipt_no,
        kind_word=str(KINDS[row.kind].label),
        url=url_for("DeskView.item", round_id=row.id),
        summary=summary,
        fields=fields,
        thumbs=[one for one in pictures_of(session, row, new, old, []) if one.first],
        sla=sla,
    )


def approve(session: Session, actor: Actor, marks: list[str]) -> list[Result]:
    """Approves the ticked items (id:version:digest). What changed meanwhile is left out and says why."""
    items = [parsed for mark in marks[:PAGE] if (parsed := _parsed(mark)) is not None]
    if not items:
        raise Refused("nothing_chosen", field="item")
    outcomes = batch(session, actor, items)
    named = select(ReviewRound.id, ReviewRound.title).where(ReviewRound.id.in_([o.id for o in outcomes]))
    titles = dict(session.execute(named).all())
    return [
        Result(titles.get(o.id, str(o.id)) if o.ok or o.code != "not_found" else str(o.id), o.ok, _message(o))
        for o in outcomes
    ]


def _message(outcome: Any) -> str:
    if outcome.ok:
        return ""
    facts = {name: value for name, value in outcome.facts.items() if name != "field"}
    return words.say(Refused(outcome.code, **facts))


def _parsed(mark: str) -> tuple[int, int, str] | None:
    parts = mark.split(":")
    if len(parts) != 3 or not all(
        p.isascii() and p.isdigit() and int(p[:19]) <= LARGEST and len(p) < 20 for p in parts[:2]
    ):
        return None
    return int(parts[0]), int(parts[1]), parts[2][:64]
