"""Screens of accounts, hats and logins. Identity, recovery and binding have screens of their own later on."""

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false

from app.models.accounts import Hat, LoginEvent
from app.rules.actor import Actor, Role
from app.views import cells
from app.views.base import SafeView


def for_administrators(stmt: Select, actor: Actor) -> Select:
    """Hats are given by the system administrator and watched by the security administrator."""
    return stmt if actor.role in (Role.SYSADMIN, Role.SECADMIN) else stmt.where(false())


def for_auditor(stmt: Select, actor: Actor) -> Select:
    """The login log is the auditor's alone."""
    return stmt if actor.role is Role.AUDITOR else stmt.where(false())


def account_words(account: User | None) -> str:
    """The name somebody logs in with stands beside the person's: there may be two of the same name."""
    return f"{cells.name_of(account)} ({account.username})" if account is not None else ""


class HatView(SafeView):
    """Who may act as what, where (用户与角色)."""

    datamodel = SQLAInterface(Hat)
    scope = staticmethod(for_administrators)
    list_title, thing, add_words = _l("Accounts and roles"), _l("Role of an account"), _l("Give a role")
    title_columns = ("account", "role")
    formatters_columns = {"account": account_words}
    list_columns = ["account", "role", "region", "unit", "school", "agency", "is_default", "active"]
    search_columns = ["account", "role", "region", "active"]
    order_columns = ["role", "changed_on"]
    add_columns = ["account", "role", "region", "unit", "school", "agency", "is_default"]
    edit_columns = ["region", "is_default", "active"]
    show_columns = [*list_columns, "created_on", "changed_on"]


class LoginEventView(SafeView):
    """Logins and their refusals (登录日志)."""

    datamodel = SQLAInterface(LoginEvent)
    scope = staticmethod(for_auditor)
    list_title, thing = _l("Login log"), _l("Login")
    list_columns = ["at", "user_name", "outcome", "address"]
    search_columns = ["user_name", "outcome", "at"]
    order_columns = ["at"]
    show_columns = list_columns
