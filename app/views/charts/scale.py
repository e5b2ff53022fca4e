"""Axes: round steps, and where a value lies."""

from __future__ import annotations

from collections.abc import Sequence

_STEPS = (1, 2, 5)


def ticks(top: float, most: int = 4) -> list[int]:
    """Whole, round steps from 0 to at least `top`; at most `most` of them above 0."""
    size = 1
    while True:
        for step in _STEPS:
            if step * size * most >= top:
                count = max(1, -(-int(-(-top // 1)) // (step * size)))
                return [n * step * size for n in range(count + 1)]
        size *= 10


def every(count: int, most: int) -> int:
    """Which of `count` labels are written: every n-th, so that at most `most` are."""
    return max(1, -(-count // most))


def shares(values: Sequence[float], whole: float) -> list[tuple[float, float]]:
    """(start, width) of each value in percent of the whole."""
    found, start = [], 0.0
    for value in values:
        width = 100 * value / whole if whole else 0.0
        found.append((round(start, 2), round(width, 2)))
        start += width
    return found
