"""Lengths of time by class, each a twelfth wider than the one before: counts of them add up, and give a median.

A median of medians is none; the counts of a hundred days and divisions added up give the true one to within 4 percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, floor, log
from typing import Final

FINENESS: Final = 12.0  # classes per factor e; the SQL that counts uses the same number


def class_of(seconds: float) -> int:
    """The class of a length."""
    return floor(log(1 + max(0.0, seconds)) * FINENESS)


def middle_of(number: int) -> float:
    """The length in the middle of a class, in seconds."""
    return exp((number + 0.5) / FINENESS) - 1


def median(counts: Mapping[int, int]) -> float | None:
    """The median length in seconds; None of nothing."""
    half, seen = sum(counts.values()) / 2, 0
    for number in sorted(counts):
        seen += counts[number]
        if seen >= half and counts[number]:
            return middle_of(number)
    return None
