"""What rows of a list are read with: the words of the dictionaries, the divisions of the region, the industries."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.reference import DictItem, Industry, Region
from app.review.imports.places import places
from app.review.imports.postings import Known
from app.review.imports.words import plain_word
from app.rules.actor import region_bounds
from app.rules.refused import Refused

_DICTIONARIES: Final = ("ownership", "education", "experience")


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
        places=places((row.code, row.name) for row in divisions),
        industries=frozenset(session.scalars(select(Industry.code))),
    )
