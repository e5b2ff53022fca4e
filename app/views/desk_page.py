"""The whole desk as one value for the template: head, queue, item, what was just done, why something was refused."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.models.accounts import Hat, Person
from app.models.reference import Region
from app.models.review import OPEN_STATES, ReviewEvidence, ReviewRound, ReviewSeat
from app.models.schools import School
from app.review import queue, sight
from app.review.history import of_case
from app.review.kinds import KINDS
from app.review.policy import upwards
from app.rules.actor import Actor, Role
from app.rules.refused import Refused
from app.views import desk_item, desk_queue, labels, words
from app.views.desk_clock import left, work_days
from app.views.desk_fields import Field, fields_of, names_of
from app.views.desk_item import Item
from app.views.desk_queue import Group, Tab, Today
from app.views.desk_words import DONE
from app.views.labels import ROLES

MOVES = ("approve", "return", "reject", "ask", "hold", "transfer")
HOLD_DAYS = 7  # usual length of a hold, offered in the letter


@dataclass(frozen=True, slots=True)
class Done:
    """What the move before did, and how to take it back."""

    text: str
    undo: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a move was refused. `changes`: what the sender changed meanwhile; `open_url`: where that now stands."""

    code: str
    message: str
    status: int
    field: str
    detail: str = ""
    changes: list[Field] = field(default_factory=list)
    open_url: str = ""
    open_id: int | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed before a refusal, for the page without scripts."""

    reason_codes: tuple[str, ...] = ()
    acknowledged: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    reason_text: str = ""
    questions: str = ""
    until: str = ""
    reason: str = ""
    to: str = ""


@dataclass(slots=True)
class Shown:
    """The page. Fragments fill only what they show."""

    title: str = ""
    kind: str = ""
    url: str = ""
    now: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    tabs: list[Tab] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    today: Today = field(default_factory=lambda: Today(0, None))
    green: int = 0
    green_shown: str = ""
    batch_url: str = ""
    item: Item | None = None
    done: Done | None = None
    refusal: Refusal | None = None
    drawer: str = ""
    typed: Typed = field(default_factory=Typed)
    keys: Mapping[str, str] = field(default_factory=dict)
    may_transfer: bool = False
    colleagues: list[Colleague] = field(default_factory=list)

    @property
    def tomorrow(self) -> str:
        """The first day a hold may end."""
        return (self.now + dt.timedelta(days=1)).date().isoformat()

    @property
    def hold_until(self) -> str:
        """The day offered for a hold."""
        return (self.now + dt.timedelta(days=HOLD_DAYS)).date().isoformat()

    def url_with(self, **more: str) -> str:
        """The address of this item, for pages without scripts with a letter open."""
        if self.item is None:
            return self.url
        return url_for("DeskView.item", round_id=self.item.id, kind=self.kind or None, **more)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody an item may be handed to."""

    id: int
    name: str
    place: str


def title_of(actor: Actor) -> str:
    """What the desk is called: a school decides on residency only."""
    return _("Residency review") if actor.role is Role.SCHOOL else _("Review desk")


def kind_of(wanted: str) -> str:
    """The kind asked for, if there is such a kind."""
    return wanted if wanted in KINDS else ""


def frame(session: Session, actor: Actor, kind: str, item: Item | None) -> Shown:
    """Head and queue: the counts, the day, the rows, the calendar; four statements."""
    page = Shown(title=title_of(actor), kind=kind, item=item)
    rows = desk_queue.queue_rows(session, actor, kind)
    is_work = work_days(session, page.now)
    opened = item.id if item is not None else None
    lines = [desk_queue.row_of(row, page.now, is_work, kind, opened) for row in rows]
    page.groups = desk_queue.grouped(lines)
    page.tabs = desk_queue.tabs(queue.counts(session, actor), queue.COUNT_CAP, kind)
    page.today, page.green = desk_queue.day_and_green(session, actor, kind, page.now)
    page.green_shown = desk_queue.shown_count(page.green, desk_queue.GREEN_CAP)
    page.batch_url = url_for("DeskView.batch", kind=kind or None)
    page.url = url_for("DeskView.list", kind=kind or None)
    return page


def assemble(
    session: Session,
    actor: Actor,
    kind: str,
    round_id: int | None,
    *,
    done: Done | None = None,
    refusal: Refusal | None = None,
    drawer: str = "",
    typed: MultiDict[str, str] | None = None,
) -> Shown:
    """The page with this item open, or without one."""
    row = desk_item.fetch(session, actor, round_id) if round_id is not None else None
    item = desk_item.build(session, actor, row, dt.datetime.now(dt.UTC)) if row is not None else None
    page = frame(session, actor, kind, item)
    page.done, page.refusal = done, refusal
    page.keys = {name: uuid.uuid4().hex for name in MOVES}
    if item is not None and row is not None:
        item.sla = left(row, page.now, work_days(session, page.now))
        page.drawer = drawer if drawer in MOVES and item.mine else ""
        page.url = page.url_with()
        _keep_current_in_list(session, page, row, kind)
    if refusal is not None and typed:
        page.typed = _typed(typed)
    return page


def _keep_current_in_list(session: Session, page: Shown, row: ReviewRound, kind: str) -> None:
    """The open item stands in the list even where the list ends before it, so that J and K have a place to go from."""
    if page.item is None or any(line.current for group in page.groups for line in group.rows):
        return
    line = desk_queue.row_of(row, page.now, work_days(session, page.now), kind, row.id)
    page.groups = [desk_queue.Group(_("Open now"), [line]), *page.groups]


