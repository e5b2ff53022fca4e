"""One export in a process of its own: `python -m bench.outgoing floor|ours ROWS` prints seconds and added megabytes."""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from psycopg.rows import namedtuple_row
from psycopg_pool import ConnectionPool

from app import create_app
from app.extensions import db
from app.rules.actor import Actor, Role
from app.views import exporting, listing
from bench import floor_desk, people


def floor() -> Callable[[int], None]:
    """Plain SQL through a server-side cursor into a csv file."""
    pool = ConnectionPool(
        os.environ["BENCH_URL"], min_size=1, max_size=1, kwargs={"row_factory": namedtuple_row}, open=True
    )

    def write(rows: int) -> None:
        with tempfile.TemporaryFile("w", encoding="utf-8", newline="") as file:
            for part in floor_desk.export(pool, rows):
                file.write(part)

    return write


def ours() -> Callable[[int], None]:
    """What the task of a long export does: rows in scope, columns of the screen, escaped."""
    app = create_app()
    app.test_request_context("/").push()
    view = next(v for v in app.extensions["appbuilder"].baseviews if type(v).__name__ == "GigOfferView")
    actor = Actor(account_id=people.LEAD.key, role=Role.LEAD, name="", hat_id=1, region_code=people.PROVINCE)

    def write(rows: int) -> None:
        limits = exporting.Limits(at_once=0, most=rows, tasks=1, keep=exporting.limits(db.session).keep)
        asked = listing.ask(view, {}, actor)
        plan = exporting.Plan(view, actor, asked, {}, view.list_columns, "csv", limits)
        with tempfile.TemporaryFile() as file, exporting.reading(db.session) as connection:
            exporting.produce(plan, connection, file)

    return write


def main() -> None:
    """A small one first: what is loaded once is not the export's."""
    make, rows = (ours if sys.argv[1] == "ours" else floor), int(sys.argv[2])
    write = make()
    write(min(rows, 2_000))
    before, began, cpu = _resident(), time.perf_counter(), time.process_time()
    write(rows)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "added": max(peak - before, 0) / 1e6}), flush=True)
    os._exit(0)  # the pool's threads have nothing to finish


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
