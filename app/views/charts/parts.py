"""What a chart consists of besides its drawing: the words around it and the table behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of the table; with an address it leads to the rows it counts."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: its name, and its figures."""

    label: str
    cells: Sequence[Cell]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of a chart."""

    head: Sequence[str]  # the first stands over the names
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Legend:
    """What a mark stands for."""

    label: str
    mark: str  # c1 to c4, or "line"


@dataclass(frozen=True, slots=True)
class Chart:
    """A card with a chart. `drawing` is one SVG, or `bars` are lines of HTML with a small SVG each."""

    key: str
    title: str
    table: Table
    drawing: Markup = field(default_factory=Markup)
    bars: Sequence[object] = ()
    legend: Sequence[Legend] = ()
    note: str = ""
    thin: bool = False
    empty: str = ""  # said instead of a drawing where there is nothing to draw
    url: str = ""  # all rows behind it