def _typed(form: MultiDict[str, str]) -> Typed:
    return Typed(
        reason_codes=tuple(form.getlist("reason_codes")),
        acknowledged=tuple(form.getlist("acknowledged")),
        texts={name.removeprefix("text-"): value for name, value in form.items() if name.startswith("text-")},
        **{name: form.get(name, "") for name in ("reason_text", "questions", "until", "reason", "to")},
    )


def held(session: Session, actor: Actor, kind: str) -> int | None:
    """An item this person holds already: coming back to the desk goes on where it was left."""
    stmt = sight.visible(actor).where(sight.held_by(actor), ReviewRound.state.in_(sight.CLAIMABLE))
    if kind:
        stmt = stmt.where(ReviewRound.kind == kind)
    return session.scalar(desk_queue.ordered(stmt).limit(1).with_only_columns(ReviewRound.id))


def told(name: str, title: str, undo: str, seconds: int) -> Done | None:
    """What was done, in words; nothing for a move that needs none."""
    words_of = DONE.get(name)
    return Done(str(words_of) % {"title": title}, undo, seconds) if words_of is not None and title else None


def refusal(session: Session, actor: Actor, round_id: int, refused: Refused, seen: str) -> Refusal:
    """A refusal for the page; a stale one with the difference between what was seen and what is there now."""
    status, field_name = words.status_of(refused), refused.field or ""
    later = _present(session, actor, round_id) if status == 409 else None
    detail = _missing_ticks(refused) or (_meanwhile(session, later) if later is not None else "")
    changes = _changes(session, later, seen) if later is not None and refused.code == "stale" else []
    url = url_for("DeskView.item", round_id=later.id) if later is not None else ""
    return Refusal(
        refused.code,
        _overtaken(later) if refused.code == "wrong_state" and later is not None else words.say(refused),
        status,
        field_name,
        detail,
        changes,
        url,
        later.id if later is not None else None,
    )


def _missing_ticks(refused: Refused) -> str:
    codes = refused.facts.get("findings")
    if refused.code != "reason_missing" or not isinstance(codes, list):
        return ""
    if not codes:
        alone = refused.facts.get("alone")
        return _("You decide this alone: say why.") if alone else _("Say why the grave findings may pass.")
    return _("Not verified by hand yet: %(codes)s", codes=", ".join(str(code) for code in codes))


def _overtaken(row: ReviewRound) -> str:
    """What became of an item that somebody else was quicker with."""
    state = str(labels.status(row.state)[1])
    return _("Somebody else was quicker. This item is now: %(state)s", state=state)


def _meanwhile(session: Session, row: ReviewRound) -> str:
    """What was done last in the case, by whom and when: the letter that was refused was written before that."""
    steps = of_case(session, row, internal=True)
    if not steps:
        return ""
    last = desk_item.entry(steps[-1], dt.datetime.now(dt.UTC))
    return " · ".join(part for part in (last.title, last.who, last.when) if part)


def _present(session: Session, actor: Actor, round_id: int) -> ReviewRound | None:
    """The round in which the matter now stands: the open one of the same case, else the newest."""
    case = select(ReviewRound.case_id).where(ReviewRound.id == round_id).scalar_subquery()
    stmt = sight.visible(actor).where(ReviewRound.case_id == case)
    return session.scalars(
        stmt.order_by(ReviewRound.state.in_(OPEN_STATES).desc(), ReviewRound.id.desc()).limit(1)
    ).first()


def _changes(session: Session, later: ReviewRound, seen: str) -> list[Field]:
    stmt = select(ReviewEvidence.digest, ReviewEvidence.content).where(
        ReviewEvidence.digest.in_([seen, later.evidence_digest])
    )
    contents = {digest: content or {} for digest, content in session.execute(stmt)}
    old, new = contents.get(seen), contents.get(later.evidence_digest)
    if not old or not new or seen == later.evidence_digest:
        return []
    names = names_of(session, later.kind, [old, new])
    return [line for line in fields_of(later.kind, new, old, [], names) if line.changed]


def colleagues(session: Session, actor: Actor, row: ReviewRound) -> list[Colleague]:
    """Everybody else under a hat that decides this kind and reaches this division or school."""
    roles = [role.value for role in KINDS[row.kind].decider_roles]
    reach = Hat.region_code.in_(upwards(row.region_code))
    if row.school_id is not None:
        reach = or_(reach, Hat.school_id == row.school_id)
    reach = or_(reach, Hat.role == Role.OPERATOR.value)
    seated = select(ReviewSeat.reviewer_id).where(ReviewSeat.round_id == row.id, ReviewSeat.undone_at.is_(None))
    stmt = (
        select(Hat.account_id, Person.real_name, Hat.role, Region.full_name, School.name)
        .join(Person, Person.account_id == Hat.account_id)
        .outerjoin(Region, Region.code == Hat.region_code)
        .outerjoin(School, School.id == Hat.school_id)
        .where(
            Hat.active, Hat.role.in_(roles), reach, Hat.account_id != actor.account_id, Hat.account_id.not_in(seated)
        )
        .order_by(Person.real_name, Hat.id)
        .limit(100)
    )
    found: dict[int, Colleague] = {}
    for account, name, role, region, school in session.execute(stmt):
        found.setdefault(account, Colleague(account, name, f"{ROLES[Role(role)]} · {region or school or ''}"))
    return list(found.values())
