"""Where the time of a page goes: processor time by library, of one process that is asked the same page again and again."""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from bench import desk, duel, ours, people, texts
from bench.pages import LIST
from bench.server import ROOT

ASKED = 80  # pages under the profiler
PARTS = {
    "SQLAlchemy": ("/sqlalchemy/",),
    "templates (Jinja, MarkupSafe)": ("/jinja2/", "/markupsafe/", "/app/templates/"),
    "rows of the table (ours)": ("/app/views/rows.py", "/app/views/cells.py"),
    "our other code": ("/app/",),
    "psycopg": ("/psycopg/",),
    "Flask, Werkzeug, Babel, Flask-Login": ("/flask", "/werkzeug/", "/babel/", "/itsdangerous/"),
}
REST = "Python's own library"
PAGES = {
    "list of gigs": LIST,
    "small table": "/reviewreasonview/list/?size=25",
    "form": f"/hatview/add?account={people.LEAD.key}&unit=7",
    "its picker": f"/hatview/related/unit?q={quote(texts.SOME)}",
    "start page of a lead": "/?days=30",
    "desk, next item": "/desk/?kind=gig_offer",
}
Ask = Callable[[], None]


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


def spread(found: Mapping[str, float], alone: float) -> dict[str, float]:
    """Milliseconds of each part; `alone` are those of a page without the profiler, divided by the shares."""
    whole = sum(found.values())
    return {name: alone * seconds / whole for name, seconds in found.items()}


def shown(pages: Mapping[str, Mapping[str, float]], first: str = "Part") -> str:
    """A table: a line for each part, a column for each page, the dearest part of the first page on top."""
    names = sorted({name for page in pages.values() for name in page}, key=lambda name: -_sum_of(pages, name))
    lines = [f"| {first} | {' | '.join(pages)} |", "|---" * (len(pages) + 1) + "|"]
    for name in names:
        lines.append(f"| {name} | {' | '.join(f'{page.get(name, 0):.1f}' for page in pages.values())} |")
    return "\n".join([*lines, f"| together | {' | '.join(f'{sum(page.values()):.1f}' for page in pages.values())} |"])


def _sum_of(pages: Mapping[str, Mapping[str, float]], name: str) -> float:
    return sum(page.get(name, 0) for page in pages.values())


def _client(application: Any, person: people.Person) -> Any:
    client = application.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)
    sent = {"csrf_token": token[1] if token else "", "username": person.name, "password": people.PASSWORD}
    if client.post("/login/", data=sent).status_code != 302:
        raise RuntimeError(f"{person.name} was not let in")
    return client


def _page(client: Any, path: str) -> Ask:
    def ask() -> None:
        if client.get(path, headers={"Accept-Encoding": "gzip"}).status_code != 200:
            raise RuntimeError(f"{path} did not answer")

    return ask


def _batches(client: Any, packs: list[list[tuple[int, int, str]]]) -> Ask:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/desk/batch").text)

    def ask() -> None:
        items = [f"{key}:{version}:{digest}" for key, version, digest in packs.pop()]
        answer = client.post("/desk/batch", data={"csrf_token": token[1] if token else "", "item": items})
        if answer.status_code != 303:
            raise RuntimeError(f"a batch was answered {answer.status_code}")

    return ask


def _measured(ask: Ask, count: int) -> dict[str, float]:
    for _ in range(3):
        ask()
    began = time.process_time()
    for _ in range(count):
        ask()
    alone = (time.process_time() - began) * 1000 / count
    profiler = cProfile.Profile(time.process_time)
    profiler.enable()
    for _ in range(count):
        ask()
    profiler.disable()
    return spread(shares(pstats.Stats(profiler).stats), alone)  # type: ignore[attr-defined]


def _decided(application: Any) -> Ask:
    """Claim and decide below HTTP, as `bench.duel` counts them."""
    act = duel.ours(people.DESK[0])

    def ask() -> None:
        with application.app_context():
            if not act():
                raise RuntimeError("nothing waits for a verdict")

    return ask


def _start() -> dict[str, dict[str, float]]:
    """Milliseconds and memory of a start by library: modules where they lie, then what the application makes."""
    done = subprocess.run([sys.executable, "-m", "bench.begin"], cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return {
        "ms": {name: one[0] * 1000 for name, one in found.items()},
        "MB": {name: one[1] for name, one in found.items()},
    }


def profile(size: int) -> str:
    """The tables of a running application on the database of this run; `size`: items of a batch."""
    application = ours.made()
    lead, admin = _client(application, people.LEAD), _client(application, people.ADMIN)
    found = {}
    with desk.queue(os.environ["BENCH_URL"]) as waiting:
        packs = [waiting[n : n + size] for n in range(0, len(waiting) // 2 - size + 1, size)]
        for name, path in PAGES.items():
            found[name] = _measured(_page(admin if "hatview" in path else lead, path), ASKED)
        turns = min((len(packs) - 3) // 2, ASKED // 4)
        found[f"{size} decisions"] = _measured(_batches(lead, packs), turns)
        found["claim + decide"] = _measured(_decided(application), turns)
    return f"{shown(found)}\n\n{shown(_start(), 'Part of a start')}"
