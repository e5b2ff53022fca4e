"""Comments on a record, among colleagues of one side, and the mentions that call one of them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app, flash, jsonify, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import permission_name
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from sqlalchemy import Select, and_, false, func, or_, select, true
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models.accounts import Hat
from app.models.comments import LONGEST, RecordComment
from app.review.kinds import KINDS
from app.review.outbox import Notice, enqueue, unsay
from app.rules.actor import BUREAU, UNIT_SIDE, Actor, Role, regions_covering
from app.rules.hats import GRANTED
from app.rules.refused import Refused
from app.views import cells, scope
from app.views.identity import current
from app.views.page import Page

SHOWN = 50  # newest comments of a record
OFFERED = 8  # colleagues in the picker
MENTIONS = 5
PACE_COMMENTS, PACE_MINUTES = 20, 10  # so many of one account in so many minutes
_PACE_LOCK = 7_203_371


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment as the page shows it; `parts` are (text, whether it calls somebody)."""

    id: int
    at: Any
    who: str
    role: str
    parts: list[tuple[str, bool]]
    mine: bool


def side_of(actor: Actor) -> str:
    """Who reads along: the bureau, one's own unit, school or agency. Empty: nobody to talk to."""
    if actor.role in BUREAU:
        return "bureau"
    if actor.role in UNIT_SIDE and actor.unit_id:
        return f"unit:{actor.unit_id}"
    if actor.role is Role.SCHOOL and actor.school_id:
        return f"school:{actor.school_id}"
    return f"agency:{actor.agency_id}" if actor.role is Role.AGENCY and actor.agency_id else ""


def colleagues(actor: Actor, kind: str, screen: str, region: str) -> Select[Any]:
    """Accounts of the same side that may see the row and talk about it, oneself left out.

    A mention tells what the row is called and what was said of it: no role is called that has not the screen, and no
    hat of a unit or a school without the function.
    """
    grants, grant = current_app.extensions["grants"], KINDS[kind].grant
    able = [role for role, allowed in grants.items() if ("can_comment", screen) in allowed]
    trusted = or_(Hat.role.not_in([role.value for role in GRANTED]), Hat.grants.contains([grant])) if grant else true()
    if actor.role in BUREAU:
        mine = and_(Hat.role.in_([r.value for r in BUREAU]), Hat.region_code.in_(regions_covering(region)))
    elif actor.role in UNIT_SIDE and actor.unit_id:
        mine = and_(Hat.role.in_([r.value for r in UNIT_SIDE]), Hat.unit_id == actor.unit_id)
    elif actor.role is Role.SCHOOL and actor.school_id:
        mine = and_(Hat.role == Role.SCHOOL.value, Hat.school_id == actor.school_id)
    elif actor.role is Role.AGENCY and actor.agency_id:
        mine = and_(Hat.role == Role.AGENCY.value, Hat.agency_id == actor.agency_id)
    else:
        mine = false()
    hats = select(Hat.account_id).where(mine, Hat.role.in_(able), trusted, Hat.active)
    return select(User).where(User.id.in_(hats), User.active, User.id != actor.account_id).order_by(User.id)


def of_row(kind: str, row: Any, actor: Actor) -> list[Comment]:
    """The comments of one's own side, the oldest first."""
    side = side_of(actor)
    if not kind or not side:
        return []
    stmt = (
        select(RecordComment)
        .where(
            RecordComment.kind == kind,
            RecordComment.subject_id == row.id,
            RecordComment.side == side,
            RecordComment.deleted_at.is_(None),
        )
        .order_by(RecordComment.id.desc())
        .limit(SHOWN)
        .options(joinedload(RecordComment.account))
    )
    return [
        Comment(c.id, c.at, cells.name_of(c.account), c.role, _parts(c), c.account_id == actor.account_id)
        for c in reversed(list(db.session.scalars(stmt)))
    ]


def _parts(comment: RecordComment) -> list[tuple[str, bool]]:
    """The text with the names that were called set apart."""
    names = [f"@{one['name']}" for one in comment.mentions]
    if not names:
        return [(comment.text, False)]
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return [(part, part in names) for part in re.split(f"({pattern})", comment.text) if part]


def _pace(actor: Actor) -> None:
    """Raises Refused comments_many where the account has said enough for now; what was taken back counts too."""
    db.session.execute(select(func.pg_advisory_xact_lock(_PACE_LOCK, actor.account_id)))
    lately = RecordComment.at > func.clock_timestamp() - timedelta(minutes=PACE_MINUTES)
    said = select(func.count()).where(RecordComment.account_id == actor.account_id, lately)
    if db.session.execute(said).scalar_one() >= PACE_COMMENTS:
        raise Refused("comments_many", field="text", limit=PACE_COMMENTS, minutes=PACE_MINUTES)


