"""The start of a worker by library: processor time and memory of each module's own code, and of what is made of them."""

from __future__ import annotations

import json
import resource
import time
from collections import defaultdict
from dataclasses import dataclass
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

KNOWN = (
    "sqlalchemy",
    "flask_appbuilder",
    "psycopg",
    "jinja2",
    "werkzeug",
    "flask",
    "babel",
    "wtforms",
    "marshmallow",
    "cryptography",
    "PIL",
)
REST, MADE, FIRST = "other libraries", "views, addresses and menus made", "first page drawn"
BARE = "Python itself"
KEPT = (BARE, MADE, FIRST)


def part_of(module: str) -> str:
    """Which line of the table a module belongs to."""
    names = module.split(".")
    if names[0] == "app":
        return f"app.{names[1]}" if len(names) > 1 else "app"
    return next((known for known in KNOWN if names[0] == known), REST)


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of the processor, and memory in MB."""

    seconds: float = 0.0
    memory: float = 0.0

    def __add__(self, more: Spent) -> Spent:
        return Spent(self.seconds + more.seconds, self.memory + more.memory)

    def __sub__(self, less: Spent) -> Spent:
        return Spent(self.seconds - less.seconds, self.memory - less.memory)


def now() -> Spent:
    """What the process has used until now."""
    resident = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return Spent(time.process_time(), resident * resource.getpagesize() / 1e6)


class Watch:
    """Takes what modules use as they run, without that of those they import."""

    def __init__(self) -> None:
        self.spent: dict[str, Spent] = defaultdict(Spent)
        self.inner = [Spent()]

    def over(self, loader: Any) -> None:
        """Watches a kind of loader from now on."""
        original = loader.exec_module

        def exec_module(this: Any, module: ModuleType) -> None:
            self.inner.append(Spent())
            began = now()
            try:
                original(this, module)
            finally:
                used = now() - began
                self.spent[part_of(module.__name__)] += used - self.inner.pop()
                self.inner[-1] += used

        loader.exec_module = exec_module


def watched() -> dict[str, tuple[float, float]]:
    """Seconds and MB of each part of one start, to the first page."""
    watch = Watch()
    watch.spent[BARE] = now()
    watch.over(SourceFileLoader)
    watch.over(ExtensionFileLoader)
    began = now()
    from app import create_app  # noqa: PLC0415 - the import is what is measured

    app = create_app()
    watch.spent[MADE] = now() - began - watch.inner[0]
    began, inner = now(), watch.inner[0]
    app.test_client().get("/login/")
    watch.spent[FIRST] = now() - began - (watch.inner[0] - inner)
    return {name: (one.seconds, one.memory) for name, one in watch.spent.items() if one.seconds >= 0.02 or name in KEPT}


if __name__ == "__main__":
    print(json.dumps(watched()))
