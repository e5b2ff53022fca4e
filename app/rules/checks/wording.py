"""What the language rules find in the text fields of evidence, as places that findings can point to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from app.rules.checks import labels, reading
from app.rules.checks.saying import Place
from app.rules.findings import Evidence
from app.rules.language import find
from app.rules.language import topic as find_topic

# A text full of the same words would bury the desk in findings that say one thing.
_MOST: Final = 8

# Work that needs a certificate is in order where the text asks for one or names one.
CERTIFICATE: Final = re.compile(
    r"操作证|上岗证|资格证|从业证|许可证|作业证|特种作业|持证|有证|证书|驾照|驾驶证|电工证|焊工证|潜水证|爆破证|[ABC][123]?(?:照|证|驾)"
)

# Places and work that people below 18 are kept from, with or without a certificate.
CLOSED_TO_MINORS: Final = re.compile(
    r"酒吧|夜总会|歌舞厅|ktv|会所|网吧|网咖|游戏厅|电玩|彩票|矿山|矿井|井下|有毒|剧毒|高处作业|高空作业|登高"
    r"|电工|焊工|焊接|爆破|潜水|水下作业|叉车|司机|驾驶|起重|塔吊|锅炉",
    re.IGNORECASE,
)
# An age of 16 or 17 as the lower end: 16周岁以上, 17-45岁, 年满16岁.
MINOR: Final = re.compile(r"(?<![0-9])1[67]\s*(?:周?岁)?\s*(?:以上|及以上|[-~至到—–]\s*[0-9]{2}\s*周?岁)|满1[67]周?岁")


def labelled(evidence: Evidence, fields: Iterable[str], *names: str) -> list[Place]:
    """Places in these fields that bear one of the labels (GENDER, AGE ... of the labelling rules)."""
    return _few(hit for field in fields for hit in _hits(reading.text(evidence, field), field) if hit.label in names)


def topical(evidence: Evidence, fields: Iterable[str], *topics: str) -> list[Place]:
    """Places in these fields that belong to one of the topics (forbidden_trade, training_loan ...)."""
    return _few(
        hit for field in fields for name in topics for hit in _topic_hits(name, reading.text(evidence, field), field)
    )


def matches(evidence: Evidence, fields: Iterable[str], pattern: re.Pattern[str]) -> list[Place]:
    """Places in these fields that match a plain pattern."""
    return _few(
        Place(field, found.span(), found.group())
        for field in fields
        for found in pattern.finditer(reading.text(evidence, field))
        if found.group()
    )


def mentions(evidence: Evidence, fields: Iterable[str], pattern: re.Pattern[str]) -> bool:
    """Whether any of these fields matches."""
    return any(pattern.search(reading.text(evidence, field)) for field in fields)


def quote_zh(place: Place) -> str:
    """The words found with their field, as the beginning of a Chinese sentence."""
    return f"{labels.zh(place.field)}中的“{reading.cut(place.text)}”"


def quote_en(place: Place) -> str:
    """The words found with their field, as the beginning of an English sentence."""
    return f"“{reading.cut(place.text)}” in the {labels.en(place.field)}"


def merged(first: list[Place], second: list[Place]) -> list[Place]:
    """Both, without those of the second that overlap one of the first."""
    return first + [p for p in second if not any(overlap(p, q) for q in first)]


def overlap(one: Place, other: Place) -> bool:
    """Whether two places share a character."""
    return one.field == other.field and one.span[0] < other.span[1] and other.span[0] < one.span[1]


@lru_cache(maxsize=64)
def _hits(text: str, field: str) -> tuple[Place, ...]:
    """All labels of one text at once: a dozen checks ask about the same text."""
    return tuple(Place(hit.field, hit.span, hit.text, hit.label) for hit in find(text, field)) if text.strip() else ()


@lru_cache(maxsize=256)
def _topic_hits(name: str, text: str, field: str) -> tuple[Place, ...]:
    return (
        tuple(Place(hit.field, hit.span, hit.text, name) for hit in find_topic(name, text, field))
        if text.strip()
        else ()
    )


def _few(places: Iterable[Place]) -> list[Place]:
    """The first places, without those that overlap one already taken or repeat its words."""
    taken: list[Place] = []
    for place in _in_order(places):
        if len(taken) == _MOST:
            break
        if not any(_same(place, earlier) for earlier in taken):
            taken.append(place)
    return taken


def _in_order(places: Iterable[Place]) -> Iterator[Place]:
    """Field by field as asked, in each from left to right, the longer of two that begin together first."""
    found = list(places)
    order = {field: n for n, field in enumerate(dict.fromkeys(place.field for place in found))}
    return iter(sorted(found, key=lambda p: (order[p.field], p.span[0], -p.span[1])))


def _same(place: Place, earlier: Place) -> bool:
    return overlap(place, earlier) or (place.field == earlier.field and place.text == earlier.text)
