"""SafeView: what FAB generates, made safe and fast once for every entity. A view declares columns; this does the rest.

Every path (list, count, record, form, move, picker, related list) asks `scope`; nothing is kept on the view between
requests; what was typed survives an error; no SQL and no personal data reach a message. See docs/add-an-entity.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import current_app, flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import ModelView
from flask_appbuilder.api import BaseApi
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect
from werkzeug.wrappers import Response

from app.models.changes import is_traced
from app.models.files import StoredFile
from app.review.imports.entities import IMPORTERS
from app.review.kinds import KINDS
from app.rules.actor import Actor, Role
from app.rules.refused import Refused
from app.views import cells, changes, chosen, custom, facets, filters, listing, record, saving, scope, writing
from app.views.columns import describe, key_name
from app.views.exporting import Exporting
from app.views.form_parts import flat
from app.views.identity import current
from app.views.inline import InPlace
from app.views.moves import Moving
from app.views.page import Page
from app.views.precheck import Prechecking
from app.views.talking import Talking
from app.views.unmasking import Unmasking

# FAB's own views that are registered without asking us, and why each does no harm.
ALLOWED: dict[str, str] = {
    "UtilView": "answers 404: web.UNUSED",
    "LocaleView": "answers 404: web.UNUSED",
    "OpenApi": "describes the API; protected by its permission",
    "MenuApi": "answers our own linear menu",
    "SecurityApi": "token endpoint behind our lockout",
}


class SafeView(Exporting, Moving, Talking, Prechecking, InPlace, Unmasking, ModelView):
    """A screen over one model. See docs/add-an-entity.md for what may be declared."""

    kind = ""  # key in KINDS: scope, moves and saving then go through the desk
    scope: Callable[[Any, Actor], Any] | None = None  # staticmethod(stmt, actor) -> stmt, where there is no kind
    open_to_all = False  # every row may be seen by whoever may open the screen
    resource = ""  # name in the address of the generated API, where the kind is another screen's
    thing: Any = ""  # what one row is called
    search_text: Sequence[str] = ()  # columns of the search box where the model is not Searchable
    choices: Mapping[str, Callable[[Any, Actor], Any]] = {}  # relation -> rows that may be picked
    fields: Mapping[str, type] = {}  # column -> a form field of its own
    offered_words: Mapping[str, tuple[str, ...]] = {}  # column -> the words of its dictionary that this form offers
    grouped: Mapping[str, Any] = {}  # column -> key -> (label, words): several words as one choice of its filter
    unfiltered: Mapping[str, tuple[str, ...]] = {}  # column -> words that no row has yet: no filter offers them
    column_needs: Mapping[str, Sequence[str]] = {}  # property -> columns it reads
    facet_columns: Sequence[str] | None = None  # filters counted by value; by default those with choices, and divisions
    more_columns: Sequence[str] = ()  # columns the list offers besides those it usually shows
    row_needs: Sequence[str] = ()  # columns every row needs besides those shown
    identity_columns: Sequence[str] = ()  # facts under the name; by default the first of the list
    title_columns: Sequence[str] = ()  # what the record's heading is made of; by default what the model says
    hidden_for: Mapping[Role, Sequence[str]] = {}  # columns and filters that tell this role nothing
    on_ledger = False  # a setting: who added, changed or deleted it stands on the ledger
    needed_columns: Sequence[str] = ()  # starred although a draft may be stored without
    add_words: Any = ""  # the button that leads to the empty form, and its heading
    send_words, added_words = "", ""  # the button of the empty form and what follows it, where “Save” says too little
    empty_words: Any = ""  # next step where there is no row at all
    tabs: Sequence[str] = ()  # statuses shown as tabs; by default those of the lifecycle, else none
    file_slots: Sequence[str] = ()  # slots of files in the form
    imports: Sequence[str] = ()  # keys of what may be imported into this list (app/review/imports/entities)
    related_names: Sequence[str] = ()  # the views of the lists under the record, by the names of their classes
    related_by, related_size = dict[str, str](), 5  # other view -> relation, where the model has several to it
    base_order = ("id", "desc")
    page_size = 50
    inner_words = True  # the search box also finds by custom fields that are not public

    default_view = "list"
    list_template, show_template = "list.html", "show.html"
    add_template = edit_template = "form.html"
    exclude_route_methods = {"download", "action", "action_post"}

    # -- set-up: once, when the application starts ---------------------------------------------------

    def _init_properties(self) -> None:
        """Reads the declarations; FAB's own defaults (search and sort by everything) never come into play."""
        self.model = self.datamodel.obj
        for name in ("label_columns", "description_columns", "validators_columns", "formatters_columns"):
            setattr(self, name, dict(getattr(self, name) or {}))
        self.list_columns = list(self.list_columns or [])
        self.search_columns = list(self.search_columns or [])
        self.order_columns = [n for n in self.order_columns or [] if n in inspect(self.model).column_attrs]
        self.related_views, self._related_views = [], []  # ours are named: views would import each other in circles
        self.show_columns = flat(self.show_fieldsets) or list(self.show_columns or self.list_columns)
        self.add_columns = flat(self.add_fieldsets) or list(self.add_columns or [])
        self.edit_columns = flat(self.edit_fieldsets) or list(self.edit_columns or [])
        if self.base_order == ("id", "desc"):
            self.base_order = (key_name(self.model), "desc")
        self._init_lifecycle()
        custom.extend(self)
        self.identity_columns = self.identity_columns or [n for n in self.list_columns[1:] if n != "status"][:3]

    def _init_lifecycle(self) -> None:
        if self.kind and not self.tabs:
            self.tabs = [name for name in KINDS[self.kind].lifecycle.statuses if name != "deleted"]
        if not self.kind:
            self.exclude_route_methods = {*self.exclude_route_methods, "precheck", "precheck_row"}
        if not self.unmaskable():
            self.exclude_route_methods = {*self.exclude_route_methods, "unmask"}
        target = inspect(self.model).relationships.get("file")
        self.single_file = bool(
            target is not None and target.mapper.class_ is StoredFile and "file" in self.add_columns
        )

    def _init_forms(self) -> None:
        """Forms are made per request from the declared columns."""

    def _init_titles(self) -> None:
        self.list_title = self.list_title or self.model.__name__
        self.title = self.list_title

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not self.add_columns:
            self.base_permissions = [p for p in self.base_permissions if p != "can_add"]
        if not self.edit_columns:
            self.base_permissions = [p for p in self.base_permissions if p != "can_edit"]
        if not self.unmaskable():
            self.base_permissions = [p for p in self.base_permissions if p != "can_unmask"]
        if self.imports:
            self.base_permissions = sorted({*self.base_permissions, "can_import"})
        if self.kind:
            named = {f"can_{m.name}" for m in KINDS[self.kind].lifecycle.moves if not m.verdict}
            self.base_permissions = sorted({*self.base_permissions, *named, "can_comment"})

    # -- words ---------------------------------------------------------------------------------------

    def label(self, name: str) -> Any:
        """Label of a column: the view's, else the model's."""
        return self.label_columns.get(name) or describe(self.model, name).label

    def help(self, name: str) -> Any:
        """What stands under a field."""
        return self.description_columns.get(name) or describe(self.model, name).help

    def add_heading(self) -> Any:
        """Title of the empty form, and the button that leads there."""
        if self.add_words:
            return self.add_words
        return _("New: %(thing)s", thing=self.thing) if self.thing else _("New entry")

    def edit_heading(self) -> Any:
        """Title of the form over a row."""
        return _("Edit: %(thing)s", thing=self.thing) if self.thing else _("Edit entry")

    def called(self, row: Any) -> str:
        """What a row is called where it stands alone: headings, questions, the names of buttons."""
        columns = self.title_columns or (() if cells.named(row) else self.list_columns[:2])
        return " · ".join(cells.plain(self, row, name) for name in columns) if columns else cells.name_of(row)

    def hidden_columns(self) -> Sequence[str]:
        """The columns that tell the role in use nothing."""
        return self.hidden_for.get(g.actor.role, ()) if g.get("actor") is not None else ()

    def shown_columns(self) -> list[str]:
        """The columns of the list for the role in use, as long as the reader chose no others."""
        hidden = self.hidden_columns()
        return [name for name in self.list_columns if name not in hidden] if hidden else list(self.list_columns)

    def column_pool(self) -> list[str]:
        """Every column that the role in use may have in the list, the usual ones first."""
        every = dict.fromkeys([*self.list_columns, *self.more_columns])
        return [name for name in every if name not in self.hidden_columns()]

    def filter_names(self) -> list[str]:
        """The filters of the list for the role in use."""
        return [name for name in self.search_columns if name not in self.hidden_columns()]

    # -- hooks of a view -----------------------------------------------------------------------------

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """What an empty form starts with, besides the defaults of the columns."""
        return {}

    def own_fields(self, row: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """Fields that take the place of the usual ones, by column; they may depend on the row or on what was sent."""
        return {}

    def left_out(self, row: Any, actor: Actor) -> Sequence[str]:
        """Columns of the form over this row that mean nothing for it."""
        return ()

    def left_out_new(self, actor: Actor) -> Sequence[str]:
        """Columns of the empty form that mean nothing for this person."""
        return ()

    def may_edit(self, row: Any, actor: Actor) -> bool:
        """Whether a row in scope may be changed; for reference data only."""
        return True

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """Last word before a plain row is stored; raises Refused to stop it."""

    def before_delete(self, row: Any, actor: Actor) -> None:
        """Last word before a plain row is deleted; raises Refused to stop it."""

    def offered_imports(self) -> list[Any]:
        """The importers behind the buttons of this list, for the role in use."""
        role = g.actor.role if self.imports and self.may("can_import") else None
        return [IMPORTERS[key] for key in self.imports if role in IMPORTERS[key].roles]

    def related_instances(self) -> list[Any]:
        """The registered views of the related lists."""
        known = {type(v).__name__: v for v in current_app.extensions["appbuilder"].baseviews}
        return [known[name] for name in self.related_names if name in known]

    # -- pages ---------------------------------------------------------------------------------------

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        """One page of the rows in scope."""
        actor = current()
        mine = chosen.read(self, actor, request.args)
        if mine.opens_with is not None and not set(request.args) - {"lang"}:
            return redirect(mine.opens_with.url)
        asked = self._asked(actor)
        mine.changed = mine.current is not None and mine.current.query != chosen.conditions(self, asked, request.args)
        counted = chosen.counted(self, actor, mine.shown)
        page = listing.run(self, asked, actor, names=mine.columns, also=counted)
        return self.render_template(
            self.list_template,
            title=self.list_title,
            page=page,
            asked=asked,
            mine=mine,
            sizes=listing.SIZES,
            batch=self.batch_buttons(),
            has_box=filters.has_box(self),
            has_facets=bool(facets.candidates(self, asked.filters)),
            can_add=self.may("can_add") and bool(self.add_columns),
            export_to=self.export_address(),
        )

    @expose("/facets", methods=["GET"])
    @has_access
    @permission_name("list")
    def facets(self) -> Any:
        """How the rows of the list spread over the values of its filters: a piece of the page, fetched when wanted."""
        actor = current()
        asked = self._asked(actor)
        return self.render_template("facets.html", spread=facets.spread(self, actor, asked))

    def _asked(self, actor: Actor) -> listing.Asked:
        """What the request wants to see, as far as it tells the role in use something."""
        asked = listing.ask(self, request.args, actor)
        asked.filters = [one for one in asked.filters if one.active or one.name not in self.hidden_columns()]
        return asked

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """One record."""
        actor = current()
        row = scope.fetch(self, actor, pk, options=record.options(self))
        return self.render_template(
            self.show_template,
            title=self.called(row),
            row=row,
            pk=scope.key_of(row),
            facts=record.facts(self, row),
            sections=self._show_sections(row),
            files=record.files(self, row, actor),
            past=record.past(self, row, actor),
            traced=is_traced(self.model),
            may_comment=self.may_comment(actor),
            related=record.lists_of(self),
            buttons=self.record_buttons(row),
            editable=bool(self.edit_columns) and saving.editable(self, actor, row),
        )

    @expose("/changes/<pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def changes(self, pk: str) -> Any:
        """Who changed which field of one record, from what to what."""
        actor = current()
        if not is_traced(self.model):
            raise Refused("not_found")
        row = scope.fetch(self, actor, pk)
        saves = changes.of_row(self, row, actor)
        return self.render_template("changes.html", title=self.called(row), row=row, pk=pk, saves=saves)

    @expose("/under/<pk>/<string:other>", methods=["GET"])
    @has_access
    @permission_name("show")
    def under(self, pk: str, other: str) -> Any:
        """One related list of a record, inside its own scope."""
        actor = current()
        found = next((v for v in record.lists_of(self) if v.endpoint == other), None)
        if found is None:
            raise Refused("not_found")
        row = scope.fetch(self, actor, pk)
        r = record.related(self, found, row, actor)
        return self.render_template("under.html", title=self.called(row), pk=pk, r=r)

    def _show_sections(self, row: Any) -> Sequence[tuple[str, Sequence[str]]]:
        """The declared sections with the custom fields that this row has."""
        declared = self.show_fieldsets or [("", {"fields": list(custom.declared(self.show_columns))})]
        found = [(str(title or ""), spec["fields"]) for title, spec in declared]
        return custom.placed(found, [(one, one.name) for one in custom.of_row(row)])

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """The empty form, and its arrival."""
        if not self.add_columns:
            raise Refused("not_allowed")
        if request.method == "GET":
            self.opening(current())
        return self._form(None)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> Any:
        """The form over a record, and its arrival."""
        actor = current()
        row = scope.fetch(self, actor, pk)
        if not self.edit_columns:
            raise Refused("not_allowed")
        if not saving.editable(self, actor, row):
            raise Refused("wrong_state" if self.kind and KINDS[self.kind].may_send(actor, row) else "not_allowed")
        return self._form(row)

    def _form(self, row: Any) -> Any:
        work = saving.start(self, current(), row)
        if request.method == "POST":
            done = saving.submit(work)
            if done is not None:
                return done
        return saving.page(work)

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Response:
        """Removes a row of reference data. Reviewable things are deleted by a move, which keeps the row."""
        if self.kind:
            raise Refused("not_allowed")
        writing.remove(self, current(), pk)
        flash(_("Deleted."), "success")
        return redirect(url_for(f"{self.endpoint}.list"))

    @expose("/related/<string:column>", methods=["GET"])
    @has_access
    @permission_name("list")
    def related(self, column: str) -> Any:
        """Rows to pick from, as JSON: at most 20, only those that may be picked."""
        if column not in {*self.search_columns, *self.add_columns, *self.edit_columns}:
            raise Refused("not_found")
        info = describe(self.model, column)
        if info.relation is None or scope.chooser(self, info) is None:
            raise Refused("not_found")
        rows = listing.related(self, info, request.args.get("q", ""), g.actor)
        return jsonify([{"id": str(scope.key_of(row)), "text": cells.choice_of(self, column, row)} for row in rows])


class SafePage(Page):
    """A page of ours that is no screen over a model."""


def unsafe(view: Any) -> str:
    """Why a registered view may not be there; empty if it may."""
    name = type(view).__name__
    if isinstance(view, SafeView):
        declared = view.kind or view.scope is not None or view.open_to_all
        return "" if declared else f"{name} declares no scope"
    if (
        isinstance(view, Page)
        or name in ALLOWED
        or (isinstance(view, BaseApi) and type(view).__module__.startswith("app."))
    ):
        return ""
    return f"{name} is not a SafeView"


def assert_safe(appbuilder: Any) -> None:
    """Refuses to start with a view that does not stand on this base. Raises RuntimeError naming all of them."""
    faults = [fault for view in appbuilder.baseviews if (fault := unsafe(view))]
    if faults:
        raise RuntimeError("; ".join(faults))


__all__ = ["SafePage", "SafeView", "_l", "assert_safe"]
