"""The first page: what waits for the hat in use."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, url_for
from flask_appbuilder.baseviews import expose
from flask_babel import gettext as _
from flask_login import current_user

from app.views import menu
from app.views.page import Page


class HomeView(Page):
    """The start page."""

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self) -> Any:
        """Links of this hat; whoever is not logged in is sent to the login."""
        if not current_user.is_authenticated:
            return redirect(url_for("LoginView.login"))
        return self.render_template("home.html", title=_("Home"), groups=menu.groups(), unread=g.unread)
