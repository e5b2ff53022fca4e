"""What the bodies of a generated API look like, from the screen's own columns: type, length, choices, what is required."""

from __future__ import annotations

from typing import Any

from app.views import dictionary
from app.views.api.bodies import must_be_sent, name_in_json
from app.views.columns import Info, describe, key_column
from app.views.filters import RANGES

_TYPES: dict[str, dict[str, Any]] = {
    "int": {"type": "integer"},
    "decimal": {"type": "string", "description": "At most two decimals; a number is accepted as well"},
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}
_FILES = {"type": "array", "items": {"type": "string", "format": "uuid"}}


def body(view: Any, columns: list[str], *, changing: bool) -> dict[str, Any]:
    """The schema of what may be sent: for a new row, or to change one (then nothing is required but its version)."""
    properties: dict[str, Any] = {}
    required = []
    for name in columns:
        if name in ("files", "file"):
            properties[name] = _FILES
            continue
        info = describe(view.model, name)
        key = name_in_json(info)
        properties[key] = _property(view, info)
        if not changing and must_be_sent(info):
            required.append(key)
    if changing:
        properties["version"] = {"description": "The version that was read, unless If-Match says it"}
    return {"type": "object", "additionalProperties": False, "properties": properties} | (
        {"required": required} if required else {}
    )


def _property(view: Any, info: Info) -> dict[str, Any]:
    said = ". ".join(str(text) for text in (view.label(info.name), view.help(info.name)) if text)
    found = _shape(view, info)
    if info.nullable and info.kind not in ("many", "words"):
        found["nullable"] = True
    return found | {"description": ". ".join(text for text in (said, found.get("description", "")) if text)}


def _shape(view: Any, info: Info) -> dict[str, Any]:
    if info.kind in ("relation", "many"):
        kind = "integer" if key_column(info.target).type.python_type is int else "string"
        return {"type": "array", "items": {"type": kind}} if info.kind == "many" else {"type": kind}
    if info.kind in ("dict", "words"):
        only = view.offered_words.get(info.name, ())
        codes = [code for code, _word in dictionary.choices(info.dict_code) if not only or code in only]
        one = {"type": "string"} | ({"enum": codes} if codes else {})
        return {"type": "array", "items": one} if info.kind == "words" else one
    shape = dict(_TYPES.get(info.kind, {"type": "string"}))
    if info.custom is not None and info.kind == "int":
        bounds = (("minimum", info.custom.at_least), ("maximum", info.custom.at_most))
        shape |= {word: int(bound) for word, bound in bounds if bound.lstrip("-").isdigit()}
    return shape | ({"maxLength": info.length} if info.length and shape == {"type": "string"} else {})


def filters_of(view: Any) -> list[dict[str, Any]]:
    """The filters of the list as parameters of its address."""
    found = []
    for name in view.search_columns:
        info = describe(view.model, name)
        ends = ("_from", "_to") if info.kind in RANGES else ("",)
        shape = _filter_shape(view, info)
        label = str(view.label(name))
        found += [{"in": "query", "name": f"f_{name}{end}", "schema": shape, "description": label} for end in ends]
    return found


def _filter_shape(view: Any, info: Info) -> dict[str, Any]:
    """What a filter takes; text stands in any address."""
    if info.kind == "bool":
        return {"type": "string", "enum": ["1", "0"]}
    shape = _shape(view, info)
    shape = shape["items"] if shape["type"] == "array" else shape
    return {word: value for word, value in shape.items() if word in ("type", "format", "enum")}


def fill(paths: dict[str, Any], base: str, view: Any) -> None:
    """Puts the screen's schemas into the operations that were described in general."""
    listed = paths.get(base, {}).get("get")
    if listed is not None:
        listed["parameters"] = [*listed.get("parameters", ()), *filters_of(view)]
    for path, method, columns, changing in (
        (base, "post", view.add_columns, False),
        (f"{base}{{pk}}", "put", view.edit_columns, True),
    ):
        operation = paths.get(path, {}).get(method)
        if operation is not None:
            content = operation["requestBody"]["content"]
            operation["requestBody"] = {
                "required": True,
                "content": {kind: {"schema": body(view, list(columns), changing=changing)} for kind in content},
            }
