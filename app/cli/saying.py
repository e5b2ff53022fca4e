"""How commands speak: Chinese and English on one line, a refusal as words and a status, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

import click
from flask_babel import force_locale

from app.rules.refused import Refused
from app.views import import_words

UNREADABLE: Final = 2  # exit status: the file as a whole was refused


T = TypeVar("T")


def both(words: Callable[[T], str], about: T) -> str:
    """The words for something in Chinese and in English; once where they are the same."""
    said = []
    for locale in ("zh", "en"):
        with force_locale(locale):
            said.append(words(about))
    return " / ".join(dict.fromkeys(said))


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """Turns a refusal into its words, preceded by the file's name and the code, and exit status 2."""
    try:
        yield
    except Refused as refused:
        said = both(import_words.say, refused)
        click.echo(f"{name}: {said} [{refused.code}]", err=True)
        sys.exit(UNREADABLE)
