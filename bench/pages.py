"""The pages: each of ours in turns with its floor, so that whatever slows the machine slows both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import quote

import psycopg

from app.views.queries import Cursors
from bench import people, texts
from bench.client import Client
from bench.cluster import Cluster
from bench.server import FLOOR, OURS, Server, serving
from bench.sizes import Sizes
from bench.table import Line, Pair, against, bound, ratio

LIST = "/gigofferview/list/?size=25"
STATEMENTS = 6
TERMS = {
    "2 characters, in a third of the titles": texts.COMMON, "2 characters, in few": texts.RARE, "2 characters, in none": texts.NONE,
    "4 characters, in many": texts.COMMON_4, "4 characters, in few": texts.RARE_4, "4 characters, never together": texts.APART_4,
}  # fmt: skip


@dataclass(slots=True)
class Bench:
    """Both servers and who asks them."""

    sizes: Sizes
    secret: str
    home: Cluster
    busy: bool  # other programs want the cores
    floor: Client
    lead: Client
    admin: Client
    floor_server: Server
    server: Server

    @property
    def url(self) -> str:
        """Of the database."""
        return self.home.plain

    def pair(self, floor: str, ours: str, who: Client | None = None) -> Pair:
        """Bursts of the floor and of ours in turn."""
        client = who or self.lead
        quick, slow, used = [], [], [0.0, 0.0, 0.0, 0.0]
        self.floor.times(floor, 4)  # what is read once, prepared once, compiled once
        client.times(ours, 12)
        for _ in range(self.sizes.bursts):
            marks = [self.floor_server.cpu(), self.home.cpu()]
            quick += self.floor.times(floor, self.sizes.burst)
            marks += [self.floor_server.cpu(), self.home.cpu(), self.server.cpu()]
            slow += client.times(ours, self.sizes.burst)
            marks += [self.server.cpu(), self.home.cpu()]
            parts = (marks[2] - marks[0], marks[3] - marks[1], marks[5] - marks[4], marks[6] - marks[3])
            used = [total + part * 1000 for total, part in zip(used, parts, strict=True)]
        each = [one / (self.sizes.bursts * self.sizes.burst) for one in used]
        statements = int(client.answer_headers["x-statements"])
        return Pair(median(quick), median(slow), each[0] + each[1], each[2] + each[3], each[2], statements)


@contextmanager
def visitors(sizes: Sizes, secret: str, home: Cluster, busy: bool) -> Iterator[Bench]:
    """Both served, everybody logged in."""
    with serving(FLOOR, {}) as floor, serving(OURS, {}) as ours:
        plain, lead, admin = Client(floor.port), Client(ours.port), Client(ours.port)
        plain.send("GET", f"/login/{people.LEAD.key}")
        lead.log_in(people.LEAD.name, people.PASSWORD)
        admin.log_in(people.ADMIN.name, people.PASSWORD)
        yield Bench(sizes, secret, home, busy, plain, lead, admin, floor, ours)


def _positions(bench: Bench) -> tuple[int, int]:
    """Keys before which the thousandth page and the last one begin."""
    inside = "FROM gig_offer WHERE status NOT IN ('draft', 'deleted') AND region_code BETWEEN '440000' AND '449999'"
    with psycopg.connect(bench.url) as connection:
        deep = connection.execute(
            f"SELECT id {inside} ORDER BY id DESC OFFSET %s LIMIT 1", (min(25_000, bench.sizes.gigs // 4),)
        )
        (thousandth,) = deep.fetchone()  # type: ignore[misc]
        (last,) = connection.execute(f"SELECT id {inside} ORDER BY id OFFSET 25 LIMIT 1").fetchone()  # type: ignore[misc]
    return thousandth, last


def _cursor(bench: Bench, key: int) -> str:
    """The position as our lists write it: signed with the secret of this run."""
    signer: Any = Cursors(bench.secret, "GigOfferView")
    return quote(signer._signer(_NewestFirst()).dumps([key, key]))


class _NewestFirst:
    """What a cursor is signed for."""

    name, descending = "id", True


def lists(bench: Bench) -> list[Line]:
    """First page, filtered, deep, searched."""
    busy, region = bench.busy, _region(bench)
    first = bench.pair("/gigs", LIST)
    filtered = bench.pair(f"/gigs?status=live&region={region}", f"{LIST}&f_status=live&f_region={region}")
    waiting = bench.pair(f"/rounds?region={region}", f"/reviewroundview/list/?size=25&f_state=queued&f_region={region}")
    found = [
        ratio(f"list of {bench.sizes.gigs:,} gigs, first page", first, 4, busy=busy),
        ratio("same, filtered by state and region", filtered, 3, busy=busy),
        ratio(f"open rounds of a region ({bench.sizes.rounds:,} rows)", waiting, 4, busy=busy),
    ]
    counts = {"first page": first.statements, "filtered": filtered.statements, "rounds": waiting.statements}
    for name, key in zip(("page 1,000", "last page"), _positions(bench), strict=True):
        deep = bench.pair(f"/gigs?after={key}", f"{LIST}&after={_cursor(bench, key)}")
        counts[name] = deep.statements
        found.append(against(name, deep, first, 1.3, busy=busy))
    for name, word in TERMS.items():
        way = "" if word in (texts.COMMON, texts.COMMON_4) else "&few=1"
        hits = bench.pair(f"/gigs?q={quote(word)}{way}", f"{LIST}&q={quote(word)}")
        counts[name] = hits.statements
        found.append(against(f"title search, {name}", hits, first, 1.5, busy=busy))
    most = max(counts, key=lambda name: counts[name])
    found.append(
        bound(f"statements per list, at most ({most})", counts[most], STATEMENTS, "", floor=2, everywhere=True)
    )
    found.append(bound("server CPU per list page", first.worker_cpu, 10, "ms"))
    return found


def _region(bench: Bench) -> str:
    """A county with many gigs."""
    with psycopg.connect(bench.url) as connection:
        row = connection.execute(
            "SELECT region_code FROM gig_offer WHERE region_code LIKE '44%' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        ).fetchone()
    return str(row[0]) if row else people.PROVINCE


def forms(bench: Bench) -> list[Line]:
    """A form with pickers over large tables, the picker itself, a small table."""
    busy, word = bench.busy, quote(texts.SOME)
    form = bench.pair(f"/hat/{people.LEAD.key}/7", f"/hatview/add?account={people.LEAD.key}&unit=7", bench.admin)
    picker = bench.pair(f"/units?q={word}", f"/hatview/related/unit?q={word}", bench.admin)
    small = bench.pair("/reasons", "/reviewreasonview/list/?size=25")
    home, cost = bench.pair("/reasons", "/?days=30"), small.cost(busy)
    return [
        ratio(f"form, relation to {bench.sizes.units:,} units", form, 4, busy=busy),
        ratio("the picker of that form, 2 characters", picker, 4, busy=busy),
        Line("small table, 60 screens in the menu", small.floor, small.ours, "≤ 8 ms", cost, 8, cpu=small.cpu),
        Line("start page of a lead, figures of 30 days", home.floor, home.ours, "printed", 0, 0, cpu=home.cpu),
    ]
