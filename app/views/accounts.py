"""Screens of accounts, hats and logins. Identity, recovery and binding have screens of their own later on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false, select, update

from app.extensions import db
from app.models.accounts import Hat, LoginEvent
from app.models.units import Unit
from app.review import administrators, bindings, ledger
from app.rules.actor import Actor, Role
from app.rules.hats import GRANTED, administrators_clash, place_fault
from app.rules.refused import Refused
from app.views import cells, proof
from app.views.base import SafeView

PLACES = {"region": "region_code", "unit": "unit_id", "school": "school_id", "agency": "agency_id"}


def for_administrators(stmt: Select, actor: Actor) -> Select:
    """Hats are given by the system administrator and watched by the security administrator."""
    return stmt if actor.role in (Role.SYSADMIN, Role.SECADMIN) else stmt.where(false())


def for_auditor(stmt: Select, actor: Actor) -> Select:
    """The login log is the auditor's alone."""
    return stmt if actor.role is Role.AUDITOR else stmt.where(false())


def account_words(account: User | None) -> str:
    """The name somebody logs in with stands beside the person's: there may be two of the same name."""
    return f"{cells.name_of(account)} ({account.username})" if account is not None else ""


def standing_units(stmt: Select, actor: Actor) -> Select:
    """Units somebody may be given a role in."""
    return for_administrators(stmt, actor).where(Unit.status.in_(("approved", "imported")))


class HatView(SafeView):
    """Who may act as what, where (用户与角色)."""

    datamodel = SQLAInterface(Hat)
    scope = staticmethod(for_administrators)
    choices = {"unit": standing_units}
    list_title, thing, add_words = _l("Roles of the accounts"), _l("Role of an account"), _l("Give a role")
    title_columns = ("account", "role")
    formatters_columns = {"account": account_words}
    list_columns = ["account", "role", "region", "unit", "school", "agency", "is_default", "active"]
    more_columns = ["grants"]
    search_columns = ["account", "role", "region", "active"]
    order_columns = ["role", "changed_on"]
    add_columns = ["account", "role", "region", "unit", "school", "agency", "grants", "is_default"]
    edit_columns = ["region", "grants", "is_default", "active"]
    show_columns = [*list_columns, "grants", "created_on", "changed_on"]

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """The account the form was opened for."""
        return {"account": request.args.get("account", type=int)}

    def left_out(self, row: Any, actor: Actor) -> Sequence[str]:
        """Functions are granted to handlers of units and to staff of schools."""
        return () if row.role in GRANTED else ("grants",)

    def _form(self, row: Any) -> Any:
        proof.demand()
        return super()._form(row)

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
            _refuse_clash(row, role)
        elif not created:
            administrators.keep(db.session, row.account_id, row.role)
        if row.is_default:
            others = update(Hat).where(Hat.account_id == row.account_id, Hat.id != (row.id or 0))
            db.session.execute(others.values(is_default=False))
        facts = {"role": row.role, "active": row.active is not False, "grants": list(row.grants or ())}
        if role is Role.HANDLER:
            bindings.follow(db.session, actor, row)
        step = "hat_given" if created else "hat_changed"
        ledger.append(db.session, step, actor, row.region_code or "", subject_id=row.account_id, facts=facts)


def _check_grants(row: Hat, role: Role) -> None:
    """Only functions that the role knows; nobody acts for a school without any."""
    if role not in GRANTED:
        row.grants = []
    if not set(row.grants or ()) <= set(GRANTED.get(role, ())):
        raise Refused("not_a_choice", field="grants")
    if role is Role.SCHOOL and not row.grants and row.active is not False:
        raise Refused("missing", field="grants")


def _refuse_clash(row: Hat, role: Role) -> None:
    """Raises Refused when the account's other roles in force forbid this one."""
    with db.session.no_autoflush:
        others = list(
            db.session.scalars(select(Hat).where(Hat.account_id == row.account_id, Hat.active, Hat.id != (row.id or 0)))
        )
    if administrators_clash(role, [Role(other.role) for other in others]):
        raise Refused("one_administrator", field="role")
    same = [getattr(row, column) for column in ("role", *PLACES.values())]
    if any([getattr(other, column) for column in ("role", *PLACES.values())] == same for other in others):
        raise Refused("hat_twice", field="role")


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
