"""Fields for values whose type depends on the row: a parameter is a switch, a number, a text or a list."""

from __future__ import annotations

from typing import Any

from wtforms import SelectField
from wtforms.validators import ValidationError

from app.rules import settings
from app.rules.refused import Refused
from app.rules.settings import Setting
from app.views import words
from app.views.inputs import LongInput, TextInput


class ChoiceInput(SelectField):
    """One of a few given values: pairs of code and word."""

    kind = "dict"

    def __init__(self, *args: Any, pairs: list[tuple[str, Any]], **kw: Any) -> None:
        super().__init__(*args, choices=[], validate_choice=False, **kw)
        self.pairs = pairs

    def offered(self) -> list[tuple[str, str]]:
        """Code and word of everything on offer."""
        return [(code, str(word)) for code, word in self.pairs]

    def pre_validate(self, form: Any) -> None:
        if self.data not in dict(self.pairs):
            raise ValidationError(words.say(Refused("not_a_choice")))


class _Fitting:
    """Keeps the one text that is stored of a value, or says what is wrong with it."""

    setting: Setting
    data: Any

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError in words."""
        try:
            self.data = settings.clean(self.setting, self.data or "")
        except Refused as refused:
            raise ValidationError(words.say(refused)) from refused

    @classmethod
    def of_json(cls, value: Any, field: str) -> list[str]:
        """A JSON value as it would have been typed: true and false, numbers, lists and texts."""
        if isinstance(value, bool):
            return [settings.ON if value else settings.OFF]
        if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            return ["\n".join(value)]
        if not isinstance(value, int | str):
            raise Refused("bad_value", field=field)
        return [str(value)]


class SwitchInput(_Fitting, ChoiceInput):
    """On or off."""


class NumberInput(_Fitting, TextInput):
    """A whole number between bounds."""

    kind = "int"


class LineInput(_Fitting, TextInput):
    """One line of text."""


class ListInput(_Fitting, LongInput):
    """One entry a line."""


_FIELDS: dict[str, Any] = {settings.NUMBER: NumberInput, settings.TEXT: LineInput, settings.LIST: ListInput}


def field_of(setting: Setting, label: Any, help: str, on: Any, off: Any) -> Any:
    """The field for a parameter of this type."""

    def bound(kind: Any, **more: Any) -> Any:
        made = type(kind.__name__, (kind,), {"setting": setting})
        return made(label, description=help, default=setting.default, **more)

    if setting.type == settings.SWITCH:
        return bound(SwitchInput, pairs=[(settings.ON, on), (settings.OFF, off)])
    return bound(_FIELDS[setting.type])
