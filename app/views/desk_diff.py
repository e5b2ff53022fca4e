"""Differences of two texts, character by character, with the places that a check points to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

_SENTENCE = re.compile(r"[^。；;！!？?\n]*[。；;！!？?\n]?")
_LONG = 400  # characters; above, sentences are compared first and only changed ones character by character
_KIN = 0.35  # below this likeness two passages are shown as one replaced by the other, not as scattered letters


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters that are treated alike: changed (del or ins), marked (hit by a check) or neither."""

    text: str
    changed: bool = False
    marked: bool = False


def compare(old: str, new: str, spans: Iterable[tuple[int, int]] = ()) -> tuple[list[Piece], list[Piece]]:
    """Both sides as pieces: what is gone is changed on the left, what is new on the right.

    `spans` are half-open ranges of `new` that a check points to.
    """
    gone, come = bytearray(len(old)), bytearray(len(new))
    for a1, a2, b1, b2 in _changes(old, new):
        gone[a1:a2] = b"\x01" * (a2 - a1)
        come[b1:b2] = b"\x01" * (b2 - b1)
    return _pieces(old, gone, ()), _pieces(new, come, spans)


def marked(text: str, spans: Iterable[tuple[int, int]]) -> list[Piece]:
    """A text without comparison, only with the places that a check points to."""
    return _pieces(text, bytearray(len(text)), spans)


def _pieces(text: str, changed: bytearray, spans: Iterable[tuple[int, int]]) -> list[Piece]:
    hit = bytearray(len(text))
    for start, end in spans:
        low, high = max(0, start), min(len(text), end)
        hit[low:high] = b"\x01" * max(0, high - low)
    keys = [(changed[n], hit[n]) for n in range(len(text))]
    place, pieces = 0, []
    for (new, mark), run in groupby(keys):
        length = sum(1 for _ in run)
        pieces.append(Piece(text[place : place + length], bool(new), bool(mark)))
        place += length
    return pieces


def _changes(old: str, new: str) -> Iterator[tuple[int, int, int, int]]:
    """Ranges (old from, old to, new from, new to) that differ."""
    if len(old) + len(new) <= _LONG:
        yield from _by_character(old, new, 0, 0)
        return
    left, right = _sentences(old), _sentences(new)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            at_old, at_new = sum(map(len, left[:i1])), sum(map(len, right[:j1]))
            yield from _by_character("".join(left[i1:i2]), "".join(right[j1:j2]), at_old, at_new)


def _by_character(old: str, new: str, at_old: int, at_new: int) -> Iterator[tuple[int, int, int, int]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    whole = (at_old, at_old + len(old), at_new, at_new + len(new))
    if not old or not new or len(old) + len(new) > 4 * _LONG or matcher.ratio() < _KIN:
        if old != new:
            yield whole
        return
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield at_old + i1, at_old + i2, at_new + j1, at_new + j2


def _sentences(text: str) -> list[str]:
    return [part for part in _SENTENCE.findall(text) if part]
