"""Divisions by their names as lists write them: 奉贤区 and 奉贤."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from app.review.imports.words import plain_word

_ENDINGS: Final = ("特别行政区", "自治州", "自治县", "新区", "地区", "省", "市", "区", "县", "盟", "旗")


def places(divisions: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Full and short names of divisions; a name that two of them have names neither."""
    named = [(name, code) for code, full in divisions for name in {plain_word(full), _short(plain_word(full))}]
    times = Counter(name for name, _ in named)
    return {name: code for name, code in named if times[name] == 1}


def _short(name: str) -> str:
    ending = next((e for e in _ENDINGS if name.endswith(e) and len(name) - len(e) >= 2), "")
    return name.removesuffix(ending)
