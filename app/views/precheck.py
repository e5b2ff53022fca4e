"""The checks over what is being typed. The form asks while somebody writes; nothing is stored and nothing is locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import make_response, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import inspect
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.extensions import db
from app.review import trial
from app.review.kinds import KINDS
from app.review.trial import Typed
from app.rules.actor import Actor
from app.rules.custom import is_custom
from app.rules.refused import Refused
from app.views import dictionary, forms, portal, precheck_panel, saving, scope
from app.views.columns import describe
from app.views.form_parts import Part
from app.views.identity import current
from app.views.page import Page

MOST_FILES = 20
NAME_LIMIT = 120  # characters of a file's name


class Prechecking(Page):
    """The part of a view that tells, before anything is sent in, what the checks will say."""

    kind: str = ""
    add_columns: Sequence[str] = ()
    edit_columns: Sequence[str] = ()
    public_face: str = ""  # how the public will see it: "postings", "offer", "wanted" or "unit"

    def opening(self, actor: Actor) -> None:
        """Before an empty form is shown: raises Refused for whatever would refuse all that could be filled in."""
        if self.kind:
            KINDS[self.kind].opening(db.session, actor)

    def before_create(self, actor: Actor, content: Mapping[str, Any]) -> None:
        """Last word before a row of a kind is made, by page or API; raises Refused to stop it."""

    def form_part(self, row: Any) -> Part | None:
        """The part of the form that this request is about, where it is filled in one part after another."""
        return None

    def add_address(self) -> str:
        """Where a new row begins."""
        return str(url_for(f"{self.endpoint}.add"))

    @expose("/precheck", methods=["POST"])
    @has_access
    @permission_name("add")
    def precheck(self) -> Response:
        """The checks of a new row."""
        if not self.kind or not self.add_columns:
            raise Refused("not_found")
        return self._checked(None)

    @expose("/precheck/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def precheck_row(self, pk: str) -> Response:
        """The checks of an edit of this row."""
        if not self.kind or not self.edit_columns:
            raise Refused("not_found")
        row = scope.fetch(self, current(), pk, options=_around(self.kind))
        if not saving.editable(self, current(), row):
            raise Refused("wrong_state" if KINDS[self.kind].may_send(current(), row) else "not_allowed")
        return self._checked(row)

    def _checked(self, row: Any) -> Response:
        form = _form(self, row)
        typed = _typed(self, form, row)
        tried = trial.of(db.session, current(), self.kind, typed, row)
        places, part = saving.places_of(self, row), self.form_part(row)
        panel = precheck_panel.of(form, places, typed, tried, of_form=part is not None and bool(part.more))
        html = self.render_template(
            "form_checks.html",
            panel=panel,
            row=tried.subject,
            dictionary=dictionary,
            pay_words=portal.pay_words,
            amount_words=portal.amount_words,
            paragraphs=portal.paragraphs,
        )
        db.session.rollback()
        answer = make_response(html)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _around(kind_key: str) -> list[Any]:
    """Loader options: what the row points to comes with it; accounts apart."""
    kind = KINDS[kind_key]
    return [
        joinedload(getattr(kind.model, relation.key))
        for relation in inspect(kind.model).relationships
        if relation.key in kind.relations - {"files"}
        or (relation.direction.name == "MANYTOONE" and relation.mapper.class_ is not User)
    ]


def _form(view: Any, row: Any) -> Any:
    """The form with what was typed. Whatever it says of fields that need no look into the database stands beside them.

    Rows that were picked are not looked up here: the checks read them, and the desk asks again when it is sent in.
    """
    names = saving.columns_of(view, current(), row)
    single = [name for name in names if describe(view.model, name).kind != "many"]
    data = forms.initial(view, row, single) if row is not None else {}
    form = forms.form_class(view, names)(request.form, data=data)
    for field in (form[name] for name in names):
        if field.kind in ("relation", "many"):
            field.errors = list(field.process_errors)
        else:
            field.validate(form)
    return form


def _typed(view: Any, form: Any, row: Any) -> Typed:
    kind = KINDS[view.kind]
    names = saving.columns_of(view, current(), row)
    known = {*kind.columns, *kind.relations, *(() if row is not None else kind.extra)}
    found = forms.values(view, form, names, editing=row is not None)
    typed = Typed({name: value for name, value in found.items() if name in known or is_custom(name)})
    for name in names:
        field, info = form[name], describe(view.model, name)
        if field.process_errors and field.raw_data and info.kind != "sealed":
            typed.raw[info.column.key if info.kind == "relation" else name] = str(field.raw_data[0])
    for place in saving.places_of(view, row):
        slot = place.slot if place.slot != "file" else str(found.get("slot") or getattr(row, "slot", "") or "")
        chosen = [one for text in request.form.getlist(f"chosen_{place.slot}")[:MOST_FILES] if (one := _file(text))]
        typed.chosen += [{"slot": slot, "file_id": "", **one} for one in chosen]
        if place.several or not chosen:
            typed.kept += [(slot, file_id) for file_id in _ids(request.form.getlist(place.keep_name))]
    return typed


def _file(text: str) -> dict[str, Any] | None:
    """A file that waits in the browser, as the browser tells of it: size, type, name."""
    size, _blank, rest = text.partition(" ")
    mime, _blank, name = rest.partition(" ")
    if not (size.isascii() and size.isdigit() and len(size) < 13):
        return None
    return {"size": int(size), "mime": mime[:60], "name": name.replace("\x00", "")[:NAME_LIMIT]}


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts[:MOST_FILES]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
