"""Values as they arrive, from a form or from JSON: each is read by name and refused by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from app.rules.refused import Refused

LARGEST = 2**63 - 1  # bigint: a larger number would be an error of the database, not an answer


def row_key(number: int) -> int:
    """A key out of a path. Raises Refused("not_found") for one that no row can have."""
    if not 0 < number <= LARGEST:
        raise Refused("not_found")
    return number


class Fields:
    """The values of one request. Every reader raises Refused with the field named; none changes anything."""

    def __init__(self, values: Mapping[str, Any], *, typed: bool) -> None:
        """`typed`: the values come from JSON, where "3" is not a number; in a form everything is text."""
        self._values = values
        self._typed = typed

    @classmethod
    def of_form(cls, form: MultiDict[str, str]) -> Fields:
        """Fields of a posted form; repeated names stay lists."""
        return cls({name: form.getlist(name) for name in form}, typed=False)

    @classmethod
    def of_json(cls, body: object) -> Fields:
        """Fields of a JSON object. Raises Refused("not_an_object")."""
        if not isinstance(body, dict):
            raise Refused("not_an_object")
        return cls(body, typed=True)

    def _one(self, name: str) -> Any:
        value = self._values.get(name)
        if not self._typed and isinstance(value, list):
            return value[0] if value else None
        return value

    def whole(self, name: str, *, least: int = 0, default: int | None = None) -> int:
        """A whole number from `least` to the largest the database holds; required unless there is a default."""
        value = self._one(name)
        if value in (None, ""):
            if default is not None:
                return default
            raise Refused("missing", field=name)
        if not self._typed and isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LARGEST:
            raise Refused("not_whole_number", field=name)
        return value

    def text(self, name: str, *, limit: int, required: bool = False) -> str:
        """Text of at most `limit` characters, ends stripped."""
        value = self._one(name)
        if value is None:
            value = ""
        if not isinstance(value, str) or "\x00" in value:
            raise Refused("bad_value", field=name)
        value = value.strip()
        if len(value) > limit:
            raise Refused("too_long", field=name, limit=limit, length=len(value))
        if required and not value:
            raise Refused("missing", field=name)
        return value

    def choice(self, name: str, offered: Collection[str]) -> str:
        """One of the words on offer."""
        value = self.text(name, limit=60, required=True)
        if value not in offered:
            raise Refused("not_a_choice", field=name, offered=", ".join(offered))
        return value

    def words(self, name: str, *, most: int = 40, limit: int = 40, required: bool = False) -> tuple[str, ...]:
        """A list of short texts without repeats, in the order given; a single text counts as a list of one."""
        value = self._values.get(name)
        if value in (None, "", []):
            if required:
                raise Refused("missing", field=name)
            return ()
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or len(listed) > most:
            raise Refused("bad_value", field=name, limit=most)
        if any(not isinstance(word, str) or len(word) > limit or "\x00" in word for word in listed):
            raise Refused("bad_value", field=name, limit=most)
        return tuple(dict.fromkeys(word.strip() for word in listed if word.strip()))

    def some(self, name: str, offered: Collection[str]) -> tuple[str, ...]:
        """Some of the words on offer; none is possible."""
        listed = self.words(name)
        if any(word not in offered for word in listed):
            raise Refused("not_a_choice", field=name, offered=", ".join(offered))
        return listed

    def day(self, name: str) -> dt.date:
        """A date written YYYY-MM-DD."""
        value = self.text(name, limit=10, required=True)
        try:
            return dt.date.fromisoformat(value)
        except ValueError as error:
            raise Refused("not_date", field=name) from error

    def part(self, name: str) -> dict[str, Any]:
        """An object inside; empty where none was sent."""
        value = self._values.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise Refused("bad_value", field=name)
        return value

    def everything(self) -> dict[str, Any]:
        """All values as they came, for a reader that checks each of them itself."""
        return dict(self._values)
