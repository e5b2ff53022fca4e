"""One's own account: changing the password. Every other session of the account ends with it."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from sqlalchemy import update
from werkzeug.security import check_password_hash

from app.extensions import db
from app.models.accounts import Person
from app.rules.passwords import password_fault, staff_password_fault
from app.rules.refused import Refused
from app.views import ageing, words
from app.views.identity import current
from app.views.page import Page
from app.views.sessions import begin
from app.views.wardrobe import wardrobe


def fault_of(user: User, old: str, new: str, again: str) -> Refused | None:
    """What is wrong with a wish to change the password."""
    if not check_password_hash(user.password or "", old):
        return Refused("password_wrong", field="old")
    if new == old:
        return Refused("password_same", field="new")
    staff = wardrobe(user.id).staff
    code = (staff_password_fault if staff else password_fault)(new, user.username)
    if code:
        return Refused(code, field="new")
    if staff and ageing.used_before(user.id, new):
        return Refused("password_reused", field="new")
    return Refused("password_differs", field="again") if new != again else None


class PasswordView(Page):
    """Change of password by its owner."""

    route_base = "/password"

    @expose("/", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        """The form, and its arrival. Passwords are never shown again."""
        actor, refused = current(), None
        if request.method == "POST":
            user = db.session.get_one(User, actor.account_id)
            sent = [request.form.get(name, "")[:200] for name in ("old", "new", "again")]
            refused = fault_of(user, *sent)
            if refused is None:
                db.session.execute(update(Person).where(Person.account_id == user.id).values(must_change=False))
                self.appbuilder.sm.reset_password(user.id, sent[1])
                begin(user)  # the change has ended every session of the account, this one too
                flash(_("The password was changed. Other sessions of this account have ended."), "success")
                return redirect(url_for("HomeView.index"))
        fault = words.say(refused) if refused is not None else ""
        page = self.render_template(
            "password.html", title=_("Change password"), fault=fault, at=refused.field if refused else "",
            staff=wardrobe(actor.account_id).staff, forced=g.must_change,
        )  # fmt: skip
        return page, 422 if refused is not None else 200
