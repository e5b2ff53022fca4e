"""Editing in the list: one cell of one row through the form's own field, the same checks and the same door.

Only what takes effect at once: reference data, and reviewable things that nobody decides on yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import get_flashed_messages, make_response, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.extensions import db
from app.review.kinds import KINDS
from app.rules.refused import Refused
from app.views import chosen, saving, scope
from app.views.columns import describe
from app.views.identity import current
from app.views.page import Page

FITS = ("text", "int", "decimal", "bool", "date", "dict")


class InPlace(Page):
    """The part of a view that edits single cells."""

    inline_columns: Sequence[str] = ()  # columns of the list that may be edited there, out of those of the form
    edit_columns: Any = ()
    kind: str = ""
    model: Any = None

    def cells_in_place(self) -> list[str]:
        """The columns whose cells may be edited by the role in use."""
        if not self.inline_columns or not self.may("can_edit"):
            return []
        return [n for n in self.inline_columns if n in self.edit_columns and describe(self.model, n).kind in FITS]

    def in_place(self, row: Any) -> bool:
        """Whether a cell of this row takes effect at once."""
        return bool(self.inline_columns) and (not self.kind or row.status in KINDS[self.kind].lifecycle.editable)

    @expose("/cell/<pk>/<string:column>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def cell(self, pk: str, column: str) -> Response:
        """The field of one cell (GET), or its arrival: the row as it stands now, or the field with what is wrong."""
        actor = current()
        row = scope.fetch(self, actor, pk)
        if column not in self.cells_in_place():
            raise Refused("not_found")
        if not saving.editable(self, actor, row):
            raise Refused("not_allowed")
        if not self.in_place(row):
            raise Refused("wrong_state")
        work = saving.start(self, actor, row, only=column)
        if request.method == "POST" and saving.submit(work) is not None:
            return self._row_again(pk)
        page = self.render_template(
            "cell.html",
            work=work,
            field=work.form[column],
            target=url_for(f"{self.endpoint}.cell", pk=pk, column=column),
        )
        return make_response(page, work.status)

    def _row_again(self, pk: str) -> Response:
        """The whole row: its version, status and buttons may be others now."""
        get_flashed_messages()  # said beside the cell, not on the next page
        db.session.expire_all()
        actor = current()
        mine = chosen.read(self, actor, request.args)
        row = scope.fetch(self, actor, pk)
        page = self.render_template("row.html", row=row, columns=mine.columns, batch=self.batch_buttons())
        answer = make_response(page)
        answer.headers["X-Row"] = "saved"
        return answer

    def batch_buttons(self) -> list[Any]:
        """Moves over many rows; see Moving."""
        return []
