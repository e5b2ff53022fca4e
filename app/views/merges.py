"""Two accounts of one person are merged by two administrators: one asks, another one does it (GD-16)."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false, func, select

from app.extensions import db
from app.models.merging import AccountMerge
from app.review import ledger, merging
from app.review.policy import DEFAULT, Policy
from app.rules.actor import ADMINS, Actor
from app.rules.lifecycle import Move, move
from app.rules.refused import Refused
from app.views import labels, proof, scope
from app.views.accounts import account_words
from app.views.acting import ProvenView
from app.views.identity import current

MOVES = {
    one.name: one for one in (move("merge", "open", "done", "keeper"), move("decline", "open", "declined", "keeper"))
}


def for_admins(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """The three administrators see which accounts became one."""
    return stmt if actor.role in ADMINS else stmt.where(false())


def others(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """Accounts in use, never the own one."""
    return for_admins(stmt, actor).where(User.active, User.id != actor.account_id)


class AccountMergeView(ProvenView):
    """账号合并: asked for by one administrator, done by another, for neither of them."""

    datamodel = SQLAInterface(AccountMerge)
    acts = MOVES
    scope = staticmethod(for_admins)
    choices = {"kept": others, "closed": others}
    list_title, thing, add_words = _l("Merged accounts"), _l("Merging of accounts"), _l("Ask for a merging")
    send_words, added_words = _l("Ask for it"), _l("Asked for. Another administrator decides.")
    empty_words = _l("Where one person has two accounts, one of them keeps everything and the other is closed.")
    list_template = "system/merges.html"
    move_words = {
        "merge": _l(
            "What belongs to the person moves to the account that is kept; the other one is closed and nobody logs in with it "
            "again. This cannot be taken back."
        ),
        "decline": _l("Both accounts stay as they are."),
    }
    title_columns = ("kept", "closed")
    formatters_columns = {
        **dict.fromkeys(("kept", "closed", "asked_by", "decided_by"), account_words),
        "state": lambda state: labels.FACTOR_RESETS[state],
    }
    list_columns = ["closed", "kept", "state", "reason", "asked_by", "asked_at", "decided_by", "decided_at"]
    show_columns = list_columns
    search_columns = ["state", "asked_at"]
    order_columns = ["asked_at"]
    add_columns = ["kept", "closed", "reason"]
    row_needs = ("kept_id", "closed_id", "asked_by_id", "state")

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """The pair that the form was opened for."""
        return {name: request.args.get(name, type=int) for name in ("kept", "closed")}

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """Two accounts of one person, neither the own one; one open wish for an account."""
        if actor.account_id in (row.kept_id, row.closed_id):
            raise Refused("own_account", field="closed")
        with db.session.no_autoflush:
            merging.one_person(db.session, row.kept_id, row.closed_id)
            both = (row.kept_id, row.closed_id)
            waits = select(AccountMerge.id).where(
                AccountMerge.state == "open", AccountMerge.closed_id.in_(both) | AccountMerge.kept_id.in_(both)
            )
            if db.session.scalar(waits.limit(1)) is not None:
                raise Refused("merge_open", field="closed")
        row.asked_by_id = actor.account_id
        facts = {"kept": row.kept_id, "reason": row.reason}
        ledger.append(db.session, "merge_asked", actor, "", subject_id=row.closed_id, facts=facts)

    def _form(self, row: Any) -> Any:
        """Asked for a fresh proof before anything is typed."""
        proof.demand()
        return super()._form(row)

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """The second person's choice: not for whoever asked, not for the accounts themselves."""
        if row.state != "open" or current().account_id in (row.kept_id, row.closed_id, row.asked_by_id):
            return []
        return [one for one in MOVES.values() if self.may(f"can_{one.name}")]

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """Does it, or declines, in one transaction."""
        row, actor = scope.fetch(self, current(), row_id, lock=True), current()
        if MOVES[name] not in self.offered(row):
            raise Refused("wrong_state")
        row.state, row.decided_by_id, row.decided_at = MOVES[name].target, actor.account_id, func.now()
        db.session.flush()
        if name == "merge":
            merging.merge(db.session, actor, row)
        else:
            facts = {"merge": row.id, "kept": row.kept_id}
            ledger.append(db.session, "decline", actor, "", subject_id=row.closed_id, facts=facts)
        db.session.commit()

    @expose("/candidates", methods=["GET"])
    @has_access
    @permission_name("add")
    def candidates(self) -> Any:
        """Pairs of accounts that look like one person."""
        pairs = merging.candidates(db.session)
        return self.render_template("system/merge_candidates.html", title=_("Possibly one person"), pairs=pairs)
