"""Notices of the platform (公告): the operator writes them, those they are meant for read and confirm them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import Select, and_, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.agencies import Agency
from app.models.announcements import Announcement, AnnouncementRead, announcement_region
from app.models.reference import Region
from app.models.schools import School
from app.models.units import Unit
from app.rules.actor import Actor, Role
from app.rules.dates import today
from app.rules.plain_text import lines
from app.rules.refused import Refused
from app.views import cells, scope
from app.views.base import SafeView
from app.views.identity import current
from app.views.page import safe_next

ON_HOME = 5
_WRITERS = (Role.OPERATOR,)


# -- for whom ---------------------------------------------------------------------------------------------------------


def _place(actor: Actor) -> Any:
    """The division of the hat in use as SQL; None for persons and for the platform, who belong to none."""
    if actor.region_code:
        return literal(actor.region_code)
    for model, key in ((Unit, actor.unit_id), (School, actor.school_id), (Agency, actor.agency_id)):
        if key:
            return select(model.region_code).where(model.id == key).scalar_subquery()
    return None


def _here(actor: Actor) -> Any:
    """Notices for everywhere, and those for a division that holds the reader's. Who belongs to none reads all."""
    place, named = _place(actor), announcement_region.c.announcement_id == Announcement.id
    if place is None:
        return None
    above = (place, func.substr(place, 1, 4).op("||")("00"), func.substr(place, 1, 2).op("||")("0000"))
    anywhere = ~exists().where(named).correlate(Announcement)
    return or_(anywhere, exists().where(named, announcement_region.c.region_code.in_(above)).correlate(Announcement))


def in_force() -> Any:
    """Shown today."""
    day = today()
    ends = or_(Announcement.shown_until.is_(None), Announcement.shown_until >= day)
    return and_(Announcement.shown_from <= day, ends)


