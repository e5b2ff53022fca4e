"""Forms made from a view's columns by FAB's converter, with our fields; and what they hold as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_appbuilder.forms import GeneralModelConverter
from flask_babel import lazy_gettext as _l
from markupsafe import escape
from wtforms import Field
from wtforms.validators import DataRequired, InputRequired, Length, Optional, StopValidation

from app.views import cells, custom_inputs, inputs
from app.views.columns import Info, describe

REQUIRED = _l("Please fill this in.")
TOO_LONG = _l("At most %(max)d characters.")
PLAIN: dict[str, type[Field]] = {
    "text": inputs.TextInput,
    "long": inputs.LongInput,
    "int": inputs.IntInput,
    "decimal": inputs.DecimalInput,
    "bool": inputs.BoolInput,
    "date": inputs.DateInput,
    "datetime": inputs.MomentInput,
    "sealed": inputs.SealedInput,
}


class Chosen:
    """A picker must have a value; InputRequired would look at the raw text only."""

    field_flags = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        if not field.errors and field.data in (None, "", []):
            raise StopValidation(str(REQUIRED))


def default_of(info: Info) -> Any:
    """The value a new form starts with."""
    default = getattr(info.column, "default", None)
    return default.arg if default is not None and default.is_scalar else None


def required(info: Info) -> bool:
    """Whether nothing can be stored without it. Texts that may be empty have "" as their default."""
    return info.column is not None and not info.nullable and default_of(info) != "" and info.kind != "bool"


class Converter(GeneralModelConverter):
    """FAB's converter with our fields: pickers instead of selects over whole tables, the dictionary, sealed data."""

    def __init__(self, view: Any) -> None:
        super().__init__(view.datamodel)
        self.view = view

    def _convert_col(
        self,
        col_name: str,
        label: Any,
        description: Any,
        lst_validators: Any,
        filter_rel_fields: Any,
        form_props: dict[str, Any],
    ) -> dict[str, Any]:
        info = describe(self.view.model, col_name)
        form_props[col_name] = self._field(info, label, description, list(lst_validators))
        return form_props

    def _field(self, info: Info, label: Any, help: Any, checks: list[Any]) -> Any:
        if info.custom is not None:
            return custom_inputs.field(info, label, help)
        needed = required(info)
        more = {"description": help, "default": default_of(info)}
        own = self.view.fields.get(info.name)
        if own is not None:
            return own(label, checks, description=help)
        if info.kind in ("relation", "many"):
            kind = inputs.TypedOne if info.kind == "relation" else inputs.RemoteMany
            return kind(label, checks + ([Chosen()] if needed else []), view=self.view, info=info, description=help)
        if info.kind == "dict":
            checks += [Chosen()] if needed else []
            only = self.view.offered_words.get(info.name, ())
            return inputs.DictSelect(label, checks, dict_code=info.dict_code, blank=not needed, only=only, **more)
        if info.kind == "words":
            only = self.view.offered_words.get(info.name, ())
            return inputs.DictMany(label, checks, dict_code=info.dict_code, only=only, description=help)
        if info.kind not in PLAIN:
            raise TypeError(f"{self.view.model.__name__}.{info.name} cannot stand in a form")
        filled = DataRequired if info.kind in ("text", "long") else InputRequired  # a blank is no text, 0 is a number
        checks = [filled(REQUIRED) if needed and info.kind != "sealed" else Optional(), *checks]
        if info.length and info.kind in ("text", "long"):
            checks.append(Length(max=info.length, message=str(TOO_LONG)))
        return PLAIN[info.kind](label, checks, **more)


def form_class(view: Any, columns: list[str], row: Any = None, given: Mapping[str, Any] | None = None) -> type:
    """The form of these columns; `row` and `given` are what the view's own fields may depend on."""
    labels = {name: view.label(name) for name in columns}
    helps = {name: view.help(name) for name in columns}
    made: type = Converter(view).create_form(labels, columns, helps, view.validators_columns)
    own = {name: field for name, field in view.own_fields(row, given or {}).items() if name in columns}
    return type(made.__name__, (made,), own) if own else made


def initial(view: Any, row: Any, columns: list[str]) -> dict[str, Any]:
    """What a form over an existing row starts with."""
    values = {}
    for name in columns:
        info = describe(view.model, name)
        if info.kind == "relation":
            values[name] = getattr(row, info.column.key)
        elif info.custom is not None:
            values[name] = cells.value_of(row, info)
        elif info.kind != "sealed":
            values[name] = getattr(row, name)
    return values


def note_stored(form: Any, row: Any) -> None:
    """Tells sealed fields what is stored, masked, so that the form can show it."""
    for field in form:
        if getattr(field, "kind", "") == "sealed":
            field.stored = getattr(row, f"{field.name}_masked", "") if row is not None else ""


def values(view: Any, form: Any, columns: list[str], *, editing: bool) -> dict[str, Any]:
    """What the form says, by column: plain values, keys for relations, lists of keys for several."""
    found: dict[str, Any] = {}
    for name in columns:
        info, data = describe(view.model, name), form[name].data
        if info.kind == "sealed" and not data and editing:
            continue
        if info.custom is not None:
            found[name] = data
        elif info.kind == "relation":
            found[info.column.key] = data
        elif info.kind in ("text", "long", "dict", "sealed"):
            found[name] = data or ("" if not info.nullable and info.kind != "dict" else None)
        else:
            found[name] = data
    return found


def field_for(form: Any, name: str | None) -> Any:
    """The form's field a refusal names, whether it names the column, the relation or the picker."""
    if not name:
        return None
    if name in form:
        return form[name]
    for field in form:
        info = getattr(field, "info", None)
        if info is not None and info.column is not None and info.column.key == name:
            return field
    return None


def blame(form: Any, name: str | None, message: str) -> bool:
    """Puts a message beside the field it concerns; False if the form has no such field."""
    field = field_for(form, name)
    if field is None:
        return False
    field.errors = [*field.errors, message]
    return True


def differing(view: Any, form: Any, row: Any, columns: list[str]) -> list[tuple[str, str, str]]:
    """After a conflict: label, stored value and typed value of each field in which they differ."""
    found = []
    for name in columns:
        info = describe(view.model, name)
        field = form[name]
        if info.kind == "sealed":
            continue
        stored = cells.value_of(row, info)
        typed: Any = field.data if info.custom is None else custom_inputs.typed(info.custom, field)
        if info.kind in ("relation", "many"):
            typed = [text for _key, text in field.selected()]
            stored = (
                [cells.choice_of(view, name, stored)]
                if info.kind == "relation" and stored is not None
                else [cells.choice_of(view, name, r) for r in stored or ()]
            )
        told = view.formatters_columns.get(name) if info.kind == "json" else None
        old, new = ((told(v) if told else cells.text_of(v, info)) for v in (stored, typed))
        if old != new:
            found.append((str(field.label.text), str(escape(old)), str(escape(new))))
    return found
