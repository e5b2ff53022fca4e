"""Text made comparable, with a way back: every character of a view knows where it stood in the original.

standards.md 3, principle 2: NFKC, lower case, no zero-width characters, no spaces or marks pushed between
the characters of a word, common homophones (V信, 薇信, 扣扣) folded. Two views are read, as each alone errs:
the light one keeps the spaces that part one item of a list from the next, the tight one drops them and
so sees through 形象 气 质佳. A span is always given in the original text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

Span = tuple[int, int]

CJK: Final = "\u3400-\u9fff\uf900-\ufaff\u3007\U00020000-\U0003ffff"

_SAME: Final = {
    **dict.fromkeys("‐‑‒–—―−─━─﹣ー", "-"),
    **dict.fromkeys("～〜∼˜", "~"),
    "➕": "加",
    "✚": "+",
    "＂": '"',
    "．": ".",
    "•": "·",
    "・": "·",
    "●": "·",
    "＊": "*",
    "﹡": "*",
    "✱": "*",
    "✳": "*",
    "※": "*",
}
_LONGEST: Final = 4  # a few ligatures unfold to 18 characters, none of them of use here
_FILLERS: Final = "\u1160\u115f\u2800"


@dataclass(frozen=True, slots=True)
class View:
    """Normalised text; `starts[i]` and `ends[i]` bound in the original what became character i."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def back(self, start: int, end: int) -> Span:
        """The half-open span of the original text behind text[start:end], which must not be empty."""
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True, slots=True)
class Reading:
    """Both views of one text."""

    original: str
    light: View
    tight: View


@lru_cache(maxsize=8192)
def _fold(char: str) -> str:
    """One character, NFKC and lower case; empty for what is not seen (zero width, stroke through, controls"
    ")."""
    if char in _SAME:
        return _SAME[char]
    if char.isspace():
        return "\n" if char in "\n\r\u2028\u2029\x0b\x0c" else " "
    if unicodedata.category(char) in ("Cf", "Cc", "Mn", "Me", "Cs"):
        return ""
    plain = unicodedata.normalize("NFKC", char).lower()[:_LONGEST]
    kept = (c for c in plain if unicodedata.category(c) not in ("Mn", "Me", "Cf") and c not in _FILLERS)
    return "".join(" " if c.isspace() else _SAME.get(c, c) for c in kept)


def _base(text: str) -> View:
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, char in enumerate(text):
        for c in _fold(char):
            if c in " \n" and out and out[-1] in " \n":  # a run of white space counts once
                out[-1] = "\n" if "\n" in (c, out[-1]) else " "
                ends[-1] = at + 1
                continue
            out.append(c)
            starts.append(at)
            ends.append(at + 1)
    return View("".join(out), tuple(starts), tuple(ends))


def _rewrite(view: View, edits: Iterable[tuple[int, int, str]]) -> View:
    """The view with each [a, b) replaced; edits come in order and do not overlap."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for a, b, new in edits:
        text.append(view.text[done:a] + new)
        starts += [*view.starts[done:a], *[view.starts[a]] * len(new)]
        ends += [*view.ends[done:a], *[view.ends[b - 1]] * len(new)]
        done = b
    if not done:
        return view
    text.append(view.text[done:])
    starts += view.starts[done:]
    ends += view.ends[done:]
    return View("".join(text), tuple(starts), tuple(ends))


# A word written with a gap after every character: 限 男 性, 五-官-端-正, 微 信. Both sides must be free, or
# the last character of one item would be tied to the first of the next.
_APART: Final = re.compile(rf"(?<![{CJK}a-z0-9])[{CJK}](?:[ \-_.·*^`'\"/|~+]{{1,2}}[{CJK}])+(?![{CJK}a-z0-9])")
_GAP: Final = re.compile(r"[ \-_.·*^`'\"/|~+]{1,2}")
# Anything thin between two characters. Not / and +, which part the items of a list, and not **, a mask.
_THIN: Final = re.compile(
    rf"(?<=[{CJK}])(?:[ \n]?[\-_·^`'\"~|][ \n]?|\*(?!\*)|\.|[ \n])(?=[{CJK}])"
    rf"|(?<=[{CJK}]) (?=[a-z0-9(:])|(?<=[a-z0-9):]) (?=[{CJK}])"
)

_HEART: Final = "❤♥♡❥❣💗💖💕💓💙💚💛🧡💜"
_IN_CONTACT: Final = r"(?=(?:号|[:同]|\s?[a-z0-9]))"
_HOMOPHONES: Final = re.compile(
    rf"(?P<wechat>(?<![a-z])[vw微薇徽溦葳嶶威维伟卫]\s?[{_HEART}]\s?信?"
    r"|(?<=[加+])\s?[微薇溦葳威维]\s?(?=[:]?\s?[a-z0-9_])|(?<![\u4e00-\u9fff])[微薇溦葳](?=:\s?[a-z0-9_])"
    r"|(?<![a-z])[vw]\s?信(?!号|息|用|任|仰|心|托|贷|访|誉|念|条|函|封)|[薇徽溦葳嶶]信"
    rf"|[威维伟卫]信{_IN_CONTACT}|微(?:亻言|xin|x(?![a-z]))|(?<![a-z])(?:wei\s?xin|wei信|we\s?chat|vx"
    r"|wx)(?![a-z]))"
    r"|(?P<qq>[扣抠叩][扣抠叩]|企鹅号|q\s?q(?![a-z]))"
    r"|(?P<image>形像)|(?P<at>\(at\)|\[at\]|#at#)"
)
_MEANT: Final = {"wechat": "微信", "qq": "qq", "image": "形象", "at": "@"}


def _plain_words(view: View) -> View:
    """Homophones of contact words folded to one spelling."""
    found = _HOMOPHONES.finditer(view.text)
    return _rewrite(view, ((m.start(), m.end(), _MEANT[m.lastgroup or "at"]) for m in found))


def _join_spelled(view: View) -> View:
    gaps = (
        (word.start() + gap.start(), word.start() + gap.end(), "")
        for word in _APART.finditer(view.text)
        for gap in _GAP.finditer(word.group())
    )
    return _rewrite(view, gaps)


def read(text: str) -> Reading:
    """Both views of a text. Linear in its length; never fails, whatever the characters."""
    joined = _join_spelled(_base(text))
    tight = _rewrite(joined, ((m.start(), m.end(), "") for m in _THIN.finditer(joined.text)))
    return Reading(text, _plain_words(joined), _plain_words(tight))