def addressed(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """What is meant for this person today; its writers see all, also what is over or still to come."""
    if actor.role in _WRITERS:
        return stmt
    everybody = func.cardinality(Announcement.roles) == 0
    stmt = stmt.where(in_force(), or_(everybody, Announcement.roles.any_() == actor.role.value))
    here = _here(actor)
    return stmt if here is None else stmt.where(here)


# -- read and confirmed -----------------------------------------------------------------------------------------------


def _marks() -> dict[int, Any]:
    """What this reader has opened: notice -> when it was confirmed, or None. One statement a request."""
    if "announcement_marks" not in g:
        mine = select(AnnouncementRead.announcement_id, AnnouncementRead.acknowledged_at).where(
            AnnouncementRead.account_id == current().account_id
        )
        g.announcement_marks = {row[0]: row[1] for row in db.session.execute(mine)}
    return dict(g.announcement_marks)


def reading(key: int) -> Any:
    """Whether the reader has read the notice, as the list shows it."""
    marks = _marks()
    if key not in marks:
        return Markup('<span class="g-st" data-st="pending">{}</span>').format(_("Unread"))
    return _("Confirmed %(when)s", when=cells.brief(marks[key])) if marks[key] else _("Already read")


def _note(account_id: int, key: int, *, acknowledged: bool) -> None:
    """Writes down that it was opened or confirmed; the first time counts."""
    values = {"account_id": account_id, "announcement_id": key}
    stmt = insert(AnnouncementRead).values(**values, acknowledged_at=func.now() if acknowledged else None)
    where = and_(AnnouncementRead.acknowledged_at.is_(None), literal(acknowledged))
    stmt = stmt.on_conflict_do_update(
        index_elements=["account_id", "announcement_id"], set_={"acknowledged_at": func.now()}, where=where
    )
    db.session.execute(stmt)
    db.session.commit()


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice on the start page."""

    key: int
    title: str
    shown_from: Any
    pinned: bool
    unread: bool
    to_confirm: bool

    @property
    def url(self) -> str:
        return url_for("AnnouncementView.show", pk=self.key)


def for_home(actor: Actor) -> list[Shown]:
    """The first few in force: what is still to be confirmed, what is pinned, then the newest. One statement."""
    read = AnnouncementRead
    mine = and_(read.announcement_id == Announcement.id, read.account_id == actor.account_id)
    owed = and_(Announcement.importance == "important", read.acknowledged_at.is_(None))
    stmt = addressed(select(Announcement, read.read_at, owed.label("owed")), actor).where(in_force())
    stmt = stmt.outerjoin(read, mine).order_by(
        owed.desc(), Announcement.pinned.desc(), Announcement.shown_from.desc(), Announcement.id.desc()
    )
    writer = actor.role in _WRITERS
    return [
        Shown(row.id, row.title, row.shown_from, row.pinned, read_at is None and not writer, bool(owes) and not writer)
        for row, read_at, owes in db.session.execute(stmt.limit(ON_HOME))
    ]


# -- the screen -------------------------------------------------------------------------------------------------------


def _divisions(stmt: Select[Any], _actor: Actor) -> Select[Any]:
    return stmt.where(~Region.pseudo, Region.valid_to.is_(None))


class AnnouncementView(SafeView):
    """公告."""

    datamodel = SQLAInterface(Announcement)
    scope = staticmethod(addressed)
    list_title, thing, add_words = _l("Notices"), _l("Official notice"), _l("Write a notice")
    empty_words = _l("What the platform has to tell everybody stands here.")
    label_columns = {"title": _l("Title"), "reading": _l("Reading state")}
    column_needs = {"title": ("title_zh", "title_en"), "reading": ()}
    formatters_columns = {"reading": reading}
    hidden_for = {role: ("roles", "regions", "shown_until") for role in Role if role not in _WRITERS} | {
        Role.OPERATOR: ("reading",)
    }
    list_columns = ["title", "importance", "pinned", "reading", "shown_from", "shown_until", "roles", "regions"]
    search_columns = ["importance", "pinned", "shown_from", "shown_until", "regions"]
    search_text = ("title_zh", "title_en", "body_zh")
    order_columns = ["shown_from", "shown_until"]
    base_order = ("shown_from", "desc")
    add_fieldsets = [
        (_l("Text"), {"fields": ["title_zh", "body_zh", "title_en", "body_en"]}),
        (_l("Readers"), {"fields": ["roles", "regions"]}),
        (_l("Publication"), {"fields": ["importance", "pinned", "shown_from", "shown_until"]}),
    ]
    edit_fieldsets = add_fieldsets
    show_columns = ["title", "importance", "pinned", "shown_from", "shown_until", "roles", "regions"]
    choices = {"regions": _divisions}

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """Shown from today, for everybody."""
        return {"importance": "normal", "shown_from": today()}

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """Days in order; an English notice is whole."""
        if row.shown_until is not None and row.shown_until < row.shown_from:
            raise Refused("ends_before_it_begins", field="shown_until")
        if bool(row.title_en) != bool(row.body_en):
            raise Refused("english_whole", field="body_en" if row.title_en else "title_en")

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """One notice; opening it reads it. Who writes notices sees how many have read it instead."""
        actor = current()
        row = scope.fetch(self, actor, pk)
        page = {"row": row, "title": row.title, "text": lines(row.body), "writer": actor.role in _WRITERS}
        if page["writer"]:
            return self.render_template("announcements/show.html", **page, counts=self._counts(row.id))
        marks = _marks()
        if row.id not in marks:
            _note(actor.account_id, row.id, acknowledged=False)
        return self.render_template("announcements/show.html", **page, confirmed=marks.get(row.id))

    def _counts(self, key: int) -> Any:
        stmt = select(func.count(), func.count(AnnouncementRead.acknowledged_at))
        return db.session.execute(stmt.where(AnnouncementRead.announcement_id == key)).one()

    @expose("/acknowledge/<pk>", methods=["POST"])
    @has_access
    def acknowledge(self, pk: str) -> Response:
        """Confirms that an important notice was read."""
        actor = current()
        row = scope.fetch(self, actor, pk)
        _note(actor.account_id, row.id, acknowledged=True)
        flash(_("Thank you, your confirmation was noted."), "success")
        return redirect(safe_next(request.form.get("next")) or url_for("AnnouncementView.list"))
