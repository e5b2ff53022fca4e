"""What a text says that it may not: labels of postings (posting_labels.md) and further topics.

Pure and deterministic; the words live in one file per group of labels. A finding made of a hit never
refuses by itself (standards.md 3, principle 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from app.rules.language.age import AGE
from app.rules.language.contact import CONTACT
from app.rules.language.hours import OVERTIME
from app.rules.language.looks import APPEARANCE
from app.rules.language.match import Finder, Hit, hits
from app.rules.language.money import FEE, LURE
from app.rules.language.normal import Reading, read
from app.rules.language.people import GENDER, MARITAL
from app.rules.language.placeholder import IN_TEXT, WHOLE
from app.rules.language.standing import HEALTH, ORIGIN
from app.rules.language.topics import TOPICS

__all__ = [
    "LABELS",
    "TOPICS",
    "Hit",
    "find",
    "findings",
    "label_posting",
    "label_row",
    "superlatives",
    "topic",
]

_FINDERS: Final[Mapping[str, tuple[Finder, ...]]] = {
    "GENDER": GENDER,
    "AGE": AGE,
    "MARITAL": MARITAL,
    "ORIGIN": ORIGIN,
    "HEALTH": HEALTH,
    "APPEARANCE": APPEARANCE,
    "CONTACT": CONTACT,
    "FEE": FEE,
    "OVERTIME": OVERTIME,
    "LURE": LURE,
    "PLACEHOLDER": IN_TEXT,
}
LABELS: Final[tuple[str, ...]] = tuple(_FINDERS)


def find(text: str, field: str = "", labels: Iterable[str] | None = None) -> list[Hit]:
    """The hits of one text, in the order of `LABELS`, then of place; only of the labels asked for."""
    wanted = set(LABELS if labels is None else labels)
    return _found(read(text), field, wanted, whole=True)


def _found(reading: Reading, field: str, wanted: set[str], *, whole: bool) -> list[Hit]:
    found: list[Hit] = []
    for label in LABELS:
        if label in wanted:
            finders = _FINDERS[label] + (WHOLE if whole and label == "PLACEHOLDER" else ())
            found += hits(reading, label, field, finders)
    return found


def findings(fields: Mapping[str, str]) -> list[Hit]:
    """The hits of several texts, in the order of `LABELS`, then of the fields."""
    everything = [hit for field, text in fields.items() for hit in find(text, field)]
    return sorted(everything, key=lambda hit: LABELS.index(hit.label))


def label_posting(title: str, benefits: str, description: str) -> list[Hit]:
    """The hits of a posting, its three texts judged together; no hit means a clean posting.

    Only the title or the description can be a placeholder as a whole: few words of benefits are real ones.
    """
    wanted = set(LABELS)
    everything = [
        *_found(read(title), "title", wanted, whole=True),
        *_found(read(benefits), "benefits", wanted, whole=False),
        *_found(read(description), "description", wanted, whole=True),
    ]
    return sorted(everything, key=lambda hit: LABELS.index(hit.label))


def label_row(row: Mapping[str, str]) -> tuple[str, str]:
    """A row's labels and the words they rest on, each joined by |; ("", "") for a clean posting."""
    found = label_posting(row.get("title") or "", row.get("benefits") or "", row.get("description") or "")
    words = (" ".join(hit.text.split()).replace("|", "/") for hit in found)
    return "|".join(dict.fromkeys(hit.label for hit in found)), "|".join(dict.fromkeys(words))


def topic(name: str, text: str, field: str = "") -> list[Hit]:
    """The hits of one of `TOPICS` in a text, labelled with its name. KeyError for an unknown one."""
    wanted, reading = TOPICS[name], read(text)
    return hits(reading, name, field, wanted.finders) if wanted.applies(reading) else []


def superlatives(text: str, field: str = "") -> list[Hit]:
    """Absolutes of advertising: 第一, 最, 国家级 (U16; 广告法 9)."""
    return topic("superlatives", text, field)
