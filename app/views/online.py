"""Logins under way as screens: one's own, and for the security administrator everybody's."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy import Select, false
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.accounts import Hat
from app.models.sessions import LoginSession
from app.review import ledger
from app.review.policy import DEFAULT, Policy
from app.rules.actor import Actor, Role
from app.rules.lifecycle import Move, move
from app.rules.refused import Refused
from app.views import dictionary, labels, scope, sessions
from app.views.accounts import account_words
from app.views.base import SafeView
from app.views.identity import current

END = move("end", "open", "ended", "keeper")
REVOKE = move("revoke_session", "open", "ended", "keeper", needs_reason=True)
REVOKE_ALL = move("revoke_account", "open", "ended", "keeper", needs_reason=True)


def own_sessions(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """One's own logins that last, whatever hat is worn."""
    return stmt.where(LoginSession.account_id == actor.account_id, sessions.in_force())


def for_secadmin(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """Everybody's logins are watched by the security administrator alone."""
    return stmt.where(sessions.in_force() if actor.role is Role.SECADMIN else false())


def any_account(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """The security administrator looks for what one person has open."""
    return stmt if actor.role is Role.SECADMIN else stmt.where(false())


def device_words(made_of: tuple[int, str, str]) -> Any:
    """The device in words; the one in front of the reader says so."""
    key, kind, name = made_of
    said = " · ".join(part for part in (dictionary.word("device_kind", kind), name) if part) or _("Unknown device")
    login = g.get("login")
    here = (
        Markup(' <span class="g-st ms-2" data-st="ok">{}</span>').format(_("this device"))
        if login and login.id == key
        else ""
    )
    return Markup("{}{}").format(said, here)


def hat_words(hat: Hat | None) -> str:
    """The role worn now."""
    return str(labels.ROLES[hat.role]) if hat is not None else ""


class _Sessions(SafeView):
    """What both screens share: the moves end sessions, and what has ended is in no list."""

    datamodel = SQLAInterface(LoginSession)
    moves_of: tuple[Move, ...] = ()
    thing = _l("Login under way")
    title_columns = ("device_kind", "device")
    label_columns = {"what": _l("Device")}
    column_needs = {"what": ("id", "device_kind", "device")}
    formatters_columns = {"what": device_words, "account": account_words, "hat": hat_words}
    order_columns = ["seen_at", "started_at"]
    base_order = ("seen_at", "desc")
    row_needs = ("id", "account_id")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.base_permissions = sorted({*self.base_permissions, *(f"can_{one.name}" for one in self.moves_of)})

    def _allowed(self, name: str) -> Move:
        found = next((one for one in self.moves_of if one.name == name), None)
        if found is None:
            raise Refused("no_such_move", move=name)
        self.demand(f"can_{name}")
        return found

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """Every session but the one that asks; that one ends by logging out."""
        if row.id == g.login.id:
            return []
        return [one for one in self.moves_of if self.may(f"can_{one.name}")]

    @expose("/move/<string:name>/<pk>", methods=["GET", "POST"])
    def move(self, name: str, pk: str) -> Any:
        """As everywhere; afterwards the record is none of this screen any more."""
        done = super().move(name, pk)
        leads_away = request.method == "POST" and getattr(done, "status_code", 200) == 302
        return redirect(url_for(f"{self.endpoint}.list")) if leads_away else done


class SessionView(_Sessions):
    """我的登录: where one is logged in."""

    scope = staticmethod(own_sessions)
    moves_of = (END,)
    list_title = _l("My logins")
    list_template = "system/sessions.html"
    list_columns = ["what", "address", "hat", "started_at", "seen_at", "ends_at"]
    show_columns = list_columns
    search_columns = ["seen_at"]

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """Ends one of one's other logins."""
        row = scope.fetch(self, current(), row_id, lock=True)
        if END not in self.offered(row):
            raise Refused("wrong_state")
        sessions.end(LoginSession.id == row.id, "closed")

    @expose("/others", methods=["POST"])
    def others(self) -> Response:
        """Ends all of one's logins but this one."""
        self.demand("can_end")
        mine = (LoginSession.account_id == current().account_id) & (LoginSession.id != g.login.id)
        n = sessions.end(mine, "closed")
        flash(ngettext("%(num)d other login was ended.", "%(num)d other logins were ended.", n), "success")
        return redirect(url_for("SessionView.list"))


class OnlineView(_Sessions):
    """在线用户: who is logged in, since when and from where; a login, or all of an account, is ended with a reason."""

    scope = staticmethod(for_secadmin)
    choices = {"account": any_account}
    moves_of = (REVOKE, REVOKE_ALL)
    list_title = _l("Online users")
    list_columns = ["account", "hat", "what", "address", "started_at", "seen_at"]
    show_columns = [*list_columns, "ends_at", "staff"]
    search_columns = ["account", "address", "device_kind", "staff", "seen_at"]
    title_columns = ("account",)

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """Nobody ends logins of the own account here: one's own list is for that."""
        return [] if row.account_id == current().account_id else super().offered(row, policy)

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """Ends the login, or all of its account; on the ledger with the reason."""
        row, actor = scope.fetch(self, current(), row_id, lock=True), current()
        if name not in {one.name for one in self.offered(row)}:
            raise Refused("wrong_state")
        whole = name == REVOKE_ALL.name
        facts = {"session": None if whole else row.id, "reason": reason}
        ledger.append(db.session, name, actor, "", subject_id=row.account_id, facts=facts)
        if whole:
            sessions.shut_out(row.account_id, "revoked")
        else:
            sessions.end(LoginSession.id == row.id, "revoked")
