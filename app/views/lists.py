"""My lists: saved views kept, renamed, put in order, shared; the columns of a list chosen. Everything is one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.lists import LONGEST_NAME, ListLayout, SavedView
from app.rules.actor import Actor
from app.rules.refused import Refused
from app.views import chosen, listing, words
from app.views.base import SafeView
from app.views.fields import Fields, row_key
from app.views.identity import current, may
from app.views.page import Page, safe_next

MOST_COLUMNS = 60


def screens() -> dict[str, Any]:
    """The lists that the role in use may read, by the name under which choices are kept."""
    views = current_app.extensions["appbuilder"].baseviews
    return {
        chosen.screen_of(v): v for v in views if isinstance(v, SafeView) and may("can_list", v.class_permission_name)
    }


def _view(name: str) -> Any:
    view = screens().get(name)
    if view is None:
        raise Refused("not_found")
    return view


def _asked(view: Any, actor: Actor) -> dict[str, str]:
    """The conditions of the page that the form stood on (`next`), as far as the view offers them."""
    args = dict(parse_qsl(urlsplit(safe_next(request.form.get("next"))[:8000]).query))
    return chosen.conditions(view, listing.ask(view, args, actor), args)


def _usable(actor: Actor, key: int) -> SavedView:
    """A saved view that is one's own or shared with one. Raises Refused("not_found")."""
    row = db.session.scalars(select(SavedView).where(SavedView.id == row_key(key), chosen.usable(actor))).one_or_none()
    if row is None:
        raise Refused("not_found")
    return row


def _own(actor: Actor, key: int) -> SavedView:
    """One's own saved view, locked. Raises Refused("not_found")."""
    mine = select(SavedView).where(SavedView.id == row_key(key), chosen.own(actor)).with_for_update()
    row = db.session.scalars(mine).one_or_none()
    if row is None:
        raise Refused("not_found")
    return row


def _siblings(actor: Actor, screen: str) -> list[SavedView]:
    """All own saved views of a list in their order, locked."""
    stmt = select(SavedView).where(chosen.own(actor), SavedView.screen == screen)
    return list(db.session.scalars(stmt.order_by(SavedView.position, SavedView.id).with_for_update()))


def _name() -> str:
    return Fields.of_form(request.form).text("name", limit=LONGEST_NAME, required=True)


def _set_layout(actor: Actor, screen: str, **values: Any) -> None:
    """Writes part of the layout; two tabs that do so at the same time both succeed."""
    key = {"account_id": actor.account_id, "role": actor.role.value, "screen": screen}
    stmt = insert(ListLayout).values(**key, **values)
    db.session.execute(stmt.on_conflict_do_update(index_elements=list(key), set_={**values, "changed_on": func.now()}))


class ListsView(Page):
    """我的列表视图: one's saved views, list by list. A role with the word `share` may give them to its colleagues."""

    route_base = "/lists"
    default_view = "list"
    base_permissions = ["can_list", "can_share"]

    @expose("/")
    @has_access
    def list(self) -> str:
        """All saved views one can use, list by list."""
        actor, known = current(), screens()
        stmt = select(SavedView).where(chosen.usable(actor), SavedView.screen.in_(known)).limit(500)
        found: dict[str, list[chosen.Tab]] = {}
        for row in db.session.scalars(stmt.order_by(SavedView.screen, SavedView.position, SavedView.id)):
            found.setdefault(row.screen, []).append(chosen.tab_of(known[row.screen], actor, row))
        opens = select(ListLayout.opens_with_id).where(
            ListLayout.account_id == actor.account_id, ListLayout.role == actor.role.value
        )
        groups = [(known[screen], sorted(tabs, key=lambda tab: not tab.own)) for screen, tabs in found.items()]
        return self.render_template(
            "lists.html",
            title=_("My saved views"),
            groups=sorted(groups, key=lambda group: str(group[0].list_title)),
            opens=set(db.session.scalars(opens)),
            may_share=self.may("can_share"),
        )

    @expose("/save", methods=["POST"])
    @has_access
    @permission_name("list")
    def save(self) -> Response:
        """Keeps the present conditions of a list under a name."""
        actor, view = current(), _view(request.form.get("screen", ""))
        screen = chosen.screen_of(view)
        try:
            name, others = _name(), _siblings(actor, screen)
            if len(others) >= chosen.MOST:
                raise Refused("too_many_views", most=chosen.MOST)
            arranged = chosen.read(view, actor, {"view": request.form.get("view", "")})
            row = SavedView(
                account_id=actor.account_id,
                role=actor.role.value,
                screen=screen,
                name=name,
                conditions=_asked(view, actor),
                columns=arranged.columns if arranged.columns != view.shown_columns() else None,
                density=arranged.density,
                audience=chosen.audience_of(actor) if request.form.get("share") and self.may("can_share") else "",
                position=1 + max((one.position for one in others), default=0),
            )
            db.session.add(row)
            db.session.flush()
            if request.form.get("open"):
                _set_layout(actor, screen, opens_with_id=row.id)
            db.session.commit()
        except (Refused, IntegrityError) as error:
            return _refused(error)
        flash(_("Saved as the view “%(name)s”.", name=name), "success")
        return redirect(chosen.tab_of(view, actor, row).url)

    @expose("/<int:key>/<word>", methods=["POST"])
    @has_access
    @permission_name("list")
    def change(self, key: int, word: str) -> Response:
        """Does one thing with a saved view."""
        if word not in CHANGES:
            raise Refused("not_found")
        try:
            said = CHANGES[word](current(), key)
            db.session.commit()
        except (Refused, IntegrityError) as error:
            if isinstance(error, Refused) and words.status_of(error) in (403, 404):
                raise
            return _refused(error)
        if said:
            flash(said, "success")
        return redirect(safe_next(request.form.get("next")) or url_for("ListsView.list"))

    @expose("/layout", methods=["POST"])
    @has_access
    @permission_name("list")
    def layout(self) -> Response:
        """Keeps columns, their order and the density: in the own saved view that is open, else for the list."""
        actor, view = current(), _view(request.form.get("screen", ""))
        names = None if request.form.get("reset") else request.form.getlist("column")[:MOST_COLUMNS]
        columns = chosen.columns_of(view, _stepped(names))
        values = {
            "columns": columns if columns != view.shown_columns() else None,
            "density": "" if names is None else chosen.density(request.form.get("density", "")),
        }
        key = request.form.get("view", "")
        if key.isascii() and key.isdigit():
            row = _own(actor, int(key))
            row.columns, row.density = values["columns"], values["density"]
        else:
            _set_layout(actor, chosen.screen_of(view), **values)
        db.session.commit()
        return redirect(safe_next(request.form.get("next")) or url_for(f"{view.endpoint}.list"))