class Talking(Page, ABC):
    """The part of a view that holds the comments of its records."""

    kind: str = ""

    def may_comment(self, actor: Actor) -> bool:
        """Whether this person talks to colleagues here."""
        return bool(self.kind) and self.may("can_comment") and bool(side_of(actor))

    def _row(self, pk: str) -> Any:
        self.demand("can_comment")
        if not self.may_comment(current()):
            raise Refused("not_allowed")
        return scope.fetch(self, current(), pk)

    @expose("/comment/<pk>", methods=["GET", "POST"])
    def comment(self, pk: str) -> Any:
        """The comments of one's own side (GET), or one more (POST); whoever is mentioned gets a message."""
        row, actor = self._row(pk), current()
        if request.method == "GET":
            found = of_row(self.kind, row, actor)
            return self.render_template("comments.html", title=self.called(row), row=row, pk=pk, comments=found)
        text = request.form.get("text", "").replace("\x00", "").strip()
        if not text:
            raise Refused("missing", field="text")
        if len(text) > LONGEST:
            raise Refused("too_long", field="text", limit=LONGEST)
        _pace(actor)
        called = self._called(row, actor, text)
        made = RecordComment(
            kind=self.kind,
            subject_id=row.id,
            side=side_of(actor),
            text=text,
            mentions=[{"id": user.id, "name": cells.name_of(user)} for user in called],
            account_id=actor.account_id,
            role=actor.role.value,
        )
        db.session.add(made)
        db.session.flush()
        self._tell(row, actor, made, called)
        db.session.commit()
        flash(_("Comment added."), "success")
        return redirect(url_for(f"{self.endpoint}.show", pk=pk, _anchor="comments"))

    def _colleagues(self, row: Any, actor: Actor) -> Select[Any]:
        return colleagues(actor, self.kind, self.class_permission_name, KINDS[self.kind].region(db.session, row))

    def _called(self, row: Any, actor: Actor, text: str) -> list[User]:
        """The mentioned colleagues: chosen from the list, still named in the text, and able to see the row."""
        wanted = [int(one) for one in request.form.getlist("mention") if one.isdecimal() and len(one) < 10][:MENTIONS]
        if not wanted:
            return []
        stmt = self._colleagues(row, actor).where(User.id.in_(wanted))
        return [user for user in db.session.scalars(stmt) if f"@{cells.name_of(user)}" in text]

    def _tell(self, row: Any, actor: Actor, made: RecordComment, called: list[User]) -> None:
        facts = {"kind": self.kind, "title": self.called(row), "by": actor.name, "comment": made.text}
        link = url_for(f"{self.endpoint}.show", pk=row.id, _anchor="comments")
        enqueue(
            db.session, Notice("mentioned", "system", facts, link, f"comment:{made.id}"), [user.id for user in called]
        )

    @abstractmethod
    def called(self, row: Any) -> str:
        """What a row is called; the view says it."""

    @expose("/uncomment/<pk>/<int:comment_id>", methods=["POST"])
    def uncomment(self, pk: str, comment_id: int) -> Any:
        """Takes one's own comment back. It stays in the database, unread."""
        row = self._row(pk)
        made = db.session.get(RecordComment, comment_id) if comment_id < 2**63 else None
        mine = made is not None and (made.kind, made.subject_id, made.account_id) == (
            self.kind,
            row.id,
            current().account_id,
        )
        if not mine or made is None or made.deleted_at is not None:
            raise Refused("not_found")
        made.deleted_at = func.now()
        unsay(db.session, f"comment:{made.id}", "comment")
        db.session.commit()
        return redirect(url_for(f"{self.endpoint}.show", pk=pk, _anchor="comments"))

    @expose("/colleagues/<pk>", methods=["GET"])
    @permission_name("comment")
    def colleagues(self, pk: str) -> Any:
        """Colleagues that can be mentioned, as JSON: at most eight, by name or account."""
        row, actor = self._row(pk), current()
        words = request.args.get("q", "").replace("\x00", "").strip()[:20]
        stmt = self._colleagues(row, actor).limit(OFFERED)
        if words:
            name = func.concat(User.last_name, User.first_name)
            like = [column.icontains(words, autoescape=True) for column in (name, User.username)]
            stmt = stmt.where(or_(*like))
        return jsonify([{"id": user.id, "name": cells.name_of(user)} for user in db.session.scalars(stmt)])
