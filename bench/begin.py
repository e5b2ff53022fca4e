"""The start of a worker by library: processor time of each module's own code, and of what is made of them."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
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


def part_of(module: str) -> str:
    """Which line of the table a module belongs to."""
    names = module.split(".")
    if names[0] == "app":
        return f"app.{names[1]}" if len(names) > 1 else "app"
    return next((known for known in KNOWN if names[0] == known), REST)


class Watch:
    """Takes the time of modules as they run, without that of those they import."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.inner = [0.0]

    def over(self, loader: Any) -> None:
        """Watches a kind of loader from now on."""
        original = loader.exec_module

        def exec_module(this: Any, module: ModuleType) -> None:
            self.inner.append(0.0)
            began = time.process_time()
            try:
                original(this, module)
            finally:
                took = time.process_time() - began
                self.seconds[part_of(module.__name__)] += took - self.inner.pop()
                self.inner[-1] += took

        loader.exec_module = exec_module


def watched() -> dict[str, float]:
    """Seconds of each part of one start, to the first page."""
    watch = Watch()
    watch.over(SourceFileLoader)
    watch.over(ExtensionFileLoader)
    began = time.process_time()
    from app import create_app  # noqa: PLC0415 - the import is what is measured

    app = create_app()
    watch.seconds[MADE] = time.process_time() - began - watch.inner[0]
    began, inner = time.process_time(), watch.inner[0]
    app.test_client().get("/login/")
    watch.seconds[FIRST] = time.process_time() - began - (watch.inner[0] - inner)
    return {name: seconds for name, seconds in watch.seconds.items() if seconds >= 0.02 or name in (MADE, FIRST)}


if __name__ == "__main__":
    print(json.dumps(watched()))
