"""What people send in, column by column: read from text, refused with the field named, and written as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sqlalchemy import Boolean, Date, DateTime, Integer, Numeric, String, Text

from app.models.base import Sealed, vault
from app.review.canonical import plain
from app.rules.dates import ZONE
from app.rules.masks import mask_phone
from app.rules.refused import Refused

# Control characters other than tab and line feed, and halves of surrogate pairs: no text column can hold them.
_UNFIT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_INTEGER_MAX: Final = 2_147_483_647
_SEALED_MAX: Final = 60  # characters of a telephone number
_TEXT_MAX: Final = 10_000
_TRUE: Final = frozenset({"1", "true", "on", "yes", "y"})
_FALSE: Final = frozenset({"0", "false", "off", "no", "n", ""})


@dataclass(frozen=True, slots=True)
class _Sent:
    """One value on its way into a column."""

    name: str
    value: Any
    column: Any
    limit: int | None

    def refused(self, code: str, **facts: Any) -> Refused:
        """The refusal that names the field."""
        return Refused(code, field=self.name, **facts)


def columns_of(model: Any) -> Any:
    """The columns of a model's table by name."""
    return model.__table__.c


def read(model: Any, name: str, value: Any, *, limit: int | None = None, strip: bool = True) -> Any:
    """The value for a column, from a Python value or its text. Raises Refused naming the field."""
    column = columns_of(model)[name]
    if isinstance(value, str):
        value = _text(name, value, strip=strip)
    if value is None or (value == "" and not isinstance(column.type, String | Sealed)):
        return False if isinstance(column.type, Boolean) else None
    for kind, reader in _READERS:
        if isinstance(column.type, kind):
            return reader(_Sent(name, value, column, limit))
    raise Refused("bad_value", field=name)


def _text(name: str, value: str, *, strip: bool) -> str:
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    if _UNFIT.search(value):
        raise Refused("bad_character", field=name)
    return value.strip() if strip else value


def _read_text(sent: _Sent) -> str | None:
    value = sent.value
    if not isinstance(value, str):
        raise sent.refused("bad_value")
    sealed = isinstance(sent.column.type, Sealed)
    longest = sent.limit or (_SEALED_MAX if sealed else sent.column.type.length) or _TEXT_MAX
    if len(value) > longest:
        raise sent.refused("too_long", limit=longest, length=len(value))
    return value if value or not sent.column.nullable else None


def _read_bool(sent: _Sent) -> bool:
    if isinstance(sent.value, bool):
        return sent.value
    word = str(sent.value).lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise sent.refused("bad_value")


def _read_integer(sent: _Sent) -> int:
    value = sent.value
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise sent.refused("not_whole_number")
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise sent.refused("not_whole_number") from None
    if abs(number) > _INTEGER_MAX:
        raise sent.refused("out_of_range")
    return number


def _read_decimal(sent: _Sent) -> Decimal:
    try:
        number = Decimal(str(sent.value))
    except InvalidOperation:
        raise sent.refused("not_number") from None
    scale, precision = sent.column.type.scale or 0, sent.column.type.precision or 10
    if not number.is_finite() or abs(number) >= Decimal(10) ** (precision - scale):
        raise sent.refused("out_of_range")
    exact = number.quantize(Decimal(1).scaleb(-scale))
    if exact != number:
        raise sent.refused("too_many_decimals", limit=scale)
    return exact


def _read_date(sent: _Sent) -> date:
    value = sent.value
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise sent.refused("not_date") from None


def _read_moment(sent: _Sent) -> datetime:
    value = sent.value
    if not isinstance(value, datetime):
        try:
            value = datetime.fromisoformat(str(value))
        except ValueError:
            raise sent.refused("not_date") from None
    return value if value.utcoffset() is not None else value.replace(tzinfo=ZONE)


_READERS: Final[tuple[tuple[Any, Callable[[_Sent], Any]], ...]] = (
    (Sealed, _read_text),
    (Text, _read_text),
    (String, _read_text),
    (Boolean, _read_bool),
    (Integer, _read_integer),
    (Numeric, _read_decimal),
    (DateTime, _read_moment),
    (Date, _read_date),
)


def written(model: Any, name: str, value: Any) -> Any:
    """A column's value as evidence holds it; a decimal always with the column's number of places."""
    if isinstance(value, Decimal):
        scale = columns_of(model)[name].type.scale or 0
        value = value.quantize(Decimal(1).scaleb(-scale))
    return plain(value)


def seal(model: Any, name: str, value: str | None) -> tuple[str, str, str]:
    """A sealed column's value in evidence: masked, its token, and a keyed mark by which two values are told apart."""
    if not value:
        return "", "", ""
    place = columns_of(model)[name].type.place
    return mask_phone(value), vault().seal(value, place), vault().mark(value, f"mark:{name}")[:16]


def unseal(model: Any, name: str, token: str | None) -> str | None:
    """The value behind a token made by `seal` for the same column."""
    return vault().open(token, columns_of(model)[name].type.place) if token else None


def sealed_part(evidence: Mapping[str, Any], name: str) -> tuple[str, str]:
    """Token and mark of a sealed column in evidence; empty where it has none."""
    return evidence.get("_sealed", {}).get(name, ""), evidence.get("_marks", {}).get(name, "")


def required_missing(model: Any, name: str, value: Any) -> bool:
    """Whether a column that cannot be empty would be."""
    column = columns_of(model)[name]
    return value is None and not column.nullable and column.default is None and column.server_default is None


def comparable(model: Any, name: str, evidence: Mapping[str, Any]) -> Any:
    """A piece of content out of evidence in the form in which two of them are compared."""
    if name in model.SEALED:
        return sealed_part(evidence, name)[1]
    value = evidence.get(name)
    if name == "files":
        return sorted((entry["slot"], entry["file_id"]) for entry in value or [])
    if name == "schools":
        return sorted(entry["id"] for entry in value or [])
    return plain(value)
