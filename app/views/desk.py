"""The desk: one screen, one keyboard, one item after the other (review.md 9).

Opening an item claims it: a lease is no state and runs out by itself, so a GET may take one. Requests that another
site or a browser's prefetch made do not. Every move is a plain form; with scripts the same answer comes as a fragment.
"""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, jsonify, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import ngettext
from sqlalchemy import select

from app.extensions import db
from app.models.review import ReviewRound
from app.review import decide as verdicts
from app.review import queue, sight
from app.rules.actor import Actor
from app.rules.refused import Refused
from app.views import desk_batch, desk_item, desk_page, desk_queue, desk_unmask
from app.views.desk_input import TEXT_LIMIT, key_of, morning_of, verdict_of
from app.views.desk_page import Done, Shown
from app.views.fields import Fields, row_key
from app.views.identity import current
from app.views.page import Page

REASON_LIMIT = 300
QUESTIONS = 20


def _fragment() -> bool:
    """Whether the desk's own script asks."""
    return request.headers.get("X-Desk") == "fragment"


def _may_claim() -> bool:
    """Not for another site's link and not for a prefetch: nobody asked to work on the item yet."""
    purpose = request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none") and "prefetch" not in purpose


def _kind() -> str:
    return desk_page.kind_of(request.values.get("kind", ""))


