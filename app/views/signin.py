"""Login and logout."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, get_flashed_messages, make_response, redirect, request, session, url_for
from flask_appbuilder.baseviews import expose
from flask_babel import gettext as _
from flask_login import current_user, logout_user
from sqlalchemy import exists, select
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.accounts import Person
from app.models.sessions import LoginSession
from app.review import linking
from app.rules import demo
from app.rules.codes import organisation_fault
from app.rules.refused import Refused
from app.views import ageing, arriving, captcha, ended, lockout, second_factor, sessions, words
from app.views.page import Page, safe_next
from app.views.sessions import refuse_if_locked

LONGEST = 128


def demo_loaded() -> bool:
    """Whether there are demo accounts to show: DEMO alone does not make them."""
    return current_app.config["DEMO"] and bool(db.session.scalar(select(exists().where(Person.demo))))


def _legacy(name: str) -> bool:
    """Whether the name has the form of an organisation code, with which units logged in once (GD-07). No user name has."""
    code = name.replace("-", "")
    return code[:1].isdigit() and organisation_fault(code) is None and lockout.account_named(name) is None


def _asks_captcha(name: str) -> bool:
    return current_app.config["CAPTCHA"] and lockout.asks_captcha(name, sessions.shown_name(name), sessions.address())


class LoginView(Page):
    """User name and password. The answer to a wrong pair never tells which of the two was wrong."""

    route_base = ""
    default_view = "login"
    open_to_anybody = frozenset({"login", "logout"})

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Any:
        """The form, and the try."""
        target = safe_next(request.args.get("next")) or url_for("HomeView.index")
        if request.method == "GET" and current_user.is_authenticated:
            return redirect(target)
        name, fault, code = "", "", 200
        get_flashed_messages()  # FAB's "access is denied", which only means: please log in
        if request.method == "POST":
            name = request.form.get("username", "").strip()[:LONGEST]
            try:
                user = self._user(name, request.form.get("password", ""))
            except Refused as refused:
                user, fault, code = None, words.say(refused), words.status_of(refused)
            if user is not None:
                ageing.ask_for_change(user.id)
                return redirect(arriving.enter(user, safe_next(request.args.get("next"))))
            fault, code = (fault, code) if fault else (_("User name or password is not right."), 401)
        page = self.render_template(
            "login.html",
            name=name,
            providers=linking.providers(db.session),
            fault=fault,
            ended=ended.why() if request.method == "GET" else "",
            captcha_token=captcha.new() if _asks_captcha(name) else "",
            logins=demo.LOGINS if demo_loaded() else (),
            demo_word=demo.PASSWORD,
            spared=second_factor.demo_spared(),
        )
        response = make_response(page, code)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _user(self, name: str, password: str) -> Any:
        if not name or not password:
            return None
        refuse_if_locked(name)
        if _asks_captcha(name):
            captcha.check()
        if _legacy(name):
            raise Refused("legacy_account", field="username")
        user = self.appbuilder.sm.auth_user_db(name, password[:LONGEST])
        if user is not None:
            arriving.admit(user)
        return user

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Response:
        """Ends the session; nothing of it stays in the cookie."""
        if g.get("login") is not None:
            sessions.end(LoginSession.id == g.login.id, "out")
        g.actor = g.login = None
        logout_user()
        session.clear()
        return redirect(url_for("LoginView.login"))
