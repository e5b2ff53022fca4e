"""The first page: what waits for the hat in use, counted, and where each number leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, g, redirect, url_for
from flask_appbuilder.baseviews import expose
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from app.extensions import db
from app.review import queue
from app.review.kinds import KINDS
from app.rules.actor import Actor
from app.views import labels, menu, scope
from app.views.page import Page
from app.views.queries import CAP, capped

# What a sender has to do something about, or waits for.
WAITING = ("returned", "draft", "pending")
MOST = 6  # tiles in one row of the kit


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that leads to its list."""

    label: str
    sub: str
    count: int
    url: str
    urgent: bool = False

    @property
    def shown(self) -> str:
        return f"{CAP:,}+" if self.count > CAP else f"{self.count:,}"


def for_decider(actor: Actor) -> list[Tile]:
    """What waits at the desk, kind by kind; kinds with nothing waiting are left out."""
    waiting = queue.counts(db.session, actor)
    return [
        Tile(str(labels.KINDS.get(kind, kind)), _("waiting for a decision"), n, url_for("DeskView.list", kind=kind))
        for kind, n in sorted(waiting.items(), key=lambda item: -item[1])
        if n
    ]


def for_sender(actor: Actor) -> list[Tile]:
    """What of one's own was returned, is a draft, or is under review: one statement for all screens."""
    lines = current_app.extensions["menu"].get(actor.role.value, ())
    views = {type(v): v for v in current_app.extensions["appbuilder"].baseviews}
    shown = [views[line["view"]] for line in lines if getattr(line["view"], "kind", "")]
    asked = [
        (view, status)
        for view in shown
        for status in WAITING
        if actor.role in KINDS[view.kind].sender_roles and status in view.tabs
    ]
    if not asked:
        return []
    parts = [
        capped(scope.rows(view, actor).where(view.model.status == status)).label(f"n{i}")
        for i, (view, status) in enumerate(asked)
    ]
    counts = db.session.execute(select(*parts)).one()
    tiles = [
        Tile(
            str(view.list_title),
            labels.status(status)[1],
            n,
            url_for(f"{view.endpoint}.list", tab=status),
            status == "returned",
        )
        for (view, status), n in zip(asked, counts, strict=True)
        if n
    ]
    return sorted(tiles, key=lambda tile: not tile.urgent)


class HomeView(Page):
    """The start page."""

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self) -> Any:
        """What waits, and the links of this hat; whoever is not logged in is sent to the login."""
        if not current_user.is_authenticated:
            return redirect(url_for("LoginView.login"))
        actor = g.actor
        tiles = [*for_decider(actor), *for_sender(actor)][:MOST] if actor is not None else []
        return self.render_template("home.html", title=_("Home"), tiles=tiles, groups=menu.groups(), unread=g.unread)
