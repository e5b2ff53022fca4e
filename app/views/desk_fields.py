"""Evidence in words: labels of columns, words of dictionaries and names of divisions, old beside new, hits marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import event, literal, select, union_all
from sqlalchemy.orm import Session

from app.extensions import db
from app.models.reference import Industry, Occupation, Region
from app.review.kinds import KINDS, custom
from app.rules.custom import is_custom
from app.views import dictionary
from app.views.cells import moment
from app.views.columns import Info, describe, key_column
from app.views.desk_diff import Piece, compare, marked

Evidence = Mapping[str, Any]
Names = dict[tuple[str, str], str]

_NAMED = {Region: Region.full_name, Industry: Industry.name, Occupation: Occupation.name}
_APART = frozenset({"agreed"})  # known to be true, or it would not be here
_GRAVITY = {"flag": 0, "flagw": 1, "": 2}


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the content: what was approved, what is submitted, how grave the findings on it are."""

    name: str
    label: str
    new: list[Piece]
    old: list[Piece]
    changed: bool
    flag: str
    css: str
    sealed: bool = False  # only its mask is shown


_known: Names = {}


def _forget(*_event: object) -> None:
    _known.clear()


for _model in _NAMED:
    event.listen(_model, "after_update", _forget)
    event.listen(_model, "after_delete", _forget)


def names_of(session: Session, kind_key: str, evidences: Iterable[Evidence]) -> Names:
    """Names of the divisions, industries and occupations that evidence holds as codes.

    They hardly ever change and are kept in memory; one statement for those not known yet.
    """
    model = KINDS[kind_key].model
    codes = {
        (info.target, str(evidence[name]))
        for evidence in evidences
        for name in model.CONTENT
        if (info := describe(model, name)).target in _NAMED and evidence.get(name)
    }
    missing = {(target, code) for target, code in codes if (target.__tablename__, code) not in _known}
    if missing:
        parts = [
            select(literal(target.__tablename__), key_column(target), _NAMED[target]).where(
                key_column(target).in_(sorted(code for other, code in missing if other is target))
            )
            for target in {target for target, _code in missing}
        ]
        _known.update({(table, code): name for table, code, name in session.execute(union_all(*parts))})
    return _known


def text_of(info: Info, value: Any, names: Names) -> str:
    """One value of evidence as a person reads it."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if info.target in _NAMED:
        return names.get((info.target.__tablename__, str(value)), str(value))
    if info.kind == "dict":
        return dictionary.word(info.dict_code, value)
    if info.kind == "datetime" and isinstance(value, str):
        return _moment(value)
    if info.kind == "int" and isinstance(value, int):
        return f"{value:,}"
    if info.kind == "words" and isinstance(value, list):
        return _("; ").join(dictionary.word(info.dict_code, code) for code in value)
    if isinstance(value, list):
        return _("; ").join(_entry(entry) for entry in value)
    return str(value)


def _moment(value: str) -> str:
    try:
        return moment(dt.datetime.fromisoformat(value))
    except ValueError:
        return value


def _entry(entry: Any) -> str:
    return str(entry.get("name", "")) if isinstance(entry, Mapping) else str(entry)


def fields_of(
    kind_key: str, new: Evidence, old: Evidence | None, checks: Iterable[Evidence], names: Names
) -> list[Field]:
    """The content line by line: what a check points to first, then in the order of the kind.

    Without an approved version empty lines and switches that are off are left out.
    """
    kind, hits = KINDS[kind_key], _by_field(checks)
    names_in_order = [*kind.told, *(n for n in kind.columns if n not in _APART)]
    names_in_order += [n for n in ("schools",) if n in kind.relations]
    own = custom.names_in(new, old or {})
    if own:
        names_in_order += [name for name, _label in custom.ordered(db.session, kind.model, own)]
    lines = [_line(describe(kind.model, name), new, old, hits.get(name, []), names) for name in names_in_order]
    told = [line for line in lines if line.flag or line.changed or (line.new and (old or new.get(line.name)))]
    return sorted(told, key=lambda line: _GRAVITY[line.flag])


def _line(info: Info, new: Evidence, old: Evidence | None, hits: list[Evidence], names: Names) -> Field:
    after = text_of(info, new.get(info.name), names)
    # Spans count characters of the value itself; where words stand for a code there is nothing to point at.
    spans = [tuple(hit["span"]) for hit in hits if hit.get("span") and after == new.get(info.name)]
    flag, css = _flag(hits), "num" if info.kind in ("int", "decimal") else ""
    sealed = bool((new.get("_sealed") or {}).get(info.name))
    if old is None:
        return Field(info.name, str(info.label), marked(after, spans), [], False, flag, css, sealed)
    before = text_of(info, old.get(info.name), names)
    changed = before != after or _mark(old, info.name) != _mark(new, info.name)
    if info.kind in ("text", "long", "relation", "many") and before and after:
        left, right = compare(before, after, spans)
    else:
        left, right = [Piece(before, changed)] if before else [], [Piece(after, changed)] if after else []
    return Field(info.name, str(info.label), right, left, changed, flag, css, sealed)


def _mark(evidence: Evidence, name: str) -> str:
    """The keyed mark by which two sealed values are told apart although both are shown masked."""
    return str((evidence.get("_marks") or {}).get(name, ""))


def _by_field(checks: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    found: dict[str, list[Evidence]] = {}
    for check in checks:
        if check["severity"] in ("block", "high", "warn") and check.get("field"):
            found.setdefault(check["field"], []).append(check)
    return found


def _flag(hits: list[Evidence]) -> str:
    if any(hit["severity"] in ("block", "high") for hit in hits):
        return "flag"
    return "flagw" if hits else ""


def label_of(kind_key: str, name: str) -> str:
    """The label of a field of the kind; parts of the evidence that are no column by their own word."""
    if name in ("files", "materials", "picture"):
        return _("Files")
    if name == "pay":
        return _("Pay")
    model = KINDS[kind_key].model
    if name and (is_custom(name) or name in model.CONTENT or hasattr(model, name)):
        return str(describe(model, name).label)
    return ""
