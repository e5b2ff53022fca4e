"""Screens of accounts, hats and logins. Identity, recovery and binding have screens of their own later on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, g, request
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false

from app.extensions import db
from app.models.accounts import Hat, LoginEvent
from app.models.units import Unit
from app.review import administrators, bindings, confirming, ledger
from app.review.policy import DEFAULT, Policy
from app.rules.actor import ADMINS, Actor, Role
from app.rules.hats import GRANTED, place_fault
from app.rules.lifecycle import Move, move
from app.rules.refused import Refused
from app.views import cells, proof, role_words, scope
from app.views.acting import ProvenView
from app.views.base import SafeView
from app.views.identity import current

PLACES = {"region": "region_code", "unit": "unit_id", "school": "school_id", "agency": "agency_id"}
MOVES = {
    one.name: one
    for one in (move("confirm", "waiting", "active", "keeper"), move("decline", "waiting", "off", "keeper"))
}


def for_administrators(stmt: Select, actor: Actor) -> Select:
    """Hats are given by the system administrator and watched by the security administrator."""
    return stmt if actor.role in (Role.SYSADMIN, Role.SECADMIN) else stmt.where(false())


def who_wears(stmt: Select, actor: Actor) -> Select:
    """As above; the auditor sees the roles of the three administrators, and confirms them (GB/T 22239)."""
    if actor.role is Role.AUDITOR:
        return stmt.where(Hat.role.in_(sorted(ADMINS)))
    return for_administrators(stmt, actor)


def for_auditor(stmt: Select, actor: Actor) -> Select:
    """The login log is the auditor's alone."""
    return stmt if actor.role is Role.AUDITOR else stmt.where(false())


def account_words(account: User | None) -> str:
    """The name somebody logs in with stands beside the person's: there may be two of the same name."""
    return f"{cells.name_of(account)} ({account.username})" if account is not None else ""


def standing_units(stmt: Select, actor: Actor) -> Select:
    """Units somebody may be given a role in."""
    return for_administrators(stmt, actor).where(Unit.status.in_(("approved", "imported")))


class HatView(ProvenView):
    """Who may act as what, where (用户与角色). A role of the three administrators waits for a second one of them."""

    datamodel = SQLAInterface(Hat)
    acts = MOVES
    scope = staticmethod(who_wears)
    choices = {"unit": standing_units}
    list_title, thing, add_words = _l("Roles of the accounts"), _l("Role of an account"), _l("Give a role")
    title_columns = ("account", "role")
    formatters_columns = dict.fromkeys(("account", "given_by", "confirmed_by"), account_words)
    move_words = {
        "confirm": _l(
            "The role is in force at once and every login of the account ends. First make sure that this person is to hold it: "
            "whoever gave the role cannot answer for it alone. Then have the person log in at once and set up a device: until "
            "that is done, whoever made the account still knows its first password and enrolment code."
        ),
        "decline": _l("The role does not come into force."),
    }
    list_columns = ["account", "role", "region", "unit", "school", "agency", "is_default", "standing"]
    more_columns = ["grants", "given_by", "confirmed_by"]
    row_needs = ("account_id", "given_by_id", "standing")
    search_columns = ["account", "role", "region", "standing"]
    hidden_for = {Role.AUDITOR: ("unit", "school", "agency", "grants")}
    related_by = {"AccountView": "account"}
    order_columns = ["role", "changed_on"]
    add_columns = ["account", "role", "region", "unit", "school", "agency", "grants", "is_default"]
    edit_columns = ["region", "grants", "is_default", "active"]
    show_columns = [*list_columns, "grants", "given_by", "confirmed_by", "created_on", "changed_on"]

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """The account the form was opened for."""
        return {"account": request.args.get("account", type=int)}

    def left_out(self, row: Any, actor: Actor) -> Sequence[str]:
        """Functions are granted to handlers of units and to staff of schools; what waits is switched on by its confirmation."""
        idle = () if row.role in GRANTED else ("grants",)
        return (*idle, "active") if row.standing == confirming.WAITING else idle

    def _form(self, row: Any) -> Any:
        """After a fresh proof; a role that does not come into force yet is told of."""
        proof.demand()
        done = super()._form(row)
        if g.pop("role_waits", False) and getattr(done, "status_code", 200) == 302:
            flash(role_words.NOT_YET, "warning")
        return done

    def may_edit(self, row: Any, actor: Actor) -> bool:
        """Nobody changes their own roles."""
        return row.account_id != actor.account_id

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """Role and place must fit; the three administrators are three persons; one default role."""
        if row.account_id == actor.account_id:
            raise Refused("own_account", field="account")
        role = Role(row.role)
        given = [name for name in PLACES if getattr(row, PLACES[name])]
        fault = place_fault(role, given)
        if fault:
            raise Refused(fault[0], field=fault[1])
        _check_grants(row, role)
        if row.active is not False:
            confirming.unhindered(db.session, row)
        elif not created:
            administrators.keep(db.session, row.account_id, row.role)
        if confirming.must_wait(db.session, row):
            g.role_waits = True
            confirming.ask(db.session, actor, row)
            return
        if row.is_default and row.standing != confirming.WAITING:
            confirming.only_default(db.session, row)
        facts = {"role": row.role, "active": row.active is not False, "grants": list(row.grants or ())}
        if role is Role.HANDLER:
            bindings.follow(db.session, actor, row)
        step = "hat_given" if created else "hat_changed"
        ledger.append(db.session, step, actor, row.region_code or "", subject_id=row.account_id, facts=facts)

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """The second administrator's choice."""
        if not confirming.may_decide(current(), row):
            return []
        return [one for one in MOVES.values() if self.may(f"can_{one.name}")]

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """Confirms or declines, in one transaction."""
        row, actor = scope.fetch(self, current(), row_id, lock=True), current()
        if MOVES[name] not in self.offered(row):
            raise Refused("wrong_state")
        (confirming.confirm if name == "confirm" else confirming.decline)(db.session, actor, row.id)
        db.session.commit()


def _check_grants(row: Hat, role: Role) -> None:
    """Only functions that the role knows; nobody acts for a school without any."""
    if role not in GRANTED:
        row.grants = []
    if not set(row.grants or ()) <= set(GRANTED.get(role, ())):
        raise Refused("not_a_choice", field="grants")
    if role is Role.SCHOOL and not row.grants and row.active is not False:
        raise Refused("missing", field="grants")


class LoginEventView(SafeView):
    """Logins and their refusals (登录日志)."""

    datamodel = SQLAInterface(LoginEvent)
    scope = staticmethod(for_auditor)
    list_title, thing = _l("Login log"), _l("Login")
    list_columns = ["at", "user_name", "outcome", "address"]
    search_columns = ["user_name", "outcome", "at"]
    order_columns = ["at"]
    base_order = ("at", "desc")
    show_columns = list_columns
