"""Pinyin of names, for sorting and for search by initials (zs finds 张三)."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import Final

from app.rules.late import late

pypinyin = late("pypinyin")

_LONGEST: Final = 60  # letters of a name's initials that are kept
_SHORTEST: Final = 3  # letters that are worth a word of their own

# Readings as a surname where pypinyin's reading of the character alone is another one.
_SURNAMES: Final = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "盖": "ge", "朴": "piao",
    "翟": "zhai", "召": "shao", "重": "chong", "种": "chong", "黑": "he", "员": "yun", "繁": "po",
    "折": "she", "缪": "miao", "覃": "qin", "洗": "xian", "阚": "kan", "隗": "wei", "卜": "bu", "秘": "bi", "乐": "yue",
    "祭": "zhai", "能": "nai", "乜": "nie", "么": "yao", "郇": "xun", "尉迟": "yu chi", "长孙": "zhang sun",
    "万俟": "mo qi", "任": "ren",
}  # fmt: skip
# Where the characters of each first letter begin among the common ones of GB 2312; none begins with i, u or v.
_BEGINNINGS: Final = tuple(
    int(code, 16)
    for code in [
        "B0A1",
        "B0C5",
        "B2C1",
        "B4EE",
        "B6EA",
        "B7A2",
        "B8C1",
        "B9FE",
        "BBF7",
        "BFA6",
        "C0AC",
        "C2E8",
        "C4C3",
        "C5B6",
        "C5BE",
        "C6DA",
        "C8BB",
        "C8F6",
        "CBFA",
        "CDDA",
        "CEF4",
        "D1B9",
        "D4D1",
    ]
)
_LETTERS: Final = "abcdefghjklmnopqrstwxyz"
_LAST: Final = 0xD7F9
# Where a character of several readings is not read as it is ordered: one that is read so takes its place.
_READ_OTHERWISE: Final = {"行业": "横业"}


def pinyin(name: str) -> str:
    """Sort key of a person's name: syllables without tones, in small letters, separated by blanks."""
    return " ".join(_syllables(name))


def initials(name: str) -> str:
    """First letters of a person's name, in small letters: 单雄信 -> sxx, 尉迟恭 -> ycg."""
    return "".join(syllable[0] for syllable in _syllables(name))


def text_initials(text: str) -> str:
    """First letters of a text that is no person's name (a unit, a school): no surname readings."""
    return "".join(syllable[0] for syllable in _plain(text))


def common_initials(text: str) -> str:
    """As `text_initials`, for the program's own words: without the readings of 47,000 phrases, which take a second or two
    and 57 MB when they are first asked for. The 3,755 commonest characters stand in GB 2312 in the order of their reading.
    """
    for word, read in _READ_OTHERWISE.items():
        text = text.replace(word, read)
    return "".join(_letter(char) for before, char in pairwise(f" {text}") if not (_plainly(before) and _plainly(char)))


def _plainly(char: str) -> bool:
    """A letter or digit of a word whose first one alone counts."""
    return char.isascii() and char.isalnum()


def _letter(char: str) -> str:
    """The first letter of a character's reading; letters and digits are themselves, everything else is left out."""
    if char.isascii():
        return char.lower() if char.isalnum() else ""
    try:
        place = int.from_bytes(char.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return ""
    return _LETTERS[bisect_right(_BEGINNINGS, place) - 1] if _BEGINNINGS[0] <= place <= _LAST else ""


def spelled(name: str) -> str:
    """What a unit is found by when it is typed in initials: all of them, and the rest from each further one on.

    深圳华为技术 -> szhwjs zhwjs hwjs wjs: words in an index are found by their beginning, so that hwjs finds it too.
    """
    letters = text_initials(name)[:_LONGEST]
    return " ".join(letters[start:] for start in range(max(len(letters) - _SHORTEST + 1, 0)))


def typed_initials(text: str) -> str:
    """A text as the beginning of somebody's initials; "" where it cannot be one."""
    plain = text.strip().lower()
    return plain if plain.isascii() and plain.isalpha() and len(plain) > 1 else ""


def _syllables(name: str) -> list[str]:
    stripped = name.strip()
    for length in (2, 1):
        reading = _SURNAMES.get(stripped[:length])
        if reading and len(stripped) >= length:
            return [*reading.split(), *_plain(stripped[length:])]
    return _plain(stripped)


def _plain(text: str) -> list[str]:
    """Readings without tones; every run of other characters gives its letters and digits, word by word."""
    parts = pypinyin.lazy_pinyin(text, style=pypinyin.Style.NORMAL, errors=_other)
    return " ".join(parts).lower().split()


def _other(run: str) -> str:
    return "".join(c if c.isalnum() else " " for c in run)
