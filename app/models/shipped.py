"""Loads what the bureau works with from the shipped tables; a second load changes nothing an administrator edited."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from app.gateways.holidays_cn import china_work_days
from app.models.reference import DictItem, Industry, Major, MinimumWage, Occupation, Parameter, Region, WorkDay
from app.models.review import ReviewPolicy, ReviewReason
from app.models.schools import School
from app.rules.names import spelled, text_initials
from app.rules.search import tokens
from app.rules.settings import SETTINGS

TABLES = Path(__file__).resolve().parent.parent / "reference"

# Working days for a verdict, by kind; 2 where the manuals say 1-2 (GD-18), 1 for short texts and pictures.
POLICIES = {
    "unit_registration": 2,
    "unit_change": 2,
    "unit_media": 1,
    "personal_media": 1,
    "gig_offer": 1,
    "gig_wanted": 1,
    "posting": 2,
    "residency": 3,
    "agency_entry": 5,
    "employer_certification": 2,
    "account_appeal": 2,
    "identity_proof": 2,
    "unit_takeover": 2,
}
TWO_SEATS = frozenset({"account_appeal", "unit_takeover"})  # an approval takes something from whoever holds it


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one shipped table."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _put(session: Session, model: type, values: list[dict], keys: list[str]) -> int:
    """Inserts what is not there yet; returns how many were new. A column `words` becomes the search vector."""
    held = {tuple(row) for row in session.execute(select(*(getattr(model, key) for key in keys)))}
    fresh = [row for row in values if tuple(row[key] for key in keys) not in held]
    if not fresh:
        return 0
    # One statement run many times: a single one with a value list for thousands of rows takes seconds to compile.
    statement = insert(model)
    if "words" in fresh[0]:
        columns = {name: bindparam(name) for name in fresh[0] if name != "words"}
        vector = func.array_to_tsvector(bindparam("words", type_=ARRAY(Text)))
        statement = statement.values({**columns, "search": vector})
    session.connection().execute(statement.on_conflict_do_nothing(index_elements=keys), fresh)
    return len(fresh)


def _words(*parts: str | None) -> list[str]:
    return tokens(" ".join(p or "" for p in parts))


def load_regions(session: Session) -> int:
    """Divisions, parents first."""
    table = list(rows("regions"))
    names = {r["code"]: r for r in table}

    def full(code: str) -> str:
        parts, seen = [], code
        while seen:
            row = names[seen]
            if row["pseudo"] != "1":
                parts.append(row["name"])
            seen = row["parent"]
        return "".join(reversed(parts))

    values = [
        {
            "code": r["code"],
            "name": r["name"],
            "parent_code": r["parent"] or None,
            "level": int(r["level"]),
            "pseudo": r["pseudo"] == "1",
            "full_name": full(r["code"]) or r["name"],
            "pinyin": r["pinyin"],
            "initials": r["initials"],
            "valid_from": _day(r["valid_from"]),
            "valid_to": _day(r["valid_to"]),
            "words": _words(r["code"], full(r["code"]) or r["name"], r["initials"]),
        }
        for r in sorted(table, key=lambda r: int(r["level"]))
    ]
    return _put(session, Region, values, ["code"])


def load_trees(session: Session) -> int:
    """Industries, occupations and majors, parents first."""
    new = 0
    for model, name in ((Industry, "industries"), (Occupation, "occupations")):
        values = [
            {
                "code": r["code"],
                "name": r["name"],
                "parent_code": r["parent"] or None,
                "level": int(r["level"]),
                "words": _words(r["code"], r["name"]),
            }
            for r in sorted(rows(name), key=lambda r: int(r["level"]))
        ]
        new += _put(session, model, values, ["code"])
    return new + _load_majors(session)


def _load_majors(session: Session) -> int:
    """The upper level of the three catalogues of majors; the rest is imported."""
    values = [
        {
            "catalogue": r["catalogue"],
            "code": r["code"],
            "name": r["name"],
            "parent_code": r["parent"] or None,
            "level": int(r["level"]),
            "edition": r["edition"],
            "search": _words(r["code"], r["name"]),
        }
        for r in rows("majors")
    ]
    return _put(session, Major, values, ["catalogue", "code"])


def load_words(session: Session) -> int:
    """The data dictionary and the reasons of return."""
    words = [
        {
            "dict_code": r["dict"],
            "code": r["code"],
            "name_zh": r["name_zh"],
            "name_en": r["name_en"],
            "sort": int(r["sort"] or 0),
        }
        for r in rows("dictionary")
    ]
    new = _put(session, DictItem, words, ["dict_code", "code"])
    return new + _put(session, ReviewReason, list(rows("reasons")), ["code"])


def load_schools(session: Session) -> int:
    """A first set of schools; the full list is imported by the operator."""
    values = [
        {
            "code": r["code"],
            "name": r["name"],
            "region_code": r["region"],
            "initials": text_initials(r["name"]),
            "words": _words(r["name"], r["code"], spelled(r["name"])),
        }
        for r in rows("schools")
    ]
    return _put(session, School, values, ["code"])


def load_work_days(session: Session, years: range) -> int:
    """Every day of those years; a provisional year is replaced once its notice is known, edits by hand stay."""
    new = 0
    for year in years:
        values = [
            {"day": day, "is_work": work, "note": note, "provisional": provisional}
            for day, work, note, provisional in china_work_days(year)
        ]
        statement = insert(WorkDay).values(values)
        fresh = statement.on_conflict_do_update(
            index_elements=["day"],
            set_={
                "is_work": statement.excluded.is_work,
                "note": statement.excluded.note,
                "provisional": statement.excluded.provisional,
            },
            where=WorkDay.provisional & ~statement.excluded.provisional,
        )
        new += len(session.execute(fresh.returning(WorkDay.day)).all())
    return new


def load_policies(session: Session) -> int:
    """The nation-wide review policy of each kind, the parameters, the wages that are known."""
    new = _put(
        session,
        ReviewPolicy,
        [
            {"kind": k, "region_code": None, "working_days": d, "seats_needed": 2 if k in TWO_SEATS else 1}
            for k, d in POLICIES.items()
        ],
        ["kind", "region_code"],
    )
    values = [{"key": one.key, "region_code": None, "value": one.default, "note": ""} for one in SETTINGS.values()]
    new += _put(session, Parameter, values, ["key", "region_code"])
    wages = [
        {
            "region_code": r["region"],
            "monthly": int(r["monthly"]),
            "hourly": int(r["hourly"]),
            "valid_from": _day(r["valid_from"]),
            "source": r["source"],
        }
        for r in rows("minimum_wages")
    ]
    return new + _put(session, MinimumWage, wages, ["region_code", "valid_from"])


def load_all(session: Session, today: date) -> int:
    """Everything; returns the number of new rows. The caller commits."""
    new = load_regions(session) + load_trees(session) + load_words(session) + load_schools(session)
    first = session.scalar(select(func.min(WorkDay.day)))
    start = min(today.year - 1, first.year if first else today.year)
    return new + load_work_days(session, range(start, today.year + 3)) + load_policies(session)
