"""Eight processes with a connection each claim and decide, two commits a time: `python -m bench.duel floor|ours COUNT`."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg

from app import create_app
from app.extensions import db
from app.review import decide, queue
from app.rules.actor import Actor, Role
from bench import floor_desk, people

WARM = 1


def floor(person: people.Person) -> Callable[[], bool]:
    """Claims and decides with plain SQL."""
    connection = psycopg.connect(os.environ["BENCH_URL"])

    def act() -> bool:
        key = floor_desk.claim(connection, person.key)
        done = key is not None and floor_desk.approve(connection, key, person.key) is not None
        connection.commit()
        return done

    return act


def ours(person: people.Person) -> Callable[[], bool]:
    """Claims and decides through the engine every screen and the API use."""
    actor = Actor(
        account_id=person.key, role=Role.REVIEWER, name=person.name, hat_id=1, region_code=person.region or ""
    )

    def act() -> bool:
        found = queue.claim_next(db.session, actor, ["gig_offer"])
        if found is None:
            return False
        marks = {"version": found.version, "epoch": found.epoch, "digest": found.evidence_digest}
        decide.decide(db.session, actor, found.id, "approve", **marks)
        db.session.remove()
        return True

    return act


def worker(
    make: Callable[[people.Person], Callable[[], bool]], person: people.Person, count: int, gate: Any, out: Any
) -> None:
    """One reviewer."""
    act = make(person)
    for _ in range(WARM):
        act()
    gate.wait()
    began, done = time.time(), 0
    while done < count and act():
        done += 1
    out.put((done, began, time.time()))


def main() -> None:
    """Prints how many a second."""
    name, count = sys.argv[1], int(sys.argv[2])
    forks = multiprocessing.get_context("fork")
    gate, out = forks.Barrier(len(people.DESK)), forks.SimpleQueue()
    app = create_app()
    with app.app_context():
        db.engine.dispose()
        make = ours if name == "ours" else floor
        workers = [forks.Process(target=worker, args=(make, person, count, gate, out)) for person in people.DESK]
        for one in workers:
            one.start()
        found = [out.get() for _ in workers]
        for one in workers:
            one.join()
    seconds = max(end for _done, _began, end in found) - min(began for _done, began, _end in found)
    print(json.dumps({"rate": sum(done for done, _began, _end in found) / seconds}), flush=True)


if __name__ == "__main__":
    main()
