"""The form fields of custom fields. What fits is said by the same rules that the desk, the API and imports ask."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from wtforms.validators import Optional, ValidationError

from app.rules import custom
from app.rules.custom import Definition
from app.rules.refused import Refused
from app.views import inputs, words
from app.views.columns import Info


class WholeInput(inputs.IntInput):
    """A whole number; how large it may be is the definition's to say."""

    largest = int(custom.LARGEST)


class AmountInput(inputs.DecimalInput):
    """A number with decimals, likewise."""

    largest = custom.LARGEST


class YesNo(inputs.DictSelect):
    """Yes, no, or not said: what was never asked is no "no"."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, dict_code="", blank=True, **kw)

    def process_data(self, value: Any) -> None:
        self.data = {True: "1", False: "0"}.get(value)

    def _words(self) -> list[tuple[str, str]]:
        return [("1", _("Yes")), ("0", _("No"))]


class Fits:
    """Says in the form what the rules would refuse."""

    def __init__(self, one: Definition) -> None:
        self.one = one
        self.field_flags = {"maxlength": one.length} if one.length else {}

    def __call__(self, form: Any, field: Any) -> None:
        try:
            custom.read(self.one, field.data, kept(self.one, field.object_data))
        except Refused as refused:
            raise ValidationError(words.say(refused)) from refused


def kept(one: Definition, shown: Any) -> Any:
    """What stands there already, as far as it matters: options that are no longer offered."""
    return shown if one.options else None


_FIELDS: dict[str, type[inputs.Field]] = {
    "text": inputs.TextInput,
    "long": inputs.LongInput,
    "int": WholeInput,
    "decimal": AmountInput,
    "bool": YesNo,
    "date": inputs.DateInput,
}


def field(info: Info, label: Any, help: Any) -> Any:
    """The form field of a custom field."""
    one = info.custom
    if one is None:
        raise TypeError(f"{info.name} is no custom field")
    if one.type == "choice":
        return inputs.DictSelect(label, [Fits(one)], dict_code=info.dict_code, blank=True, description=help)
    if one.type == "choices":
        return inputs.DictMany(label, [Fits(one)], dict_code=info.dict_code, description=help)
    return _FIELDS[one.type](label, [Optional(), Fits(one)], description=help)


def typed(one: Definition, field: Any) -> Any:
    """What the field says, as the record would hold it; nothing for what does not fit."""
    try:
        return custom.typed(one, custom.read(one, field.data, kept(one, field.object_data)))
    except Refused:
        return None
