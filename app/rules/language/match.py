"""How words are looked for: a pattern, and what around it takes the meaning away (standards.md 3, principl"
"e 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import ahocorasick

from app.rules.language.normal import Reading, Span, View

WINDOW: Final = 40  # characters of context a guard may see on either side


@dataclass(frozen=True, slots=True)
class Hit:
    """One label found: `span` is half-open in the original text of `field`, `text` what stands there."""

    label: str
    field: str
    span: Span
    text: str


Finder = Callable[[View], Iterable[Span]]  # spans within the view

# 不收, 无需, 没有, 禁止 … up to three characters before, in the same clause; one space does not shield.
NEGATED: Final = (
    r"(?:不(?![断但仅同少错过论])|无(?!论)|免|非(?!常|凡)|未(?!来)|没有?|禁止|严禁|拒绝|杜绝|切勿|莫)"
    r"[^,。;!?:、\s]{0,3} ?$"
)
# 不限, 均可 … after: the condition is named only to say that there is none.
LIFTED: Final = (
    r"\s?[^,。;!?、\d]{0,3}(?:不限|均可|皆可|都可|也可|亦可|不拘|不论|无要求|不作要求|不做要求|没要求"
    r"|无限制)"
)


class Cue:
    """A pattern with its guards. The hit is the group `hit` where there is one, else the whole match.

    `before` cancels when it matches at the end of what precedes, `after` at the start of what follows. They are given
    as sources and compiled at their first use: there are hundreds, and a web server starts without them.
    """

    def __init__(self, pattern: str, before: str = NEGATED, after: str = LIFTED) -> None:
        """An empty guard is none."""
        self._sources = (pattern, before, after)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What is looked for."""
        return re.compile(self._sources[0])

    @cached_property
    def before(self) -> re.Pattern[str] | None:
        """The guard in front."""
        return re.compile(self._sources[1]) if self._sources[1] else None

    @cached_property
    def after(self) -> re.Pattern[str] | None:
        """The guard behind."""
        return re.compile(self._sources[2]) if self._sources[2] else None

    def __call__(self, view: View) -> Iterator[Span]:
        for found in self.pattern.finditer(view.text):
            start, end = found.span("hit") if "hit" in self.pattern.groupindex else found.span()
            if start < end and not self.cancelled(view.text, start, end):
                yield start, end

    def cancelled(self, text: str, start: int, end: int) -> bool:
        """Whether the surroundings take the hit away."""
        return bool(
            (self.before and self.before.search(text[max(0, start - WINDOW) : start]))
            or (self.after and self.after.match(text[end : end + WINDOW]))
        )


class Words:
    """A list of fixed words, looked for in one pass, with the same guards as a `Cue`."""

    def __init__(self, *words: str, before: str = NEGATED, after: str = LIFTED) -> None:
        self._guards = Cue("", before, after)
        self._words = words

    @cached_property
    def _found(self) -> Any:
        """The automaton over the words, built at its first use."""
        automaton = ahocorasick.Automaton()
        for word in self._words:
            automaton.add_word(word, len(word))
        automaton.make_automaton()
        return automaton

    def __call__(self, view: View) -> Iterator[Span]:
        for last, length in self._found.iter(view.text):
            start, end = last - length + 1, last + 1
            if not self._guards.cancelled(view.text, start, end):
                yield start, end


def cue(pattern: str, before: str | None = None, after: str | None = None) -> Cue:
    """A `Cue` from sources. None means the usual guard; an empty string means no guard on that side.

    A guard given is added to the usual one; one that starts with "=" stands alone.
    """
    return Cue(pattern, _guard(before, NEGATED, tail="$"), _guard(after, LIFTED))


def _guard(source: str | None, usual: str, tail: str = "") -> str:
    if source is None:
        return usual
    if source.startswith("="):
        return f"(?:{source[1:]}){tail}"
    return f"(?:{source}){tail}|{usual}" if source else ""


def hits(reading: Reading, label: str, field: str, finders: Iterable[Finder]) -> list[Hit]:
    """What the finders see in either view, in order, none overlapping another.

    The tight view adds only what the light one could not see: words with a gap inside.
    """
    looked_for = tuple(finders)
    spans = [reading.light.back(a, b) for f in looked_for for a, b in f(reading.light)]
    seen = bytearray(len(reading.original))
    for start, end in spans:
        seen[start:end] = b"\1" * (end - start)
    for f in looked_for if reading.tight.text != reading.light.text else ():
        for a, b in f(reading.tight):
            start, end = reading.tight.back(a, b)
            if _gapped(reading.tight, a, b) and not any(seen[start:end]):
                spans.append((start, end))
    kept: list[Span] = []
    for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return [Hit(label, field, (start, end), reading.original[start:end]) for start, end in kept]


def _gapped(view: View, start: int, end: int) -> bool:
    return any(view.ends[i] < view.starts[i + 1] for i in range(start, end - 1))
