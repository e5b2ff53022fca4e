"""Custom fields as columns of an import: under both labels and the code, read as every cell of a custom field is."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from flask_babel import get_locale
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from app.models.custom import fields_of
from app.review.imports.columns import Column, Reader
from app.review.imports.importer import Importer
from app.rules.custom import Definition, from_cell
from app.rules.refused import Refused


def fitted(session: Session, importer: Importer) -> Importer:
    """The importer with the custom fields that its entity has today behind its own columns."""
    if not importer.custom:
        return importer
    own = [_column(one) for one in fields_of(session, importer.custom) if one.in_form]
    if not own:
        return importer
    found = copy(importer)
    found.columns = (*importer.columns, *own)
    return found


def require_place(importer: Importer, content: Mapping[str, Any], region_code: str) -> None:
    """Raises Refused field_elsewhere for a value of a field that rows of the division do not have."""
    for column in importer.columns:
        one: Any = column.custom
        if one is not None and content.get(one.name) is not None and not one.counts_in(region_code):
            raise Refused("field_elsewhere", one.name)


def _column(one: Definition) -> Column:
    return Column(
        one.name,
        tuple(dict.fromkeys(name for name in (one.label_zh, one.label_en, one.code) if name)),
        limit=one.length,
        label=LazyString(lambda: one.label(_english())),
        help=LazyString(lambda: one.help(_english())),
        read=_reader(one),
        custom=one,
    )


def _english() -> bool:
    return str(get_locale()).startswith("en")


def _reader(one: Definition) -> Any:
    def read(reader: Reader, key: str, known: Any) -> Any:
        try:
            return from_cell(one, reader[key])
        except Refused as refused:
            reader.say(refused.code, key, refused.facts)
            return None

    return read
