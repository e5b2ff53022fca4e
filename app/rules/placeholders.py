"""Placeholders in words that administrators write: {title} stands for a fact. Nothing else is ever evaluated."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from app.rules.refused import Refused

_NAMED: Final = re.compile(r"\{([a-z_]{1,30})\}")
_BRACE: Final = re.compile(r"[{}]")
_SHOWN: Final = 20
MISSING: Final = "—"


def check(text: str, allowed: Collection[str], field: str) -> None:
    """Raises Refused("unknown_placeholder" | "lone_brace") naming the field."""
    for found in _NAMED.finditer(text):
        if found[1] not in allowed:
            offered = " ".join(f"{{{name}}}" for name in allowed) or MISSING
            raise Refused("unknown_placeholder", field=field, name=found[0], offered=offered)
    rest = _NAMED.sub("", text)
    brace = _BRACE.search(rest)
    if brace is not None:
        raise Refused("lone_brace", field=field, near=rest[max(0, brace.start() - 5) :][:_SHOWN])


def fill(text: str, facts: Mapping[str, Any]) -> str:
    """The text with its placeholders filled; a fact that is missing reads as a dash."""
    return _NAMED.sub(lambda found: str(facts.get(found[1], MISSING)), text)
