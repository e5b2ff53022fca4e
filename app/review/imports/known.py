"""What rows of a list are read with: the words of the dictionaries, the divisions of the region, the industries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.reference import DictItem, Industry, Region
from app.review.imports.postings import Known
from app.review.imports.words import plain_word
from app.rules.actor import region_bounds
from app.rules.refused import Refused

_DICTIONARIES: Final = ("ownership", "education", "experience")
_ENDINGS: Final = ("特别行政区", "自治州", "自治县", "新区", "地区", "省", "市", "区", "县", "盟", "旗")


def known_for(session: Session, region_code: str, today: date) -> Known:
    """Three statements. Raises Refused import_unknown_region for a code that is no division of today."""
    low, high = region_bounds(region_code)
    divisions = session.execute(
        select(Region.code, Region.name).where(
            Region.code.between(low, high), Region.pseudo.is_(False), Region.valid_to.is_(None)
        )
    ).all()
    if region_code not in {row.code for row in divisions}:
        raise Refused("import_unknown_region", "region", region=region_code)
    words: dict[str, dict[str, str]] = {key: {} for key in _DICTIONARIES}
    for item in session.scalars(select(DictItem).where(DictItem.dict_code.in_(_DICTIONARIES), DictItem.active)):
        for name in (item.code, item.name_zh, item.name_en):
            words[item.dict_code][plain_word(name)] = item.code
    return Known(
        today=today,
        words=words,
        places=_places((row.code, row.name) for row in divisions),
        industries=frozenset(session.scalars(select(Industry.code))),
    )


def _places(divisions: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Full and short names of divisions; a name that two of them have names neither."""
    named = [(name, code) for code, full in divisions for name in {plain_word(full), _short(plain_word(full))}]
    times = Counter(name for name, _ in named)
    return {name: code for name, code in named if times[name] == 1}


def _short(name: str) -> str:
    ending = next((e for e in _ENDINGS if name.endswith(e) and len(name) - len(e) >= 2), "")
    return name.removesuffix(ending)
