"""The lists that cells are looked up in: dictionaries, divisions, industries, occupations, majors, schools.

Each is a mapping of every usual spelling (code, name, code and name) to the value; a spelling that two values share
names neither. One statement for each list that an import asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.reference import DictItem, Industry, Major, Occupation, Region
from app.models.schools import School
from app.review.imports.places import places
from app.review.imports.words import plain_word

_INNER: Final = re.compile(r"[（(](.*?)[）)]")
Spellings = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lookup:
    """What rows of a list are read with. `more` holds what a single importer needs beside the lists."""

    today: date
    codes: dict[str, Spellings]
    more: dict[str, Any] = field(default_factory=dict)


def load(session: Session, today: date, lists: Iterable[str], **more: Any) -> Lookup:
    """The named lists: those of LISTS by their name, every other name is a data dictionary."""
    wanted = set(lists)
    codes: dict[str, Spellings] = {name: LISTS[name](session) for name in sorted(wanted & LISTS.keys())}
    codes |= _dictionaries(session, sorted(wanted - LISTS.keys()))
    return Lookup(today, codes, more)


def _dictionaries(session: Session, names: list[str]) -> dict[str, Spellings]:
    found: dict[str, Spellings] = {name: {} for name in names}
    if not names:
        return found
    columns = (DictItem.dict_code, DictItem.code, DictItem.name_zh, DictItem.name_en)
    stmt = select(*columns).where(DictItem.dict_code.in_(names), DictItem.active).order_by(DictItem.sort, DictItem.id)
    pairs: dict[str, list[tuple[str, Any]]] = {name: [] for name in names}
    for item in session.execute(stmt):
        outer = _INNER.sub("", item.name_zh)  # 中专（职高、技校）is 中专, 职高 and 技校
        inner = [word for part in _INNER.findall(item.name_zh) for word in re.split(r"[、,，/]", part)]
        spelled = dict.fromkeys((item.code, item.name_zh, item.name_en, outer, *inner))
        pairs[item.dict_code] += [(word, item.code) for word in spelled if word]
    return {name: _once(of) for name, of in pairs.items()}


def _once(pairs: Iterable[tuple[str, Any]]) -> Spellings:
    """Spelling -> value; a spelling of two values is left out, unless it is the very code of one of them."""
    found: dict[str, Any] = {}
    shared: set[str] = set()
    for word, value in pairs:
        spelled = plain_word(word)
        if found.setdefault(spelled, value) != value:
            shared.add(spelled)
    own = {plain_word(str(value)) for value in found.values()}
    return {word: value for word, value in found.items() if word not in shared or word in own}


def _regions(session: Session) -> Spellings:
    columns = (Region.code, Region.name, Region.full_name)
    rows = session.execute(select(*columns).where(Region.pseudo.is_(False), Region.valid_to.is_(None))).all()
    exact = _once([(spelled, r.code) for r in rows for spelled in (r.code, r.full_name)])
    return places((r.code, r.name) for r in rows) | exact


def _tree(model: Any) -> Callable[[Session], Spellings]:
    """Codes and names of a classification; a name that stands on two levels means the upper one."""

    def read(session: Session) -> Spellings:
        found: Spellings = {}
        for code, name in session.execute(select(model.code, model.name).order_by(model.level, model.code)):
            for spelled in (code, name, f"{code} {name}"):
                found.setdefault(plain_word(spelled), code)
        return found

    return read


def _majors(session: Session) -> Spellings:
    """Also with the catalogue in front, as `undergraduate:0809`: codes and names of the upper levels are shared."""
    columns = (Major.id, Major.catalogue, Major.code, Major.name)
    rows = session.execute(select(*columns).where(Major.valid_to.is_(None))).all()
    spelled = [(s, r) for r in rows for s in (r.code, r.name, f"{r.code} {r.name}")]
    return _once([(f"{r.catalogue}:{s}", r.id) for s, r in spelled] + [(s, r.id) for s, r in spelled])


def _schools(session: Session) -> Spellings:
    rows = session.execute(select(School.id, School.code, School.name))
    return _once([(s, r.id) for r in rows for s in (r.code, r.name, f"{r.code} {r.name}")])


LISTS: Final[dict[str, Callable[[Session], Spellings]]] = {
    "region": _regions,
    "industry": _tree(Industry),
    "occupation": _tree(Occupation),
    "major": _majors,
    "school": _schools,
}
