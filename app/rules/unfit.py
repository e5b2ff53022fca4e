"""Words that no text may hold which others read without a review before: refused at saving, with the words named."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from app.rules.language import find, topic
from app.rules.refused import Refused

LABELS: Final = frozenset({"GENDER", "MARITAL", "ORIGIN", "FEE", "CONTACT"})
_TOPICS: Final = ("forbidden_trade", "money_bait", "training_loan")


def refuse(field: str, text: str, *, but: Collection[str] = ()) -> None:
    """Raises Refused("unfit_words") for the first such words; `but`: labels that do no harm here."""
    words = next(_unfit(text, LABELS - set(but)), "")
    if words:
        raise Refused("unfit_words", field=field, words=words)


def _unfit(text: str, labels: Collection[str]) -> Iterator[str]:
    yield from (hit.text for hit in find(text) if hit.label in labels)
    for name in _TOPICS:
        yield from (hit.text for hit in topic(name, text))
