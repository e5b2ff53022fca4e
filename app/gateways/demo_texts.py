"""The texts demonstration postings and gigs are made of: app/reference/demo_*.csv, ordinary and lawful."""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent.parent / "reference"


class PostingText(NamedTuple):
    title: str
    occupation: str  # code of occupations.csv or empty
    trades: tuple[str, ...]  # trades of demo_people it fits; empty: every unit
    education: str
    pay_min: int  # yuan a month
    duties: tuple[str, ...]
    requirements: tuple[str, ...]


class GigText(NamedTuple):
    type_code: str
    titles: tuple[str, ...]
    description: str
    requirements: str
    amount: int  # yuan per pay_unit
    pay_unit: str
    quantity_unit: str
    mode: str
    own_tools: bool


class WantedText(NamedTuple):
    type_code: str
    title: str
    about: str
    amount: int  # yuan a day


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


@cache
def posting_texts() -> tuple[PostingText, ...]:
    return tuple(
        PostingText(
            row["title"],
            row["occupation"],
            _parts(row["trades"]),
            row["education"],
            int(row["pay_min"]),
            _parts(row["duties"]),
            _parts(row["requirements"]),
        )
        for row in _rows("demo_postings.csv")
    )


@cache
def gig_texts() -> tuple[GigText, ...]:
    return tuple(
        GigText(
            row["type_code"],
            _parts(row["titles"]),
            row["description"],
            row["requirements"],
            int(row["amount"]),
            row["pay_unit"],
            row["quantity_unit"],
            row["mode"],
            row["own_tools"] == "1",
        )
        for row in _rows("demo_gigs.csv")
    )


@cache
def wanted_texts() -> tuple[WantedText, ...]:
    return tuple(
        WantedText(row["type_code"], row["title"], row["about"], int(row["amount"])) for row in _rows("demo_wanted.csv")
    )
