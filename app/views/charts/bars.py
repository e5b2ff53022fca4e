"""Lying bars, one a line: the words stay HTML, only the bar itself is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from app.views.charts.marks import marked
from app.views.charts.scale import shares


@dataclass(frozen=True, slots=True)
class Part:
    """A segment: how much, its mark, and what it says when pointed at."""

    value: float
    mark: str = "c2"
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line: its name, its segments, the figure at its end, and the rows it counts."""

    label: str
    parts: Sequence[Part]
    figure: str
    url: str = ""
    drawing: Markup = field(default_factory=Markup)


def _segment(part: Part, start: float, width: float) -> Markup:
    place = Markup('x="{}%" width="{}%" height="16"').format(f"{start:g}", f"{width:g}")
    return marked(part.mark, place, part.tip)


def drawn(bars: Sequence[Bar]) -> list[Bar]:
    """The bars with their drawings, all in one scale: the longest takes the whole width."""
    whole = max((sum(part.value for part in bar.parts) for bar in bars), default=0)
    found = []
    for bar in bars:
        places = shares([part.value for part in bar.parts], whole)
        pieces = Markup("").join(
            _segment(part, start, width)
            for part, (start, width) in zip(bar.parts, places, strict=True)
            if part.value > 0
        )
        drawing = Markup('<svg width="100%" height="16" aria-hidden="true" focusable="false">{}</svg>').format(pieces)
        found.append(replace(bar, drawing=drawing))
    return found
