"""Plain text as people write it: lines stay lines, web addresses can be followed, nothing else is markup."""

from __future__ import annotations

import re
from typing import Final

# An address ends at a blank, at what no address holds, before another one, and at the sentence's punctuation.
_ADDRESS: Final = re.compile(r"https?://(?:(?!https?://)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%])+", re.IGNORECASE)
_SENTENCE: Final = ".,;:!?'"
_HOST: Final = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:[/?#]|$)", re.IGNORECASE)

Piece = tuple[str, str]  # words, and the address they lead to or ""


def pieces(line: str) -> list[Piece]:
    """A line as words and addresses. Only http and https, only with a host and without a user name in it."""
    found: list[Piece] = []
    end = 0
    for match in _ADDRESS.finditer(line):
        address = _without_the_sentence(match.group())
        if not _HOST.match(address):
            continue
        if match.start() > end:
            found.append((line[end : match.start()], ""))
        found.append((address, address))
        end = match.start() + len(address)
    if end < len(line):
        found.append((line[end:], ""))
    return found


def lines(text: str) -> list[list[Piece]]:
    """The lines of a text, in pieces; an empty line is an empty list."""
    return [pieces(line) for line in text.splitlines()]


def _without_the_sentence(address: str) -> str:
    while address and (address[-1] in _SENTENCE or (address[-1] == ")" and address.count(")") > address.count("("))):
        address = address[:-1]
    return address
