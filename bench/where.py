"""Where the time of a list page goes: processor time by library, of one process that is asked the same page again and again."""

from __future__ import annotations

import cProfile
import pstats
import re
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from bench import ours, people
from bench.pages import LIST

ASKED = 150  # pages under the profiler
PARTS = {
    "SQLAlchemy": ("/sqlalchemy/",),
    "templates (Jinja, MarkupSafe)": ("/jinja2/", "/markupsafe/", "/app/templates/"),
    "rows of the table (ours)": ("/app/views/rows.py", "/app/views/cells.py"),
    "our other code": ("/app/",),
    "psycopg": ("/psycopg/",),
    "Flask, Werkzeug, Babel, Flask-Login": ("/flask", "/werkzeug/", "/babel/", "/itsdangerous/"),
}
REST = "Python's own library"


def part_of(path: str) -> str:
    """Which part a file belongs to."""
    return next((name for name, marks in PARTS.items() if any(mark in path for mark in marks)), REST)


def shares(stats: Any) -> dict[str, float]:
    """Seconds spent in each part. What is built into Python counts where it was called."""
    found: dict[str, float] = defaultdict(float)
    for (path, _line, _name), (_calls, _all, own, _total, callers) in stats.items():
        if path != "~":
            found[part_of(path)] += own
            continue
        for (caller, _at, _who), (_n, _m, there, _sum) in callers.items():
            found[part_of(caller) if caller != "~" else REST] += there
    return dict(found)


def shown(found: dict[str, float], pages: int, alone: float) -> str:
    """The table; `alone` are milliseconds of a page without the profiler, which are divided by the shares."""
    whole = sum(found.values())
    lines = ["| Part of a list page | Share | Milliseconds |", "|---|---|---|"]
    for name, seconds in sorted(found.items(), key=lambda one: -one[1]):
        lines.append(f"| {name} | {seconds / whole:.0%} | {alone * seconds / whole:.1f} |")
    return "\n".join([*lines, f"| one page of {pages} | 100% | {alone:.1f} |"])


def _pages(client: Any, count: int) -> Iterable[Any]:
    return (client.get(LIST, headers={"Accept-Encoding": "gzip"}) for _ in range(count))


def profile() -> str:
    """The table of a running application on the database of this run."""
    client = ours.made().test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)
    sent = {"csrf_token": token[1] if token else "", "username": people.LEAD.name, "password": people.PASSWORD}
    if client.post("/login/", data=sent).status_code != 302 or any(a.status_code != 200 for a in _pages(client, 20)):
        raise RuntimeError("the list did not answer")
    began = time.process_time()
    list(_pages(client, ASKED))
    alone = (time.process_time() - began) * 1000 / ASKED
    profiler = cProfile.Profile(time.process_time)
    profiler.runcall(list, _pages(client, ASKED))
    return shown(shares(pstats.Stats(profiler).stats), ASKED, alone)  # type: ignore[attr-defined]
