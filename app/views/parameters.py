"""Parameters: values that administrators set for everywhere or for one division, each with the field of its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from app.extensions import db
from app.models.changes import FieldChange
from app.models.reference import Parameter
from app.review.policy import DEFAULT as POLICY
from app.review.policy import Policy
from app.rules import settings
from app.rules.actor import Actor
from app.rules.lifecycle import Move, move
from app.rules.refused import Refused
from app.rules.settings import SETTINGS
from app.views import labels, settings_words
from app.views.acting import ActingView
from app.views.divisions import DivisionView, counting
from app.views.identity import current
from app.views.setting_inputs import ChoiceInput, field_of


def settable(stmt: Select, actor: Actor) -> Select:
    """Values people set; what the release step notes for itself is none."""
    return counting(Parameter.region_code)(stmt.where(Parameter.key.not_like("release.%")), actor)


DEFAULT = move("default", "differs", "", "keeper")
REVERT = move("revert", "known", "", "keeper")


def value_before(row: Parameter) -> str | None:
    """The value that the newest change replaced; None where there was none or it is the same again."""
    newest = (
        select(FieldChange.fields["value"][0].astext)
        .where(FieldChange.entity == Parameter.__tablename__, FieldChange.row_key == str(row.id))
        .where(FieldChange.action == "changed", FieldChange.fields.has_key("value"))
        .order_by(FieldChange.id.desc())
        .limit(1)
    )
    changes = db.session.execute(newest).all()
    before = (changes[0][0] or "") if changes else row.value
    return None if before == row.value else before


class ParameterView(ActingView, DivisionView):
    """Switches, numbers, texts and lists of the system or of one division."""

    on_ledger = True
    acts = {"default": DEFAULT, "revert": REVERT}

    datamodel = SQLAInterface(Parameter)
    scope = staticmethod(settable)
    list_title, thing, add_words = _l("Parameters"), _l("Parameter"), _l("Set for a division")
    list_columns = ["key", "setting", "usual", "region", "note", "changed_on"]
    title_columns = ("key",)
    row_needs = ("key", "value", "region_code")
    identity_columns = ("region", "setting")
    label_columns = {"setting": _l("Value"), "usual": _l("Default"), "about": _l("What it does")}
    column_needs = {"setting": ("key", "value"), "usual": ("key", "value"), "about": ("key",)}
    formatters_columns = {
        "region": settings_words.place, "setting": settings_words.value, "about": settings_words.about,
        "usual": settings_words.usual,
    }  # fmt: skip
    search_columns = ["key", "region"]
    order_columns = ["key", "changed_on"]
    base_order = ("key", "asc")
    add_columns = ["key", "region", "value", "note"]
    edit_columns = ["value", "note"]
    show_columns = ["key", "about", "setting", "usual", "region", "note", "changed_on"]
    show_template = "system/parameter.html"

    def own_fields(self, row: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """The field of the parameter's own type; which one it is, is chosen before the form opens."""
        key = row.key if row is not None else str(given.get("key") or "")
        setting = SETTINGS.get(key)
        if setting is None:
            return {}
        about, said = settings_words.about(key), settings_words.bounds(key)
        said = said if row is None else f"{about} {said}".strip()
        fields = {"value": field_of(setting, self.label("value"), said, _l("On"), _l("Off"))}
        if row is None:
            pairs = [(key, labels.PARAMETERS[key])]
            fields["key"] = ChoiceInput(self.label("key"), pairs=pairs, default=key, description=about)
        return fields

    def _form(self, row: Any) -> Any:
        if row is None and request.method == "GET" and request.args.get("key") not in SETTINGS:
            offered = [(one.key, labels.PARAMETERS[one.key]) for one in SETTINGS.values() if one.divided]
            return self.render_template(
                "system/parameters.html", title=self.add_words, offered=offered, about=settings_words.about
            )
        return super()._form(row)

    def divided(self, row: Any) -> bool:
        """Whether divisions may have a value of their own for the parameter of this row."""
        return row.key in SETTINGS and SETTINGS[row.key].divided

    def state_of(self, row: Any) -> str:
        """Whether the value is the one that is shipped."""
        setting = SETTINGS.get(row.key)
        return "differs" if setting is not None and row.value != setting.default else "shipped"

    def offered(self, row: Any, policy: Policy = POLICY) -> list[Move]:
        """The way back; only for a record, because what stood before is looked up."""
        found = super().offered(row, policy)
        back = row.key in SETTINGS and self.may_edit(row, current()) and self.may("can_revert")
        alone = request.endpoint != f"{self.endpoint}.list" and back
        return [*found, REVERT] if alone and value_before(row) is not None else found

    def act(self, row: Any, name: str, actor: Actor, reason: str) -> None:
        """Back to what is shipped, or to what stood before; neither may be out of bounds by now."""
        text = SETTINGS[row.key].default if name == "default" else value_before(row)
        row.value = settings.clean(SETTINGS[row.key], text or "")

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """A known parameter; what counts everywhere stands there already."""
        super().before_save(row, actor, created=created)
        if not created:
            return
        if row.key not in SETTINGS:
            raise Refused("not_a_choice", field="key")
        if row.region_code and not SETTINGS[row.key].divided:
            raise Refused("nation_only", field="region")

    def before_delete(self, row: Any, actor: Actor) -> None:
        """A division goes back to what counts above it; what counts everywhere stays."""
        if row.region_code is None:
            raise Refused("nation_row")
