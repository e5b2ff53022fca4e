"""A JSON body, read by the form of the screen: the same fields, choices and validators decide what may be written.

JSON is stricter than a form in one thing: a number is a number there and a switch is true or false. After that the
values take the way of a posted form, so that nothing is possible here which the screen refuses, and the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from app.rules.actor import Actor
from app.rules.refused import Refused
from app.views import forms
from app.views.columns import Info, describe

LONGEST = 20_000  # characters of one text before any column is asked
MOST = 200  # keys or words of one list


def read(view: Any, actor: Actor, sent: dict[str, Any], row: Any = None) -> dict[str, Any]:
    """The checked values by column, as `writing.write` takes them; a row keeps what was not sent.

    Raises Refused: unknown_field, bad_value (the type), not_accepted with every fault of the form by field.
    """
    columns = offered(view, actor, row)
    given = _by_column(view, columns, sent)
    if row is None:
        given = _started(view, actor, columns) | given
        needed = {name for name in columns if must_be_sent(describe(view.model, name))}
    else:
        needed = set()
    names = [name for name in columns if name in given or name in needed]
    data = forms.initial(view, row, names) if row is not None else None
    own = view.own_fields(row, given)
    form = forms.form_class(view, names, row, given)(_posted(view, given, own), data=data, meta={"csrf": False})
    if not form.validate():
        raise _refusal(form)
    return forms.values(view, form, names, editing=row is not None)


def offered(view: Any, actor: Actor, row: Any = None) -> list[str]:
    """The columns that may be sent: those of the screen's form."""
    left_out = view.left_out(row, actor) if row is not None else view.left_out_new(actor)
    return [name for name in (view.edit_columns if row is not None else view.add_columns) if name not in left_out]


def must_be_sent(info: Info) -> bool:
    """Whether a new row needs this column and nothing else says it."""
    return forms.required(info) and forms.default_of(info) is None


def name_in_json(info: Info) -> str:
    """What a column is called in a body: a relation goes by its foreign key."""
    return str(info.column.key) if info.kind == "relation" else info.name


def _by_column(view: Any, columns: list[str], sent: dict[str, Any]) -> dict[str, Any]:
    """What was sent, under the names of the form; a relation may go by its own name or by its key's."""
    known = {}
    for name in columns:
        known[name] = known[name_in_json(describe(view.model, name))] = name
    strange = next((name for name in sent if name not in known), None)
    if strange is not None:
        raise Refused("unknown_field", field=str(strange)[:60])
    return {known[name]: value for name, value in sent.items()}


def _started(view: Any, actor: Actor, columns: list[str]) -> dict[str, Any]:
    """What an empty form of the screen would have stood with."""
    usual = {name: forms.default_of(describe(view.model, name)) for name in columns} | view.defaults(actor)
    return {name: value for name, value in usual.items() if name in columns and value is not None}


def _posted(view: Any, given: dict[str, Any], own: Mapping[str, Any]) -> MultiDict[str, str]:
    """The values as a browser would have posted them."""
    found: MultiDict[str, str] = MultiDict()
    for name, value in given.items():
        info = describe(view.model, name)
        field = name_in_json(info)
        if name in own and hasattr(own[name].field_class, "of_json"):
            found.setlist(name, own[name].field_class.of_json(value, field))
        elif info.kind in ("many", "words"):
            found.setlist(name, _texts(info, value, field))
        elif info.kind == "bool" and info.custom is not None and value is None:
            found[name] = ""
        elif info.kind == "bool":
            if not isinstance(value, bool):
                raise Refused("bad_value", field=field)
            yes, no = ("1", "0") if info.custom is not None else ("y", "false")
            found[name] = yes if value else no
        else:
            found[name] = _text(info, value, field)
    return found


def _texts(info: Info, value: Any, field: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MOST:
        raise Refused("bad_value", field=field)
    return [_text(info, entry, field) for entry in value]


def _text(info: Info, value: Any, field: str) -> str:
    if info.kind in ("relation", "many") and isinstance(value, dict):
        value = value.get("id")
    if value is None:
        return ""
    fits = {"int": (int,), "decimal": (int, str), "relation": (int, str), "many": (int, str)}.get(info.kind, (str,))
    if isinstance(value, bool) or not isinstance(value, fits):
        raise Refused("not_whole_number" if info.kind == "int" else "bad_value", field=field)
    text = str(value)
    if "\x00" in text:
        raise Refused("bad_character", field=field)
    if len(text) > LONGEST:
        raise Refused("too_long", field=field, limit=LONGEST)
    return text


def _refusal(form: Any) -> Refused:
    """Every fault of the form; the first is the one that is named."""
    faults: dict[str, list[str]] = {}
    for field in form:
        if field.errors:
            info = getattr(field, "info", None)
            name = name_in_json(info) if info is not None else field.name
            faults[name] = [str(error) for error in field.errors]
    first = next(iter(faults), None)
    said = faults[first][0] if first is not None else ""
    return Refused("not_accepted", field=first, said=said, errors=faults)
