"""Modules that are loaded when they are first used, not when the process starts.

A worker answers its first request without the readings of 47,000 phrases (pypinyin), the calendars of 150 countries
(holidays) or a spreadsheet library. What stands here as an attribute of a module is that module, one step later:
`numpy = late("numpy")`. Imports inside functions stay forbidden; this is the one way to be late, and
`tests/house/test_start_path.py` names what must be.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Late:
    """Stands for a module; the first attribute asked of it imports it, under Python's own import lock."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


def late(name: str) -> Any:
    """The module of that name, imported at its first use."""
    return Late(name)