class DeskView(Page):
    """Queue, evidence, checks, decision."""

    route_base = "/desk"
    default_view = "list"

    # -- reading -------------------------------------------------------------------------------------

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> Any:
        """The desk with the next item open."""
        return self._next(current(), _kind(), self._done())

    @expose("/<int:round_id>")
    @has_access
    @permission_name("list")
    def item(self, round_id: int) -> Any:
        """The desk with this item open: claimed, or with the name of who has it."""
        actor = current()
        if self.may("can_decide") and _may_claim():
            self._try_claim(actor, round_id)
        return self._show(actor, _kind(), round_id, done=self._done(), drawer=request.args.get("drawer", ""))

    @expose("/<int:round_id>/unmask/<string:column>", methods=["GET", "POST"])
    @has_access
    @permission_name("unmask")
    def unmask(self, round_id: int, column: str) -> Any:
        """A sealed value of what was sent in, in full: for a reason, on the ledger."""
        return desk_unmask.answer(self, current(), round_id, column)

    @expose("/<int:round_id>/colleagues")
    @has_access
    @permission_name("transfer")
    def colleagues(self, round_id: int) -> Any:
        """Whom this item may be handed to, for the transfer letter."""
        actor = current()
        row = desk_item.fetch(db.session, actor, round_id)
        return self.render_template(
            "desk/_colleagues.html", page=Shown(colleagues=desk_page.colleagues(db.session, actor, row))
        )

    # -- the claim -----------------------------------------------------------------------------------

    @expose("/<int:round_id>/claim", methods=["POST"])
    @has_access
    @permission_name("decide")
    def claim(self, round_id: int) -> Any:
        """Claims an item whose claim ran out."""
        return self._act(round_id, "", lambda actor, _fields: queue.claim(db.session, actor, round_id), stay=True)

    @expose("/<int:round_id>/renew", methods=["POST"])
    @has_access
    @permission_name("decide")
    def renew(self, round_id: int) -> Any:
        """Keeps the claim alive while the page is open."""
        epoch = Fields.of_form(request.form).whole("epoch")
        found = queue.renew(db.session, current(), row_key(round_id), epoch)
        return jsonify(id=round_id, epoch=found.epoch)

    @expose("/<int:round_id>/release", methods=["POST"])
    @has_access
    @permission_name("decide")
    def release(self, round_id: int) -> Any:
        """Gives back the claim this page held; a claim renewed since by another page stays."""
        actor, epoch = current(), Fields.of_form(request.form).whole("epoch")
        mine = sight.visible(actor).where(
            ReviewRound.id == row_key(round_id), ReviewRound.epoch == epoch, sight.held_by(actor)
        )
        if db.session.scalars(mine).one_or_none() is not None:
            queue.release(db.session, actor, round_id)
        return Response(status=204)

    # -- moves ---------------------------------------------------------------------------------------

    @expose("/<int:round_id>/decide", methods=["POST"])
    @has_access
    @permission_name("decide")
    def decide(self, round_id: int) -> Any:
        """The verdict."""

        def act(actor: Actor, fields: Fields) -> str:
            sent, key = verdict_of(fields), key_of(fields.text("idempotency_key", limit=200))
            seconds = current_app.config["UNDO_SECONDS"]
            done = verdicts.decide(
                db.session, actor, row_key(round_id), **sent.values(), idempotency_key=key, undo_seconds=seconds
            )
            return verdicts.ENDORSE if done["state"] == "second" else sent.verdict

        return self._act(round_id, request.form.get("verdict", ""), act, undoable=True)

    @expose("/<int:round_id>/undo", methods=["POST"])
    @has_access
    @permission_name("decide")
    def undo(self, round_id: int) -> Any:
        """Takes the verdict back and opens the item again."""

        def act(actor: Actor, _fields: Fields) -> str:
            verdicts.undo(db.session, actor, row_key(round_id), current_app.config["UNDO_SECONDS"])
            return "undo"

        return self._act(round_id, "", act, stay=True)

    @expose("/<int:round_id>/skip", methods=["POST"])
    @has_access
    @permission_name("decide")
    def skip(self, round_id: int) -> Any:
        """Hides the item from this person only."""

        def act(actor: Actor, _fields: Fields) -> str:
            queue.skip(db.session, actor, row_key(round_id))
            return "skip"

        return self._act(round_id, "", act)

    @expose("/<int:round_id>/ask", methods=["POST"])
    @has_access
    @permission_name("decide")
    def ask(self, round_id: int) -> Any:
        """Asks the sender; one question a line."""

        def act(actor: Actor, fields: Fields) -> str:
            lines = fields.text("questions", limit=TEXT_LIMIT, required=True).splitlines()
            questions = [line.strip() for line in lines if line.strip()]
            if len(questions) > QUESTIONS:
                raise Refused("too_long", field="questions", limit=QUESTIONS, length=len(questions))
            verdicts.ask(db.session, actor, row_key(round_id), questions)
            return "ask"

        return self._act(round_id, "ask", act)

    @expose("/<int:round_id>/hold", methods=["POST"])
    @has_access
    @permission_name("decide")
    def hold(self, round_id: int) -> Any:
        """Puts the item away until a day."""

        def act(actor: Actor, fields: Fields) -> str:
            until, reason = fields.day("until"), fields.text("reason", limit=REASON_LIMIT, required=True)
            verdicts.hold(db.session, actor, row_key(round_id), morning_of(until), reason)
            return "hold"

        return self._act(round_id, "hold", act)

    @expose("/<int:round_id>/resume", methods=["POST"])
    @has_access
    @permission_name("decide")
    def resume(self, round_id: int) -> Any:
        """Takes up again what was put away before its day; from the record, since a held item is on no queue."""
        verdicts.resume(db.session, current(), row_key(round_id))
        return redirect(url_for("DeskView.item", round_id=round_id))

    @expose("/<int:round_id>/transfer", methods=["POST"])
    @has_access
    @permission_name("transfer")
    def transfer(self, round_id: int) -> Any:
        """Hands the item to a colleague."""

        def act(actor: Actor, fields: Fields) -> str:
            to, reason = fields.whole("to", least=1), fields.text("reason", limit=REASON_LIMIT, required=True)
            queue.transfer(db.session, actor, row_key(round_id), to, reason)
            return "transfer"

        return self._act(round_id, "transfer", act)

    @expose("/batch", methods=["GET", "POST"])
    @has_access
    @permission_name("batch")
    def batch(self) -> Any:
        """Items with all checks green, decided together but each on its own."""
        actor, kind = current(), _kind()
        posted = request.method == "POST"
        outcomes = desk_batch.approve(db.session, actor, request.form.getlist("item")) if posted else []
        if outcomes and all(outcome.ok for outcome in outcomes):
            flash(ngettext("%(num)s item approved.", "%(num)s items approved.", len(outcomes)), "success")
            return redirect(url_for("DeskView.batch", kind=kind or None), 303)
        page = desk_page.frame(db.session, actor, kind, None)
        rows = desk_batch.rows(db.session, actor, kind, page.now)
        return self.render_template("desk/batch.html", page=page, rows=rows, outcomes=outcomes, title=page.title)

    # -- the way of every move -----------------------------------------------------------------------

    def _act(self, round_id: int, drawer: str, act: Any, *, stay: bool = False, undoable: bool = False) -> Any:
        """Makes the move; then the next item, or this one. A refusal keeps the page and what was typed."""
        actor, kind = current(), _kind()
        try:
            name = act(actor, Fields.of_form(request.form)) or ""
        except Refused as refused:
            db.session.rollback()
            return self._refused(actor, kind, round_id, refused, drawer)
        name = name if isinstance(name, str) else ""
        if not _fragment():
            more = {"kind": kind or None, "done": round_id if name else None, "what": name or None}
            return redirect(
                url_for("DeskView.item", round_id=round_id, **more) if stay else url_for("DeskView.list", **more), 303
            )
        done = self._told(actor, round_id, name, undoable)
        return self._show(actor, kind, round_id, done=done) if stay else self._next(actor, kind, done)

    def _refused(self, actor: Actor, kind: str, round_id: int, refused: Refused, drawer: str) -> Any:
        if refused.code in ("not_found", "not_allowed"):
            raise refused
        shown = desk_page.refusal(db.session, actor, round_id, refused, request.form.get("digest", ""))
        if _fragment():
            response = make_response(
                self.render_template("desk/_refusal.html", page=Shown(refusal=shown)), shown.status
            )
            response.headers["X-Desk"] = "refusal"
            return response
        drawer = "" if drawer == "approve" else drawer
        return self._show(actor, kind, round_id, refusal=shown, drawer=drawer, status=shown.status)

    def _try_claim(self, actor: Actor, round_id: int) -> bool:
        """Claims if nobody else has it; what stands against it is shown with the item."""
        try:
            queue.claim(db.session, actor, row_key(round_id))
        except Refused as refused:
            if refused.code == "not_found":
                raise
            return False
        return True

    def _next(self, actor: Actor, kind: str, done: Done | None) -> Any:
        """The item this person holds already, else the next one."""
        round_id = None
        if self.may("can_decide") and _may_claim():
            round_id = desk_page.held(db.session, actor, kind)
            if round_id is None or not self._try_claim(actor, round_id):
                found = queue.claim_next(db.session, actor, [kind] if kind else None)
                round_id = desk_item.key_of(found) if found is not None else None
        return self._show(actor, kind, round_id, done=done)

    def _show(self, actor: Actor, kind: str, round_id: int | None, *, status: int = 200, **more: Any) -> Any:
        """The whole page, or its middle for the desk's own script."""
        page = desk_page.assemble(db.session, actor, kind, round_id, typed=request.form, **more)
        page.may_transfer = self.may("can_transfer")
        if page.drawer == "transfer" and page.item is not None and page.may_transfer:
            page.colleagues = desk_page.colleagues(db.session, actor, desk_item.fetch(db.session, actor, page.item.id))
        template = "desk/_desk.html" if _fragment() else "desk/index.html"
        response = make_response(self.render_template(template, page=page, title=page.title), status)
        response.headers["Cache-Control"] = "no-store"  # a claim is only good for the page that took it
        response.vary.add("X-Desk")
        if _fragment():
            response.headers["X-Desk"] = "desk"
        return response

    def _done(self) -> Done | None:
        """What the move before this page did, for pages without scripts: the address names the item and the move."""
        done, what = request.args.get("done", ""), request.args.get("what", "")
        if not (done.isascii() and done.isdigit() and len(done) < 19):
            return None
        return self._told(current(), int(done), what, what in ("approve", verdicts.ENDORSE, "return", "reject"))

    def _told(self, actor: Actor, round_id: int, name: str, undoable: bool) -> Done | None:
        named = select(ReviewRound.kind, ReviewRound.acting_for, ReviewRound.title)
        row = db.session.execute(named.where(ReviewRound.id == round_id, sight.in_scope(actor))).one_or_none()
        title = desk_queue.heading(row) if row is not None else ""
        undo = url_for("DeskView.undo", round_id=round_id, kind=_kind() or None) if undoable else ""
        return desk_page.told(name, title, undo, current_app.config["UNDO_SECONDS"])
