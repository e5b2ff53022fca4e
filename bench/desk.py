"""Deciding: many at once over HTTP; claim and decide by eight connections, below HTTP and through the desk."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median

import psycopg

from bench import people
from bench.client import Client
from bench.pages import Bench
from bench.server import ROOT
from bench.table import Line, Pair, least, ratio

WAITING = """FROM review_round WHERE state = 'queued' AND kind = 'gig_offer' AND all_green AND holder_id IS NULL
AND region_code BETWEEN '440000' AND '449999'"""
AGAIN = (
    "UPDATE review_round SET state = 'queued', version = 1, epoch = 0, holder_id = NULL, lease_until = NULL,"
    " claimed_at = NULL, decided_at = NULL WHERE id = ANY(%(ids)s)",
    "DELETE FROM review_seat WHERE round_id = ANY(%(ids)s)",
    "DELETE FROM outbox WHERE round_id = ANY(%(ids)s)",
    "UPDATE gig_offer g SET status = 'pending', version = 1, decided_at = NULL, published_at = NULL"
    " FROM review_round r WHERE r.id = ANY(%(ids)s) AND g.id = r.subject_id",
)
OPENED = re.compile(r'action="/desk/(\d+)/decide[^"]*"')


@contextmanager
def queue(url: str) -> Iterator[list[tuple[int, int, str]]]:
    """What waits for a verdict, and waits again afterwards."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(f"SELECT id, version, evidence_digest {WAITING} ORDER BY id DESC").fetchall()
        try:
            yield found
        finally:
            connection.execute("SET session_replication_role = replica")
            for statement in AGAIN:
                connection.execute(statement, {"ids": [key for key, _version, _digest in found]})
            connection.execute("VACUUM ANALYZE review_round, gig_offer, review_seat, outbox")


def many(bench: Bench) -> list[Line]:
    """So many decisions in one request, of the floor and of ours in turn."""
    size = bench.sizes.bulk
    with queue(bench.url) as waiting:
        packs = [waiting[n : n + size] for n in range(0, len(waiting) - size + 1, size)]
        turns = min(bench.sizes.bursts, len(packs) // 2)
        token = bench.lead.token("/desk/batch")
        quick, slow, used = [], [], [0.0, 0.0]
        for n in range(turns):
            marks = [bench.floor_server.cpu() + bench.home.cpu()]
            quick.append(_took(bench.floor, "/approve", [("item", str(key)) for key, _v, _d in packs[2 * n]]))
            marks += [bench.floor_server.cpu() + bench.home.cpu(), bench.server.cpu() + bench.home.cpu()]
            items = [("item", f"{key}:{version}:{digest}") for key, version, digest in packs[2 * n + 1]]
            slow.append(_took(bench.lead, "/desk/batch", [("csrf_token", token), *items]))
            marks.append(bench.server.cpu() + bench.home.cpu())
            used = [used[0] + marks[1] - marks[0], used[1] + marks[3] - marks[2]]
        with psycopg.connect(bench.url) as connection:
            done = connection.execute(
                "SELECT count(*) FROM review_round WHERE state = 'approved' AND id = ANY(%s)",
                ([key for pack in packs[: 2 * turns] for key, _v, _d in pack],),
            ).fetchone()
    if done is None or done[0] != 2 * turns * size:
        raise RuntimeError(f"of {2 * turns * size} rounds {done} were decided")
    cpu = [one * 1000 / turns for one in used]
    return [ratio(f"bulk decision of {size}", Pair(median(quick), median(slow), *cpu), 1.5, busy=bench.busy)]


def _took(client: Client, path: str, fields: list[tuple[str, str]]) -> float:
    began = time.perf_counter()
    status, _body = client.post(path, fields)
    if status not in (200, 302, 303):
        raise RuntimeError(f"{path} answered {status}")
    return (time.perf_counter() - began) * 1000


def duel(bench: Bench) -> list[Line]:
    """Claims and verdicts a second."""
    each = max(bench.sizes.decisions // people.REVIEWERS // 2, 2)
    rates: dict[str, list[float]] = {"floor": [], "ours": []}
    for name in ("floor", "ours", "floor", "ours"):
        with queue(bench.url):
            done = subprocess.run(
                [sys.executable, "-m", "bench.duel", name, str(each)],
                cwd=ROOT,
                check=True,
                capture_output=True,
                text=True,
            )
            rates[name].append(json.loads(done.stdout)["rate"])
    floor, ours = median(rates["floor"]), median(rates["ours"])
    lines = [least("claim + decide, 8 connections, below HTTP", floor, ours, 0.5)]
    with queue(bench.url):
        lines.append(Line("the same over HTTP, the next item shown", floor, over_http(bench), "printed", 0, 0, "/s"))
    return lines


def over_http(bench: Bench) -> float:
    """Decisions a second through the desk: each answer shows the next item, claimed."""
    each = max(bench.sizes.decisions // people.REVIEWERS // 4, 2)
    clients = []
    for person in people.DESK:
        client = Client(bench.server.port)
        client.log_in(person.name, people.PASSWORD)
        clients.append((client, client.token("/"), client.text("/desk/?kind=gig_offer")))
    began = time.perf_counter()
    with ThreadPoolExecutor(len(clients)) as pool:
        done = sum(pool.map(lambda one: _desk(*one, each), clients))
    return done / (time.perf_counter() - began)


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise RuntimeError(f"the desk shows no {name}")
    return found[1]


def _desk(client: Client, token: str, page: str, count: int) -> int:
    for number in range(count):
        opened = OPENED.search(page)
        if opened is None:
            return number
        fields = [(name, _field(page, name)) for name in ("version", "epoch", "digest")]
        fields += [("csrf_token", token), ("kind", "gig_offer"), ("verdict", "approve")]
        status, body = client.post(
            f"/desk/{opened[1]}/decide", fields, **{"X-Desk": "fragment", "Accept-Encoding": "identity"}
        )
        if status != 200:
            raise RuntimeError(f"a verdict was answered {status}")
        page = body.decode()
    return count
