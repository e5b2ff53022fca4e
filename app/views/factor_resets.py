"""A lost second factor is taken off by two administrators: one asks, another one does it. Both stand on the ledger."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, false, func, select

from app.extensions import db
from app.models.second_factor import FactorReset, SecondFactor
from app.review import ledger
from app.review.policy import DEFAULT, Policy
from app.rules.actor import ADMINS, Actor
from app.rules.lifecycle import Move, move
from app.rules.refused import Refused
from app.views import enrolment, labels, scope, second_factor
from app.views.accounts import account_words
from app.views.accounts_admin import shown_once
from app.views.acting import ProvenView
from app.views.identity import current

MOVES = {
    one.name: one for one in (move("take_off", "open", "done", "keeper"), move("decline", "open", "declined", "keeper"))
}


def for_admins(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """The three administrators see who took a second factor off whom."""
    return stmt if actor.role in ADMINS else stmt.where(false())


def with_factor(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """Accounts that have a second factor."""
    has = exists().where(SecondFactor.account_id == User.id, SecondFactor.confirmed_at.is_not(None))
    return for_admins(stmt, actor).where(has, User.id != actor.account_id)


class FactorResetView(ProvenView):
    """双因素重置: asked for by one administrator, done by another, for neither of them."""

    datamodel = SQLAInterface(FactorReset)
    acts = MOVES
    scope = staticmethod(for_admins)
    choices = {"account": with_factor}
    send_words, added_words = _l("Ask for it"), _l("Asked for. Another administrator decides.")
    list_title, thing, add_words = (
        _l("Resets of the second factor"),
        _l("Reset of a second factor"),
        _l("Ask for a reset"),
    )
    empty_words = _l("Whoever has lost the device and the recovery codes turns to an administrator.")
    title_columns = ("account",)
    formatters_columns = {
        "account": account_words, "asked_by": account_words, "decided_by": account_words,
        "state": lambda state: labels.FACTOR_RESETS[state],
    }  # fmt: skip
    list_columns = ["account", "state", "reason", "asked_by", "asked_at", "decided_by", "decided_at"]
    show_columns = list_columns
    search_columns = ["state", "asked_at"]
    order_columns = ["asked_at"]
    add_columns = ["account", "reason"]
    row_needs = ("account_id", "asked_by_id", "state")

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """One open reset for an account that has something to reset, never the own one."""
        if row.account_id == actor.account_id:
            raise Refused("own_account", field="account")
        with db.session.no_autoflush:
            waiting = select(FactorReset.id).where(
                FactorReset.account_id == row.account_id, FactorReset.state == "open"
            )
            if db.session.scalar(waiting.limit(1)) is not None:
                raise Refused("reset_open", field="account")
        row.asked_by_id = actor.account_id
        ledger.append(db.session, "reset_asked", actor, "", subject_id=row.account_id, facts={"reason": row.reason})

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """The second person's choice: not for whoever asked, not for the account itself."""
        if row.state != "open" or current().account_id in (row.account_id, row.asked_by_id):
            return []
        return [one for one in MOVES.values() if self.may(f"can_{one.name}")]

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """Does it, or declines; the account's logins end with its second factor."""
        row, actor = scope.fetch(self, current(), row_id, lock=True), current()
        if MOVES[name] not in self.offered(row):
            raise Refused("wrong_state")
        row.state, row.decided_by_id, row.decided_at = MOVES[name].target, actor.account_id, func.now()
        facts = {"reset": row.id, "asked_by": row.asked_by_id}
        ledger.append(db.session, name, actor, "", subject_id=row.account_id, facts=facts)
        db.session.flush()
        if name == "take_off":
            second_factor.take_off(row.account_id)
            account = db.session.get_one(User, row.account_id)
            g.one_time = (account, "", enrolment.issue(account.id, actor.account_id))
        db.session.commit()

    @expose("/move/<string:name>/<pk>", methods=["GET", "POST"])
    def move(self, name: str, pk: str) -> Any:
        """As everywhere; a second factor taken off is answered with the code for the next device."""
        return shown_once(self, super().move(name, pk))
