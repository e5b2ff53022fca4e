"""Figures day by day (or week by week): columns that stand on each other, and lines over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.views.charts.marks import marked
from app.views.charts.scale import every, ticks

WIDTH, TOP, BASE, HEIGHT, RIGHT = 520, 16, 172, 204, 512
LABELS = 6  # dates under the axis that fit on a phone
_GLYPH = 11  # width of a figure in the largest type


@dataclass(frozen=True, slots=True)
class Point:
    """One day: what stands under it, what it says when pointed at, and where it leads."""

    label: str
    tip: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One figure for each day."""

    label: str
    values: Sequence[float]
    mark: str = "c2"


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where days and values lie."""

    count: int
    left: float
    top: float

    @property
    def band(self) -> float:
        return (RIGHT - self.left) / max(1, self.count)

    def x(self, place: int) -> float:
        """The middle of a day."""
        return self.left + self.band * (place + 0.5)

    def y(self, value: float) -> float:
        return BASE - (BASE - TOP) * value / self.top


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _axis(plane: _Plane, steps: Sequence[int], points: Sequence[Point]) -> Markup:
    found = []
    for step in steps:
        y = _n(plane.y(step))
        rule = "base" if step == 0 else "grid"
        found.append(Markup('<path class="{}" d="M{} {}H{}"/>').format(rule, _n(plane.left), y, RIGHT))
        text = Markup('<text x="{}" y="{}" text-anchor="end">{}</text>')
        found.append(text.format(_n(plane.left - 7), _n(plane.y(step) + 4), f"{step:,}"))
    gap = every(len(points), LABELS)
    for place in range(0, len(points), gap):
        text = Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>')
        found.append(text.format(_n(plane.x(place)), BASE + 22, points[place].label))
    return Markup("").join(found)


def _stack(plane: _Plane, stacked: Sequence[Series], place: int) -> Markup:
    """The columns of one day."""
    width = max(1.5, min(plane.band * 0.62, 40))
    x, below, found = plane.x(place) - width / 2, 0.0, []
    for series in stacked:
        value = series.values[place]
        if value <= 0:
            continue
        top, bottom = plane.y(below + value), plane.y(below)
        box = Markup('x="{}" y="{}" width="{}" height="{}"').format(_n(x), _n(top), _n(width), _n(bottom - top))
        found.append(marked(series.mark, box))
        below += value
    return Markup("").join(found)


def _line(plane: _Plane, series: Series) -> Markup:
    """A line with a dot on each day while the dots can be told apart, and its last figure."""
    spots = [(plane.x(place), plane.y(value)) for place, value in enumerate(series.values)]
    path = "".join(f"{'M' if n == 0 else 'L'}{_n(x)} {_n(y)}" for n, (x, y) in enumerate(spots))
    dots = spots if len(spots) <= 31 else spots[-1:]
    marks = Markup("").join(Markup('<circle class="dot" cx="{}" cy="{}" r="3"/>').format(_n(x), _n(y)) for x, y in dots)
    return Markup('<path class="ln" d="{}"/>{}').format(path, marks)


def _target(plane: _Plane, point: Point, place: int) -> Markup:
    """What a pointer hits: the whole height of a day. The keyboard has the table."""
    box = Markup('<rect class="hit" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>').format(
        _n(plane.left + plane.band * place), TOP, _n(plane.band), BASE - TOP, point.tip
    )
    if not point.url:
        return box
    return Markup('<a href="{}" tabindex="-1">{}</a>').format(point.url, box)


def columns(
    key: str, title: str, points: Sequence[Point], stacked: Sequence[Series], lines: Sequence[Series] = ()
) -> Markup:
    """The drawing. `title` says in a sentence what it shows; `key` tells it from the others on the page. Nothing but
    noughts is not drawn: a sentence says it better than an empty plane."""
    if not any(value for series in (*stacked, *lines) for value in series.values):
        return Markup()
    sums = [sum(series.values[place] for series in stacked) for place in range(len(points))]
    steps = ticks(max([1, *sums, *(value for series in lines for value in series.values)]))
    left = 14 + _GLYPH * len(f"{steps[-1]:,}")
    plane = _Plane(len(points), left, steps[-1])
    body = [_axis(plane, steps, points)]
    body += [_stack(plane, stacked, place) for place in range(len(points))]
    body += [_line(plane, series) for series in lines]
    body += [_target(plane, point, place) for place, point in enumerate(points)]
    svg = Markup(
        '<svg class="g-ch" viewBox="0 0 {} {}" role="{}" aria-labelledby="{}-t"><title id="{}-t">{}</title>'
        '<g aria-hidden="true">{}</g></svg>'
    )
    role = "group" if any(point.url for point in points) else "img"  # a picture holds no links
    return svg.format(WIDTH, HEIGHT, role, key, key, title, Markup("").join(body))
