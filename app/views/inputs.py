"""The fields of our forms. Each keeps what was typed when it is wrong, and none trusts a value that was not offered."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import Any

from flask import g
from flask_babel import gettext as _
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    Field,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import ValidationError
from wtforms.widgets import DateTimeLocalInput, Input

from app.views import cells, dictionary, listing, scope
from app.views.columns import Info, parse_key

INT4 = 2**31 - 1


class TextInput(StringField):
    """One line of text."""

    kind = "text"

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0].replace("\x00", "").strip() if valuelist else ""


class SealedInput(TextInput):
    """Personal data that is encrypted at rest: never filled in beforehand; left empty, the stored value stays."""

    kind = "sealed"

    def process_data(self, value: Any) -> None:
        self.data = ""

    @property
    def masked(self) -> str:
        """What is stored, masked."""
        return str(getattr(self, "stored", "") or "")


class SecretInput(SealedInput):
    """What opens something: not shown while it is typed either, unless whoever types it wants to."""

    secret = True


class LongInput(TextAreaField):
    """Several lines of text."""

    kind = "long"

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0].replace("\x00", "").replace("\r\n", "\n").strip() if valuelist else ""


class IntInput(IntegerField):
    """A whole number."""

    kind = "int"
    largest: Any = INT4

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            self.data = int(valuelist[0].replace(",", "").strip())
        except ValueError:
            self.data = None
            raise ValueError(_("Please enter a whole number.")) from None
        if abs(self.data) > self.largest:
            raise ValueError(_("This number is too large."))


class DecimalInput(DecimalField):
    """An amount with at most two decimals."""

    kind = "decimal"
    largest: Any = 10**8 - 1

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata([valuelist[0].replace(",", "").strip()])
        except ValueError:
            raise ValueError(_("Please enter a number.")) from None
        if self.data is not None and (not self.data.is_finite() or abs(self.data) > self.largest):
            raise ValueError(_("This number is too large."))
        if self.data is not None and self.data.as_tuple().exponent < -2:
            raise ValueError(_("At most two decimals."))


class BoolInput(BooleanField):
    """Yes or no."""

    kind = "bool"


class DateInput(DateField):
    """A day."""

    kind = "date"

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Please enter a date such as 2026-11-20.")) from None


class MomentInput(Field):
    """A day and time of Shanghai."""

    kind = "datetime"
    widget = DateTimeLocalInput()

    def process_data(self, value: Any) -> None:
        self.data = value

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            self.data = dt.datetime.fromisoformat(text).replace(tzinfo=cells.SHANGHAI)
        except ValueError:
            raise ValueError(_("Please enter a date and time.")) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.astimezone(cells.SHANGHAI).strftime("%Y-%m-%dT%H:%M") if self.data else ""


class DictSelect(SelectField):
    """One word of the data dictionary."""

    kind = "dict"

    def __init__(self, *args: Any, dict_code: str, blank: bool, only: tuple[str, ...] = (), **kw: Any) -> None:
        super().__init__(*args, coerce=lambda v: v or None, choices=[], validate_choice=False, **kw)
        self.dict_code, self.blank, self.only = dict_code, blank, only

    def _words(self) -> list[tuple[str, str]]:
        words = dictionary.choices(self.dict_code, keep=self.object_data)
        return [(code, name) for code, name in words if not self.only or code in self.only]

    def offered(self) -> list[tuple[str, str]]:
        """Values on offer; an empty one first where none need be chosen."""
        words = self._words()
        return [("", _("Please choose")), *words] if self.blank or not self.data else words

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in dict(self._words()):
            raise ValidationError(_("Please choose one of the offered values."))


class DictMany(SelectMultipleField):
    """Several words of the data dictionary; `data` is the list of their codes in the dictionary's order."""

    kind = "words"

    def __init__(self, *args: Any, dict_code: str, only: Collection[str] = (), **kw: Any) -> None:
        super().__init__(*args, choices=[], validate_choice=False, **kw)
        self.dict_code, self.only = dict_code, only

    def offered(self) -> list[tuple[str, str]]:
        """Code and word of everything on offer."""
        found = dictionary.choices(self.dict_code, keep=self.object_data)
        return [one for one in found if one[0] in self.only] if self.only else found

    def pre_validate(self, form: Any) -> None:
        known, sent = [code for code, _word in self.offered()], set(self.data or ())
        if not sent <= set(known):
            raise ValidationError(_("Please choose one of the offered values."))
        self.data = [code for code in known if code in sent]


class _Remote(Field, ABC):
    """Rows of another table, found by typing. What is sent back is looked up again inside the sender's scope."""

    widget = Input("text")

    def __init__(self, *args: Any, view: Any, info: Info, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.view, self.info = view, info

    @property
    def url(self) -> str:
        """Where the picker asks."""
        return f"{self.view.route_base}/related/{self.info.name}"

    @abstractmethod
    def keys(self) -> list[Any]:
        """The chosen keys."""

    def selected(self) -> list[tuple[str, str]]:
        """Key and name of what is chosen, as far as it may be seen."""
        rows = scope.picked(self.view, self.info, g.actor, self.keys())
        return [(str(scope.key_of(row)), cells.choice_of(self.view, self.info.name, row)) for row in rows]

    def _parsed(self, texts: list[str]) -> list[Any]:
        keys = [parse_key(self.info.target, text) for text in texts if text]
        if any(key is None for key in keys):
            raise ValueError(_("Please choose one of the offered values."))
        return list(dict.fromkeys(keys))

    def _check(self) -> None:
        keys = self.keys()
        if keys and len(scope.picked(self.view, self.info, g.actor, keys)) != len(keys):
            raise ValidationError(_("Please choose one of the offered values."))


class RemoteOne(_Remote):
    """One row of another table; `data` is its key."""

    kind = "relation"

    def process_data(self, value: Any) -> None:
        self.data = value

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        keys = self._parsed([valuelist[0].strip()] if valuelist else [])
        self.data = keys[0] if keys else None

    def keys(self) -> list[Any]:
        return [] if self.data in (None, "") else [self.data]

    def pre_validate(self, form: Any) -> None:
        if self.data != self.object_data:  # what stands there already may have left one's scope meanwhile
            self._check()


class TypedOne(RemoteOne):
    """The same where the browser runs no scripts: the exact code or name may be typed instead."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        typed = formdata.get(f"{self.name}.typed", "").strip() if formdata else ""
        if typed and not self.keys():
            found = listing.related(self.view, self.info, typed, g.actor, limit=2)
            if len(found) == 1:
                self.data = scope.key_of(found[0])
            else:
                self.process_errors = [_("%(text)s is not unique or not known.", text=typed[:40])]


class RemoteMany(_Remote):
    """Several rows of another table; `data` is the list of their keys."""

    kind = "many"

    def process_data(self, value: Any) -> None:
        self.data = [scope.key_of(row) if hasattr(row, "__table__") else row for row in value or ()]

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = []
        self.data = self._parsed([text.strip() for text in valuelist])

    def keys(self) -> list[Any]:
        return list(self.data or ())

    def pre_validate(self, form: Any) -> None:
        before = set(
            (self.object_data and [scope.key_of(r) if hasattr(r, "__table__") else r for r in self.object_data]) or ()
        )
        new = [key for key in self.keys() if key not in before]
        if len(scope.picked(self.view, self.info, g.actor, new)) != len(new):
            raise ValidationError(_("Please choose one of the offered values."))
