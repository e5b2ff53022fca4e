"""Search tokens for PostgreSQL without extensions: words, character bigrams and single characters.

Index with `array_to_tsvector(:tokens)`, ask with `column @@ CAST(:query AS tsquery)`. Both take tokens as
they are, where `to_tsvector('simple', ...)` would run them through a parser that depends on the cluster's locale.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

# Runs of ideographs (with the extensions, compatibility forms and 〇), and words of any other script.
_HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN: Final = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>[^\W_{_HAN}]+(?:[+#]+)?)")
INNER: Final = "~"  # marks a token of words that are not public; no word begins with it
_LONGEST: Final = 100  # characters of one word; a lexeme may have 2046 bytes
_MOST: Final = 50_000  # tokens of one text, far below the 1 MB limit of a tsvector
# Words that may be asked for by their beginning: three letters, or eight characters of a code, whose first six are a
# class and a division and stand in every code of a city.
_BEGUN: Final = re.compile(r"[^\W\d_][^\W_]{2,}|\d[^\W_]{7,}", re.ASCII)


def tokens(text: str) -> list[str]:
    """Tokens to store: words in small letters, each ideograph, each pair of neighbours; no repeats."""
    found = dict.fromkeys(token for run, han in _runs(text) for token in (_grams(run) if han else (run,)))
    return list(found)[:_MOST]


def row_tokens(text: str, public: str = "", inner: str = "") -> list[str]:
    """Tokens of a row: of its own words and further public ones, and marked ones that only the back-office finds."""
    marked = [f"{INNER}{token}" for token in tokens(inner)] if inner else []
    return [*tokens(f"{text} {public}" if public else text), *marked]


def query_tokens(text: str) -> list[str]:
    """Tokens that must all be present: pairs for two ideographs and more, a single one alone, words.

    Every one of them is among `tokens` of any text that contains the query.
    """
    found = dict.fromkeys(token for run, han in _runs(text) for token in (_pairs(run) if han else (run,)))
    return list(found)


def tsquery(text: str, *, inner: bool = False, unfinished: bool = False) -> str:
    """The query as text for `CAST(... AS tsquery)`: quoted tokens joined by &; empty if it has no token.

    `inner`: each token may also be among those that only the back-office finds. `unfinished`: somebody is still
    typing, so the last word may go on (ybys finds ybyszm), unless that would be the beginning of too many words.
    """
    asked = query_tokens(text)
    ends = [""] * len(asked)
    if unfinished and asked and _BEGUN.fullmatch(asked[-1]):
        ends[-1] = ":*"
    plain = [_quoted(token) + end for token, end in zip(asked, ends, strict=True)]
    if not inner:
        return " & ".join(plain)
    hidden = [_quoted(INNER + token) + end for token, end in zip(asked, ends, strict=True)]
    return " & ".join(f"({open_} | {shut})" for open_, shut in zip(plain, hidden, strict=True))


def tsvector_text(text: str) -> str:
    """The tokens as text for `CAST(... AS tsvector)`, equal to `array_to_tsvector(tokens(text))`."""
    return " ".join(_quoted(token) for token in tokens(text))


def phrase(text: str) -> str:
    """The form in which the second filter looks for a whole phrase (NFKC, small letters, no blanks)."""
    return "".join(_plain(text).split())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    for found in _RUN.finditer(_plain(text)):
        yield (found.group(), True) if found["han"] else (found.group()[:_LONGEST], False)


def _grams(run: str) -> Iterator[str]:
    yield from run
    yield from (run[n : n + 2] for n in range(len(run) - 1))


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    yield from (run[n : n + 2] for n in range(len(run) - 1))


def _quoted(token: str) -> str:
    doubled = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
