"""The first page: what waits for the role in use, what changed since the last visit, and the figures it asks about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from flask_login import current_user

from app.extensions import db
from app.rules.actor import Actor, Role
from app.rules.calendar import local_day
from app.rules.dates import now
from app.views import announcements, menu
from app.views.home import admins, lead, operator, reviewer, school, senders, visits
from app.views.home.figures import DEFINITIONS
from app.views.home.parts import Home, Visit
from app.views.home.periods import PERIODS
from app.views.page import Page
from app.views.places import ACCOUNT

PAGES: dict[Role, Callable[[Actor, Visit, Any], Home]] = {
    Role.LEAD: lead.lead,
    Role.REVIEWER: reviewer.reviewer,
    Role.SCHOOL: school.school,
    **dict.fromkeys((Role.OWNER, Role.HANDLER, Role.AGENCY, Role.SEEKER, Role.STUDENT), senders.sender),
    Role.OPERATOR: operator.operator,
    Role.SYSADMIN: admins.sysadmin,
    Role.SECADMIN: admins.secadmin,
    Role.AUDITOR: admins.auditor,
}


class HomeView(Page):
    """The start page."""

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self) -> Any:
        """The page of the role in use; whoever is not logged in is sent to the login."""
        if not current_user.is_authenticated:
            return redirect(url_for("LoginView.login"))
        actor = g.actor
        # What is one's own is in the head and in the menu of every page.
        groups = [group for group in menu.groups() if group.label != str(ACCOUNT)]
        if actor is None:
            return self.render_template("home.html", title=_("Home"), home=None, groups=groups)
        visit = visits.note(db.session, actor, now())
        return self.render_template(
            "home.html",
            title=_("Home"),
            home=PAGES[actor.role](actor, visit, request.args),
            notices=announcements.for_home(actor),
            visit=visit,
            groups=groups,
            periods=PERIODS,
            day=format_date(local_day(visit.now), "EEEE, MMM d" if str(get_locale()) == "en" else "M月d日 EEEE"),
        )

    @expose("/figures/")
    def figures(self) -> Any:
        """What each figure means; for whoever is logged in."""
        if not current_user.is_authenticated:
            return redirect(url_for("LoginView.login", next=url_for("HomeView.figures")))
        return self.render_template("figures.html", title=_("About the figures"), definitions=DEFINITIONS)