def _stepped(names: list[str] | None) -> list[str] | None:
    """The columns with one of them a step further: the buttons of the chooser where no script moves them."""
    way, _colon, name = request.form.get("step", "").partition(":")
    if names is None or name not in names or way not in ("up", "down"):
        return names
    place = names.index(name)
    other = place + (1 if way == "down" else -1)
    if 0 <= other < len(names):
        names[place], names[other] = names[other], names[place]
    return names


def _refused(error: Refused | IntegrityError) -> Response:
    """What was wrong in words, on the page the form stood on."""
    db.session.rollback()
    refused = Refused("view_name_taken") if isinstance(error, IntegrityError) else error
    flash(words.say(refused), "warning")
    return redirect(safe_next(request.form.get("next")) or url_for("ListsView.list"))


# -- what may be done with a saved view ------------------------------------------------------------------------------


def _rename(actor: Actor, key: int) -> str:
    row = _own(actor, key)
    row.name = _name()
    db.session.flush()
    return _("Renamed.")


def _keep(actor: Actor, key: int) -> str:
    """The present conditions and columns take the place of the stored ones."""
    row = _own(actor, key)
    view = _view(row.screen)
    row.conditions = _asked(view, actor)
    return _("The view “%(name)s” keeps these conditions.", name=row.name)


def _place(actor: Actor, key: int) -> str:
    row = _own(actor, key)
    rows = _siblings(actor, row.screen)
    here = rows.index(row)
    there = here + (1 if request.form.get("way") == "down" else -1)
    if 0 <= there < len(rows):
        rows[here], rows[there] = rows[there], rows[here]
    for position, one in enumerate(rows):
        one.position = position
    return ""


def _open(actor: Actor, key: int) -> str:
    """The list opens with this view, or, sent once more, with all rows again."""
    row = _usable(actor, key)
    now = select(ListLayout.opens_with_id).where(
        ListLayout.account_id == actor.account_id,
        ListLayout.role == actor.role.value,
        ListLayout.screen == row.screen,
    )
    already = db.session.scalar(now) == row.id
    _set_layout(actor, row.screen, opens_with_id=None if already else row.id)
    if already:
        return _("The list opens with all rows again.")
    return _("The list opens with the view “%(name)s” from now on.", name=row.name)


def _share(actor: Actor, key: int) -> str:
    """Gives a view to colleagues, or takes it back: the own one, or that of a colleague who shared at the same place."""
    if not may("can_share", "ListsView"):
        raise Refused("not_allowed")
    row = _usable(actor, key)
    mine = row.account_id == actor.account_id and row.role == actor.role.value
    if row.audience and (mine or row.audience == chosen.audience_of(actor)):
        row.audience = ""
        return _("The view is no longer shared.")
    if not mine:
        raise Refused("not_allowed")
    row.audience = chosen.audience_of(actor)
    return _("The view is shared with your colleagues.")


def _delete(actor: Actor, key: int) -> str:
    row = _own(actor, key)
    db.session.delete(row)
    return _("The view “%(name)s” is deleted.", name=row.name)


def _copy(actor: Actor, key: int) -> str:
    """A shared view as one's own, to be changed."""
    row = _usable(actor, key)
    others = _siblings(actor, row.screen)
    if len(others) >= chosen.MOST:
        raise Refused("too_many_views", most=chosen.MOST)
    names = {one.name for one in others}
    free = (f"{row.name[: LONGEST_NAME - 3]} {n}" for n in range(2, chosen.MOST + 3))
    name = row.name if row.name not in names else next(one for one in free if one not in names)
    copied = {column: getattr(row, column) for column in ("screen", "conditions", "columns", "density")}
    last = max((one.position for one in others), default=0)
    db.session.add(
        SavedView(account_id=actor.account_id, role=actor.role.value, name=name, position=last + 1, **copied)
    )
    return _("Copied as your own view “%(name)s”.", name=name)


CHANGES: dict[str, Callable[[Actor, int], str]] = {
    "rename": _rename, "keep": _keep, "place": _place, "open": _open, "share": _share, "delete": _delete, "copy": _copy,
}  # fmt: skip
