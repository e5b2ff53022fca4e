"""Return reasons and their canned texts (退回原因): which kinds they fit, which field they speak of, how they read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField
from wtforms.validators import ValidationError

from app.models.review import ReviewReason
from app.review.reasons import OTHER
from app.rules import placeholders
from app.rules.actor import Actor
from app.rules.refused import Refused
from app.views import labels, notice_words, scope, settings_words, words
from app.views.base import SafeView
from app.views.identity import current
from app.views.notice_admin import preview
from app.views.setting_inputs import ChoiceInput

CODE = re.compile(r"R[0-9]{2,4}")
EVERY = "*"
TEXTS = ("text_zh", "text_en")


class KindsInput(SelectMultipleField):
    """The kinds a reason fits; `data` is a tuple of their keys, or ("*",) for every kind.

    A stored kind that is not reviewed here yet is not offered, and stays.
    """

    kind = "words"

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, choices=[], validate_choice=False, **kw)

    def process_data(self, value: Any) -> None:
        self.data = tuple(part for part in str(value or "").split("|") if part)

    def offered(self) -> list[tuple[str, str]]:
        """Every kind, and each by itself."""
        return [(EVERY, str(_l("Every kind"))), *((k, str(w)) for k, w in labels.KINDS.items())]

    def pre_validate(self, form: Any) -> None:
        known, sent = [code for code, _word in self.offered()], set(self.data or ())
        if not sent or not sent <= set(known):
            raise ValidationError(words.say(Refused("not_a_choice" if sent else "missing")))
        kept = [part for part in str(self.object_data or "").split("|") if part and part not in known]
        self.data = (EVERY,) if EVERY in sent else (*(code for code in known if code in sent), *kept)

    @classmethod
    def of_json(cls, value: Any, field: str) -> list[str]:
        """A list of keys, or the text as it is stored."""
        found = value.split("|") if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(part, str) for part in found):
            raise Refused("bad_value", field=field)
        return found


class ReviewReasonView(SafeView):
    """Reasons of return and their canned texts (退回原因)."""

    datamodel = SQLAInterface(ReviewReason)
    open_to_all = on_ledger = True
    list_title, thing = _l("Return reasons"), _l("Return reason")
    list_columns = ["code", "name_zh", "name_en", "field", "kinds", "active"]
    formatters_columns = {"kinds": settings_words.kinds, "field": settings_words.field}
    search_columns = ["code", "name_zh", "active"]
    order_columns = ["code"]
    base_order = ("code", "asc")
    description_columns = {
        "code": _l("R and two to four digits, such as R21"),
        "field": _l("The applicant is led to this field"),
        "active": _l("Switched off, it is no longer offered; what was decided keeps it"),
    }
    add_columns = ["code", "name_zh", "name_en", "text_zh", "text_en", "field", "kinds", "active"]
    edit_columns = ["name_zh", "name_en", "text_zh", "text_en", "field", "kinds", "active"]
    inline_columns = ["name_zh", "name_en", "active"]
    show_columns = add_columns
    show_template = "system/reason.html"
    add_template = edit_template = "system/reason_form.html"

    def own_fields(self, row: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """Kinds are ticked, the field is chosen."""
        stored = row.field if row is not None else ""
        pairs = [("", _l("None")), *settings_words.fields_offered()]
        if stored not in dict(pairs):
            pairs.append((stored, settings_words.field(stored)))
        return {
            "kinds": KindsInput(self.label("kinds")),
            "field": ChoiceInput(self.label("field"), pairs=pairs, default="", description=self.help("field")),
        }

    def before_save(self, row: ReviewReason, actor: Actor, *, created: bool) -> None:
        """A code as everywhere, texts without placeholders; "other" must stay, or words alone could not return."""
        row.kinds = "|".join(row.kinds) if isinstance(row.kinds, tuple) else row.kinds
        if created and not CODE.fullmatch(row.code):
            raise Refused("reason_code_form", field="code")
        for column in TEXTS:
            placeholders.check(getattr(row, column), (), column)
        if row.code == OTHER and not (row.active and row.kinds == EVERY):
            raise Refused("reason_other_stays", field="active" if not row.active else "kinds")

    def shown_as(self, row: Any) -> list[dict[str, str]]:
        """The message of a return for this reason, in both languages."""
        return _returned({"code": row.code} | {column: getattr(row, column) for column in TEXTS})

    @expose("/preview", methods=["POST"])
    @has_access
    @permission_name("edit")
    def preview(self) -> str:
        """The message with the texts of the form; nothing is stored."""
        reason = {column: request.form.get(column, "")[: getattr(ReviewReason, column).type.length] for column in TEXTS}
        faults = []
        for column, text in reason.items():
            try:
                placeholders.check(text, (), column)
            except Refused as refused:
                faults.append((str(self.label(column)), words.say(refused)))
        pk = request.form.get("pk", "")
        code = scope.fetch(self, current(), pk).code if pk else request.form.get("code", "")[:10]
        shown = [] if faults else _returned(reason | {"code": code})
        return self.render_template("system/notice_preview.html", messages=shown, faults=faults)


def _returned(reason: dict[str, Any]) -> list[dict[str, str]]:
    words_now = notice_words.shipped("round_returned") | (notice_words.own("round_returned") or {})
    return preview("round_returned", words_now, [reason])
