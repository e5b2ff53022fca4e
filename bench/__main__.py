"""Runs everything and says what came of it; the exit status is 1 where a target is missed, 2 where nothing was measured."""

from __future__ import annotations

import compileall
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from bench import desk, life, load, pages, report, where
from bench.cluster import Cluster, cluster
from bench.server import ROOT
from bench.sizes import Sizes, chosen
from bench.table import Line, shown
from config import kept_secrets

STARTED = time.monotonic()
BUSY = 0.5  # processes for each core
TOGETHER = (pages.lists, pages.forms, desk.many, desk.duel)
ALONE = (life.export, life.start, life.memory)


def say(words: str) -> None:
    """A line of progress."""
    print(f"[{time.monotonic() - STARTED:5.0f} s] {words}", flush=True)


def machine() -> str:
    """What it ran on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )
    return f"{os.cpu_count()} cores of {model}, Python {platform.python_version()}"


def busy() -> float:
    """How many processes wanted a core in the last minute, for each core: above 1 the machine had other work, too."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def environment(home: Cluster) -> dict[str, str]:
    """What both servers and the release step are told."""
    data = home.home / "data"
    return kept_secrets(data) | {
        "DATABASE_URL": home.url, "BENCH_URL": home.plain, "DATA_DIR": str(data), "DEMO": "0", "SCHEDULER": "0",
        "IDLE_MINUTES": "600", "STAFF_IDLE_MINUTES": "600", "PYTHONPATH": str(ROOT),
    }  # fmt: skip


def prepared(home: Cluster, sizes: Sizes) -> None:
    """Schema, reference data and rows; what an earlier run kept is used again."""
    mark = home.home / "loaded"
    if mark.exists() and mark.read_text(encoding="utf-8") != sizes.rows:
        raise SystemExit(f"{home.home} holds other rows: {mark.read_text(encoding='utf-8')}")
    subprocess.run([sys.executable, "-m", "flask", "--app", "app", "release"], cwd=ROOT, check=True)
    if mark.exists():
        say("using the rows of an earlier run")
    else:
        load.load(home.plain, sizes, say)
        mark.write_text(sizes.rows, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "bench.days"], cwd=ROOT, check=True)
    for part in ("app", "bench"):  # as installed: a worker reads bytecode, whatever the caller's environment says
        compileall.compile_dir(ROOT / part, quiet=1)
    say("days kept, bytecode made")


def measured(home: Cluster, sizes: Sizes, crowded: bool) -> dict[str, list[Line]]:
    """The lines of every part of the table; ONLY names some parts."""
    lines: dict[str, list[Line]] = {}
    only = os.environ.get("ONLY", "").split()
    together = [part for part in TOGETHER if not only or part.__name__ in only]
    alone = [part for part in ALONE if not only or part.__name__ in only]
    if together:
        with pages.visitors(sizes, os.environ["SECRET_KEY"], home, crowded) as bench:
            for part in together:
                lines[part.__name__] = part(bench)
                say(part.__name__)
    for own in alone:
        lines[own.__name__] = own(life.Alone(sizes, home.plain, crowded))
        say(own.__name__)
    return lines


def main() -> int:
    """Loads, measures, prints."""
    sizes = chosen(os.environ)
    with cluster(keep=os.environ.get("KEEP") == "1") as home:
        os.environ.update(environment(home))
        prepared(home, sizes)
        load_before = busy()
        parts = measured(home, sizes, load_before > BUSY)
        spent = where.profile(sizes.bulk) if os.environ.get("PROFILE") == "1" else ""
    lines = [line for part in parts.values() for line in part]
    print(f"\n{machine()}\n{sizes}\n\n{shown(lines)}\n\n{spent}", flush=True)
    if os.environ.get("WRITE") == "1":
        report.write(parts, sizes, machine(), load_before, spent)
    loose = float(os.environ.get("LOOSE", "1"))
    missed = [one for one in lines if (not one.ok if one.everywhere else one.beyond(loose))]
    print(f"{len(missed)} of {len(lines)} targets missed", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
