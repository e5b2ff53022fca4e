"""What a worker costs before and after its work: start, memory after many requests, a long export."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass

import psycopg

from bench import people
from bench.client import Client
from bench.pages import LIST
from bench.server import FLOOR, OURS, ROOT, serving
from bench.server import used as server_used
from bench.sizes import Sizes
from bench.table import Line, Pair, bound, ratio

WRITES = (
    "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM pg_stat_all_tables WHERE schemaname <> 'pg_catalog'"
)
SETTLE = 1.2  # seconds after which PostgreSQL has counted what an ended connection wrote
PATHS = (
    LIST,
    f"{LIST}&f_status=live",
    "/reviewroundview/list/?size=25",
    "/unitview/list/?size=25",
    "/desk/batch?kind=gig_offer",
    "/",
)


@dataclass(frozen=True, slots=True)
class Alone:
    """What these need: they start their own servers."""

    sizes: Sizes
    url: str
    busy: bool


def export(bench: Alone) -> list[Line]:
    """A long list as csv."""
    rows = bench.sizes.exported
    found: dict[str, list[dict[str, float]]] = {"floor": [], "ours": []}
    for name in ("floor", "ours") * (2 if rows >= 50_000 else 1):
        done = subprocess.run(
            [sys.executable, "-m", "bench.outgoing", name, str(rows)],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        found[name].append(json.loads(done.stdout))
    took = {(n, m): min(one[m] for one in all_) * 1000 for n, all_ in found.items() for m in ("seconds", "cpu")}
    pair = Pair(took["floor", "seconds"], took["ours", "seconds"], took["floor", "cpu"], took["ours", "cpu"])
    added = {name: max(one["added"] for one in all_) for name, all_ in found.items()}
    return [
        ratio(f"export of {rows:,} rows", pair, 2, busy=bench.busy),
        bound("memory that export adds", added["ours"], 20, "MB", floor=added["floor"], everywhere=True),
    ]


def start(bench: Alone) -> list[Line]:
    """From nothing to the first answer, over a database that is there; nothing may be written."""
    took: dict[str, list[float]] = {"floor": [], "ours": []}
    used: dict[str, list[float]] = {"floor": [], "ours": []}
    with psycopg.connect(bench.url, autocommit=True) as connection:
        before = _written(connection)
        for _ in range(bench.sizes.starts):
            for name, path in (("floor", FLOOR), ("ours", OURS)):
                with serving(path, {}) as server:
                    took[name].append(server.took)
                    used[name].append(server.cpu() + server_used(server.process.pid))
        written = _written(connection) - before
    quick, slow, cpu = min(took["floor"]), min(took["ours"]), (min(used["floor"]), min(used["ours"]))
    value = cpu[1] if bench.busy else slow
    return [
        Line(
            "start of a worker, all views, to its first answer", quick, slow, "≤ 1.2 s", value, 1.2, "s",
            cpu=(cpu[0] * 1000, cpu[1] * 1000),
        ),
        bound("rows written by these starts", written, 0, "", floor=0, everywhere=True),
    ]  # fmt: skip


def _written(connection: psycopg.Connection) -> int:
    time.sleep(SETTLE)
    connection.execute("SELECT pg_stat_clear_snapshot()")
    row = connection.execute(WRITES).fetchone()
    return int(row[0]) if row else 0


def memory(bench: Alone) -> list[Line]:
    """Resident memory of one worker after a tenth of the requests and after all of them."""
    sizes = {}
    for name, path in (("floor", FLOOR), ("ours", OURS)):
        with serving(path, {}) as server:
            client = Client(server.port)
            if name == "floor":
                client.send("GET", f"/login/{people.LEAD.key}")
                paths = ("/gigs",)
            else:
                client.log_in(people.LEAD.name, people.PASSWORD)
                paths = PATHS
            count = bench.sizes.requests
            _ask(client, paths, count // 10)
            early = server.memory()
            _ask(client, paths, count - count // 10)
            sizes[name] = (early, server.memory())
    first, last = sizes["ours"]
    return [
        bound(
            f"memory of a worker after {bench.sizes.requests:,} requests",
            last,
            110,
            "MB",
            floor=sizes["floor"][1],
            everywhere=True,
        ),
        bound(
            "of it since the first tenth of them", last - first, 5, "MB", floor=sizes["floor"][1] - sizes["floor"][0]
        ),
    ]


def _ask(client: Client, paths: tuple[str, ...], count: int) -> None:
    for number in range(count):
        status, _body = client.send("GET", paths[number % len(paths)])
        if status != 200:
            raise RuntimeError(f"{paths[number % len(paths)]} answered {status}")
