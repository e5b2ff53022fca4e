"""Moves on rows: offered, asked about, made. A GET only shows the question; nothing changes but by POST."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.review import ReviewRound
from app.review import decide, desk
from app.review.edits import WITHDRAW_EDIT
from app.review.policy import DEFAULT, Policy, policy_for
from app.rules.lifecycle import Move
from app.rules.refused import Refused
from app.tasks import queue
from app.views import bulk, labels, saving, scope, words
from app.views.fields import Fields, row_key
from app.views.identity import current
from app.views.page import Page, came_from, safe_next

REASON_LIMIT = 300
# Moves that need a value besides a reason: move -> (name, kind of field).
INPUTS: dict[str, tuple[str, str]] = {"set_validity": ("valid_until", "date")}


@dataclass(frozen=True, slots=True)
class Button:
    """A move as the page offers it."""

    name: str
    word: str
    icon: str
    danger: bool
    asks: bool


def permission_of(name: str) -> str:
    """The permission a move needs; who may withdraw may also withdraw an edit."""
    return "can_withdraw" if name == WITHDRAW_EDIT.name else f"can_{name}"


def button(move: Move) -> Button:
    """How a move looks. Those that need a reason or a value, and those that destroy, ask first."""
    word, icon, danger = labels.move_words(move.name)
    return Button(move.name, word, icon, danger, move.needs_reason or danger or move.name in INPUTS)


class Moving(Page):
    """The part of a view that moves rows through their lifecycle."""

    kind: str = ""
    model: Any = None

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """The moves of this row that this person may make now: the desk's table and the registry's grants."""
        if not self.kind:
            return []
        return [m for m in desk.moves(current(), self.kind, row, policy) if self.may(permission_of(m.name))]

    def buttons(self, row: Any) -> list[Button]:
        """The same as buttons."""
        return [button(m) for m in self.offered(row)]

    def record_buttons(self, row: Any) -> list[Button]:
        """The buttons of the record, which also knows whether the division lets things be published without review."""
        if not self.kind or not self.may("can_publish"):
            return self.buttons(row)
        kind = scope.KINDS[self.kind]
        policy = policy_for(db.session, self.kind, kind.region(db.session, row))
        return [button(m) for m in self.offered(row, policy)]

    def batch_buttons(self) -> list[Button]:
        """Moves that may be made on many rows at once."""
        if not self.kind:
            return []
        moves = scope.KINDS[self.kind].lifecycle.moves
        return [button(m) for m in moves if m.batch and not m.verdict and self.may(permission_of(m.name))]

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """Makes one move, through the one door."""
        return desk.move(db.session, current(), self.kind, row_id, name, version=version, reason=reason, values=values)

    def _allowed(self, name: str) -> Move:
        if not self.kind:
            raise Refused("no_such_move", move=name)
        move = WITHDRAW_EDIT if name == WITHDRAW_EDIT.name else scope.KINDS[self.kind].lifecycle.find(name)
        if move.verdict:
            raise Refused("not_allowed")
        self.demand(permission_of(name))
        return move

    @expose("/move/<string:name>/<pk>", methods=["GET", "POST"])
    def move(self, name: str, pk: str) -> Any:
        """Asks about one move (GET), or makes it (POST)."""
        move = self._allowed(name)
        row = scope.fetch(self, current(), pk)
        if request.method == "GET":
            return self._question(move, [row])
        fields = Fields.of_form(request.form)
        try:
            reason, values = _given(move, fields)
            version = fields.whole("version", default=-1)
            self.perform(scope.key_of(row), name, None if version < 0 else version, reason, values)
        except Refused as refused:
            db.session.rollback()
            if refused.field in ("reason_text", INPUTS.get(name, ("",))[0]):
                return self._question(move, [scope.fetch(self, current(), pk)], refused)
            row = scope.fetch(self, current(), pk)
            if refused.field and saving.editable(self, current(), row):
                return saving.reopened(self, current(), row, refused)
            raise
        flash(_("Done: %(move)s", move=labels.move_words(name)[0]), "success")
        there, home = safe_next(request.form.get("next")), url_for(f"{self.endpoint}.show", pk=pk)
        if name == "delete":  # the record it was asked from is not there any more
            there, home = "" if _page_of(there, pk) else there, url_for(f"{self.endpoint}.list")
        return redirect(there or home)

    @expose("/answer/<pk>", methods=["POST"])
    def answer(self, pk: str) -> Any:
        """Answers the reviewer's question about one row; the round is queued again."""
        self.demand("can_submit")
        row = scope.fetch(self, current(), pk)
        newest = select(ReviewRound.id).where(ReviewRound.kind == self.kind, ReviewRound.subject_id == row.id)
        round_id = db.session.scalar(newest.order_by(ReviewRound.id.desc()).limit(1))
        if round_id is None:
            raise Refused("not_found")
        decide.answer(db.session, current(), round_id, request.form.get("answer", ""))
        flash(_("Answered. The review goes on."), "success")
        return redirect(url_for(f"{self.endpoint}.show", pk=pk))

    def batch_move(self, name: str) -> Move:
        """A move that may be made on many rows. Raises Refused: no_such_move, not_allowed."""
        move = self._allowed(name)
        if not move.batch:
            raise Refused("not_allowed")
        return move

    @expose("/moves", methods=["POST"])
    def moves(self) -> Any:
        """Makes one move on all selected rows, or on all rows of the list; each row has its own outcome."""
        move, actor = self.batch_move(request.form.get("move", "")), current()
        chosen = bulk.chosen(self, actor)
        if not chosen:
            flash(words.say(Refused("nothing_chosen")), "warning")
            return self._list_again()
        sure = request.form.get("sure") == "1"
        if (button(move).asks or request.form.get("all") == "1") and not sure:
            return self._question_many(move, chosen)
        try:
            reason, values = _given(move, Fields.of_form(request.form))
        except Refused as refused:
            return self._question_many(move, chosen, refused)
        if len(chosen) > bulk.AT_ONCE:
            return bulk.begin(self, move, chosen, reason, values)
        lines = list(bulk.carry_out(self, actor, chosen, move, reason, values))
        return self._outcomes(move, lines)

    def _outcomes(self, move: Move, lines: list[bulk.Line]) -> Any:
        good = sum(not line.code for line in lines)
        word = labels.move_words(move.name)[0]
        if good == len(lines):
            flash(ngettext("%(num)d row: %(move)s", "%(num)d rows: %(move)s", good, move=word), "success")
            return self._list_again()
        return self.render_template(
            "outcomes.html",
            title=word,
            move=word,
            good=good,
            unreached=0,
            total=len(lines),
            lost=sum(line.code == "not_found" for line in lines),
            lines=bulk.said(self, current(), lines),
            back=safe_next(request.form.get("next")) or url_for(f"{self.endpoint}.list"),
        )

    @expose("/outcomes/<int:task>", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def outcomes(self, task: int) -> Any:
        """How far a move over many rows is, and what became of each; a POST cancels what is left of it."""
        actor = current()
        row = bulk.task_of(self, actor, row_key(task))
        if request.method == "POST":
            queue.cancel(db.session, row.id, actor.account_id)
            return redirect(url_for(f"{self.endpoint}.outcomes", task=task))
        word = labels.move_words(row.parameters["move"])[0]
        lines = bulk.lines_of(row)
        return self.render_template(
            "outcomes.html",
            title=word,
            move=word,
            task=row,
            failure=words.say(Refused(row.error_code, **row.error_facts)) if row.state == "failed" else "",
            good=sum(not line.code for line in lines),
            unreached=sum(line.code == bulk.UNREACHED for line in lines),
            total=len(row.parameters["rows"]),
            lost=sum(line.code == "not_found" for line in lines),
            lines=bulk.said(self, actor, lines) if lines else [],
            back=safe_next(row.parameters.get("back")) or url_for(f"{self.endpoint}.list"),
        )

    def _list_again(self) -> Response:
        return redirect(safe_next(request.form.get("next")) or url_for(f"{self.endpoint}.list"))

    def _question_many(self, move: Move, chosen: list[tuple[str, int]], refused: Refused | None = None) -> Any:
        """The question about many rows; only the first are named."""
        rows = bulk.visible(self, current(), [key for key, _version in chosen[: bulk.MOST_ROWS]])
        return self._question(move, list(rows.values()), refused, chosen)

    def _question(
        self, move: Move, rows: list[Any], refused: Refused | None = None, chosen: list[tuple[str, int]] | None = None
    ) -> Any:
        one = button(move)
        page = self.render_template(
            "move.html",
            move=move,
            button=one,
            names=[self.called(row) for row in rows],
            count=len(chosen) if chosen is not None else len(rows),
            packed=bulk.packed(chosen or ()),
            single=rows[0] if len(rows) == 1 and request.endpoint.endswith(".move") else None,
            input=INPUTS.get(move.name),
            reason=request.form.get("reason_text", ""),
            given=request.form.get(INPUTS.get(move.name, ("",))[0], ""),
            fault=words.say(refused) if refused is not None else "",
            fault_at=refused.field if refused is not None else "",
            back=came_from() or url_for(f"{self.endpoint}.list"),
            title=one.word,
        )
        return page, 200 if refused is None else 422


def _page_of(address: str, pk: str) -> bool:
    """Whether an address of ours is a page of the row itself."""
    return address.partition("?")[0].rstrip("/").endswith(f"/{pk}")


def _given(move: Move, fields: Fields) -> tuple[str, dict[str, Any]]:
    """Reason and values sent along. Raises Refused with the field named."""
    reason = fields.text("reason_text", limit=REASON_LIMIT)
    if move.needs_reason and not reason:
        raise Refused("reason_missing", field="reason_text")
    name, _kind = INPUTS.get(move.name, ("", ""))
    return reason, {name: fields.day(name)} if name else {}
