"""Modules that are loaded when they are first used, not when the process starts.

A worker answers its first request without the readings of 47,000 phrases (pypinyin), the calendars of 150 countries
(holidays) or a spreadsheet library. What stands here as an attribute of a module is that module, one step later:
`numpy = late("numpy")`. Imports inside functions stay forbidden; this is the one way to be late, and
`tests/house/test_start_path.py` names what must be.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from threading import RLock
from types import ModuleType
from typing import Any, Final


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


class _Hollow(ModuleType):
    """A package whose own code has not run; whoever asks the package for a name makes it run, once for all threads."""

    def __getattr__(self, attribute: str) -> Any:
        spec = self.__spec__
        if attribute.startswith("__") or spec is None or spec.loader is None:
            raise AttributeError(attribute)
        with _FILLING:
            if self in _UNDER_WAY:  # its own code asks for what it has not made yet
                raise AttributeError(attribute)
            if type(self) is _Hollow:
                self._fill(spec.loader)
        return getattr(self, attribute)

    def _fill(self, loader: Any) -> None:
        _UNDER_WAY.append(self)
        try:
            loader.exec_module(self)
            # From now on an ordinary module, so that nothing is asked here again. Python allows this step between kinds of
            # modules; the type checker knows none by which an object becomes one of its base.
            self.__class__ = ModuleType  # type: ignore[assignment]
        finally:
            _UNDER_WAY.remove(self)


_FILLING: Final = RLock()
_UNDER_WAY: Final[list[_Hollow]] = []


def hollow(*names: str) -> None:
    """Packages of which only a part is wanted: the part is imported without everything else the package would bring.

    The framework takes one type of `sqlalchemy_utils`, which brings telephone numbers, passwords and every dialect; of
    `jsonschema` it wants nothing before somebody sends a query in Rison.
    """
    for name in names:
        spec = find_spec(name)
        if name in sys.modules or spec is None:
            continue
        module = _Hollow(name)
        module.__spec__, module.__path__, module.__file__ = (
            spec,
            list(spec.submodule_search_locations or ()),
            spec.origin,
        )
        sys.modules[name] = module
