"""One's own account: changing the password. Every other session of the account ends with it."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from sqlalchemy import update
from werkzeug.security import check_password_hash, generate_password_hash

from app.extensions import db
from app.models.accounts import Person
from app.models.second_factor import SecondFactor
from app.review import links
from app.rules.passwords import password_fault, staff_password_fault
from app.rules.refused import Refused
from app.views import ageing, words
from app.views.identity import current
from app.views.page import Page
from app.views.sessions import begin, note, refuse_if_locked
from app.views.signing_by_code import tell
from app.views.wardrobe import wardrobe


def check_wish(user: User, old: str, new: str, again: str) -> None:
    """Raises Refused for what is wrong with a wish to change the password. A wrong old one counts towards the lockout.

    too_many, password_wrong, password_same, what the rules for passwords say, password_reused, password_differs.
    """
    refuse_if_locked(user.username)
    if not old:  # a form sent too early is no guess
        raise Refused("missing", field="old")
    if not check_password_hash(user.password or "", old):
        note(user.username, "wrong", user.id)
        raise Refused("password_wrong", field="old")
    if new == old:
        raise Refused("password_same", field="new")
    staff = wardrobe(user.id).staff
    code = (staff_password_fault if staff else password_fault)(new, user.username)
    if code:
        raise Refused(code, field="new")
    if staff and ageing.used_before(user.id, new):
        raise Refused("password_reused", field="new")
    if new != again:
        raise Refused("password_differs", field="again")


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
            try:
                check_wish(user, *sent)
            except Refused as found:
                refused = found
            else:
                _change(user, sent[1])
                flash(_("The password was changed. Other sessions of this account have ended."), "success")
                return redirect(url_for("HomeView.index"))
        fault = words.say(refused) if refused is not None else ""
        page = self.render_template(
            "password.html", title=_("Change password"), fault=fault, at=refused.field if refused else "",
            staff=wardrobe(actor.account_id).staff, forced=g.must_change,
        )  # fmt: skip
        return page, words.status_of(refused) if refused is not None else 200


def _change(user: User, new: str) -> None:
    """Ends every session of the account, this one too, and every key of a program; its links open nothing any more.

    The password alone is no proof where there is a second factor: there the last proof stays as old as it was.
    """
    device = db.session.get(SecondFactor, user.id)
    proved_at = g.login.proved_at if device is not None and device.confirmed_at is not None else None
    db.session.execute(update(Person).where(Person.account_id == user.id).values(must_change=False))
    links.expire(db.session, user.id)
    tell(user, "password_changed")
    user.password = generate_password_hash(new)
    db.session.commit()
    begin(user, proved_at=proved_at, worn=g.login.hat_id)
