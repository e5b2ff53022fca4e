"""What comes after the right password or code: whether the account may come in, the second factor, the role (GD-04, GD-06)."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.extensions import db
from app.models.accounts import Hat
from app.rules.actor import Role
from app.rules.refused import Refused
from app.views import levels, second_factor, words
from app.views.identity import current
from app.views.page import Page, safe_next
from app.views.sessions import begin, count


def admit(user: User) -> None:
    """Raises Refused("level_low") where the account has roles for units only and the identity is not proven enough."""
    roles = db.session.scalars(select(Hat.role).where(Hat.account_id == user.id, Hat.active)).all()
    if roles and {Role(role) for role in roles} <= levels.UNIT_ROLES:
        levels.demand(user.id, Role(roles[0]))


def enter(user: User, target: str) -> str:
    """Begins the session; the address to go to: the second factor, the choice among several roles, or the page asked for."""
    many = db.session.scalar(select(func.count()).where(Hat.account_id == user.id, Hat.active)) or 0
    waiting = bool(second_factor.needed(user.id))
    begin(user, waiting=waiting)
    if not waiting:
        count(user.id)
    onwards = target or url_for("HomeView.index")
    if many > 1 and not target:
        onwards = url_for("ChoiceView.index")
    return url_for("SecondFactorView.index", next=onwards) if waiting else onwards


class ChoiceView(Page):
    """选择身份: as whom one acts from now on, for whoever may act as several."""

    route_base = "/choose"

    @expose("/", methods=["GET"])
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        """The roles, each with its place; those that take a higher level of identity say so."""
        low = any(hat.role in levels.UNIT_ROLES for hat in g.hats) and levels.too_low(current().account_id)
        target = safe_next(request.args.get("next")) or url_for("HomeView.index")
        if len(g.hats) < 2:
            return redirect(target)
        fault = words.say(Refused("level_low", level=levels.needed())) if low else ""
        return self.render_template(
            "account/choose.html", title=_("As whom do you act now?"), target=target, fault=fault, units=levels.UNIT_ROLES,
        )  # fmt: skip
