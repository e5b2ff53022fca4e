"""Showing a sealed value in full: a reason, a fresh proof of who asks, a line of the ledger; then this one page shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import make_response, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.extensions import db
from app.review import unmasked
from app.review.unmasked import What
from app.rules.refused import Refused
from app.rules.unmasking import MOST, PER_HOUR, unmaskable
from app.views import dictionary, proof, scope, words
from app.views.columns import describe
from app.views.fields import Fields
from app.views.identity import current
from app.views.page import Page

REASONS = "unmask_reason"


def sealed_behind(model: Any, shown: str) -> str:
    """The sealed column behind a shown one; "" where there is none."""
    name = unmaskable(shown)
    return name if describe(model, name).kind == "sealed" else ""


def ask(page: Page, what: What, label: Any, named: str, reveal: Callable[[], str | None], back: str) -> Response:
    """The question (GET), or the value itself (POST). The proof comes first, so that nothing typed is lost to it."""
    proof.demand()
    fields, refused, value = Fields.of_form(request.form), None, None
    if request.method == "POST":
        try:
            value = _revealed(what, fields, reveal)
        except Refused as found:
            db.session.rollback()
            refused = found
    text = page.render_template(
        "unmask.html", title=_("Show in full: %(label)s", label=label), label=label, named=named, value=value, back=back,
        reasons=dictionary.choices(REASONS), chosen=request.form.get("reason", ""), said=request.form.get("reason_text", ""),
        fault=words.say(refused) if refused is not None else "", fault_at=refused.field if refused is not None else "",
        most=MOST, per_hour=PER_HOUR,
    )  # fmt: skip
    answer = make_response(text, words.status_of(refused) if refused is not None else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _revealed(what: What, fields: Fields, reveal: Callable[[], str | None]) -> str:
    reason = fields.text("reason", limit=20)
    if reason and reason not in {code for code, _word in dictionary.choices(REASONS)}:
        raise Refused("not_a_choice", field="reason")
    said, value = fields.text("reason_text", limit=MOST), reveal()
    if not value:
        raise Refused("not_found")
    unmasked.note(db.session, current(), what, reason, said)
    db.session.commit()
    return value


class Unmasking(Page):
    """The part of a view that shows one sealed value of one row."""

    model: Any = None
    kind: str = ""

    def unmaskable(self) -> frozenset[str]:
        """The sealed columns behind what the record shows."""
        shown = getattr(self, "show_columns", None) or ()
        return frozenset(name for one in shown if (name := sealed_behind(self.model, one)))

    @expose("/unmask/<pk>/<string:column>", methods=["GET", "POST"])
    @has_access
    @permission_name("unmask")
    def unmask(self, pk: str, column: str) -> Any:
        """One value of one record."""
        actor: Any = current()
        if column not in self.unmaskable():
            raise Refused("not_found")
        view: Any = self
        row = scope.fetch(view, actor, pk)
        key = scope.key_of(row)
        what = What(
            screen=type(self).__name__, table=self.model.__tablename__, row=key, column=column, kind=self.kind,
            region_code=getattr(row, "region_code", None) or "", subject_id=key if isinstance(key, int) else None,
        )  # fmt: skip
        back = url_for(f"{self.endpoint}.show", pk=pk)
        return ask(self, what, describe(self.model, column).label, view.called(row), lambda: getattr(row, column), back)

    def unmasks(self, row: Any, shown: str) -> str:
        """The column that the reader may have shown in full where this one stands; "" without one."""
        name = sealed_behind(self.model, shown) if self.may("can_unmask") else ""
        return name if name and getattr(row, name) else ""
