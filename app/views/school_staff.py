"""本校工作人员: who acts for a school. Accounts are made by the system administrator; the school ends what it no longer wants."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false, select

from app.extensions import db
from app.models.accounts import Hat
from app.review import ledger
from app.review.outbox import Notice, enqueue
from app.review.policy import DEFAULT, Policy
from app.review.transaction import database_now
from app.rules.actor import Actor, Role
from app.rules.hats import SCHOOL_FUNCTIONS, STAFF
from app.rules.lifecycle import KEEPER, Move, move
from app.rules.refused import Refused
from app.views import proof, scope
from app.views.accounts import account_words
from app.views.acting import ProvenView
from app.views.identity import current

UNBIND = move("unbind", "active", "", KEEPER)


def of_my_school(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """The administrators of the own school in force; nobody else's."""
    mine = actor.school_id if actor.role is Role.SCHOOL else None
    return stmt.where(Hat.school_id == mine, Hat.active) if mine else stmt.where(false())


def _lock_staff(actor: Actor) -> None:
    """One after another: two who unbind each other at one moment would leave the school to nobody."""
    locked = select(Hat.id, Hat.grants).where(Hat.school_id == actor.school_id, Hat.active).order_by(Hat.id)
    mine = next((row for row in db.session.execute(locked.with_for_update()) if row.id == actor.hat_id), None)
    if mine is None or STAFF not in mine.grants:
        raise Refused("not_allowed")


class SchoolStaffView(ProvenView):
    """Colleagues at the own school and what each may do. Unbinding ends the role and every login of the account at once."""

    datamodel = SQLAInterface(Hat)
    acts = {UNBIND.name: UNBIND}
    scope = staticmethod(of_my_school)
    list_title, thing = _l("Staff of the school"), _l("Colleague")
    empty_words = _l("Further accounts of the school are made by the system administrator.")
    title_columns = ("account",)
    formatters_columns = {"account": account_words}
    label_columns = {"created_on": _l("Since")}
    list_columns = ["account", "role", "grants", "created_on"]
    show_columns = list_columns
    offered_words = {"grants": SCHOOL_FUNCTIONS}
    edit_columns = ["grants"]
    order_columns = ["created_on"]
    row_needs = ("account_id", "active")

    def may(self, permission: str) -> bool:
        """Everybody sees the colleagues; only who manages the staff changes anything."""
        return super().may(permission) and (permission in ("can_list", "can_show") or STAFF in current().grants)

    def may_edit(self, row: Any, actor: Actor) -> bool:
        """Nobody changes the own functions: whoever manages the staff goes on doing so."""
        return row.account_id != actor.account_id

    def _form(self, row: Any) -> Any:
        proof.demand()
        return super()._form(row)

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """Other functions from now on, after a fresh proof; the colleague is told."""
        proof.demand()
        with db.session.no_autoflush:
            _lock_staff(actor)
        if not self.may_edit(row, actor):
            raise Refused("not_allowed")
        if not row.grants:
            raise Refused("missing", field="grants")
        if not set(row.grants) <= set(SCHOOL_FUNCTIONS):
            raise Refused("not_a_choice", field="grants")
        facts = {"role": row.role, "active": True, "school": row.school_id, "grants": sorted(row.grants)}
        ledger.append(db.session, "hat_changed", actor, actor.region_code, subject_id=row.account_id, facts=facts)
        stamp = f"school_grants:{row.id}:{database_now(db.session).timestamp()}"
        told = Notice("school_grants", "system", {"title": row.school.name}, "/messageview/list/", stamp)
        enqueue(db.session, told, {row.account_id})

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """Every colleague but oneself, so that a school never loses its last administrator here."""
        return [UNBIND] if self.may("can_unbind") and row.account_id != current().account_id else []

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """Ends the role; triggers of the database end the logins."""
        actor = current()
        _lock_staff(actor)
        row = scope.fetch(self, actor, row_id, lock=True)
        if not self.offered(row):
            raise Refused("wrong_state")
        row.active, row.is_default = False, False
        facts = {"role": row.role, "active": False, "school": row.school_id}
        ledger.append(db.session, "hat_changed", actor, actor.region_code, subject_id=row.account_id, facts=facts)
        told = Notice(
            "school_unbound", "system", {"title": row.school.name}, "/messageview/list/", f"school_unbound:{row.id}"
        )
        enqueue(db.session, told, {row.account_id})
        db.session.commit()

    @expose("/move/<string:name>/<pk>", methods=["GET", "POST"])
    def move(self, name: str, pk: str) -> Any:
        """As everywhere; afterwards the record is none of this screen any more."""
        done = super().move(name, pk)
        leads_away = request.method == "POST" and getattr(done, "status_code", 200) == 302
        return redirect(url_for(f"{self.endpoint}.list")) if leads_away else done
