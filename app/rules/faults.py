"""Errors of the program as the log may tell them: what kind, and where. Messages stay out: databases quote values in them."""

from __future__ import annotations

import traceback


def told(error: BaseException) -> str:
    """The kinds of the error and its causes, innermost last, then the places it came through."""
    kinds: list[str] = []
    inner: BaseException | None = error
    while inner is not None and len(kinds) < 10:
        kinds.append(type(inner).__name__)
        inner = inner.__cause__ or inner.__context__
    return f"{' < '.join(kinds)}\n{''.join(traceback.format_tb(error.__traceback__))}"
