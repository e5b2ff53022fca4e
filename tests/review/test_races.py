"""Real processes race each other (review.md 8): nothing is applied twice, nothing is lost, nobody hangs."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from app.models.media import Medium
from app.models.messages import Outbox
from app.models.review import IdempotencyKey, ReviewEvent, ReviewEvidence, ReviewRound, ReviewSeat
from app.review import decide, desk, ledger, queue
from app.review.kinds import KINDS
from app.rules.actor import Role
from tests.review import racers
from tests.review.samples import owner_of, posting_content, refusal, reviewer, stored_file, unit

# Slow: four interpreters start and import the application, and every act is really committed.
pytestmark = pytest.mark.slow

PROCESSES = 4
ROUNDS = 64


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Four processes that live as long as this file; all wait for each other before they act."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=racers.ready, initargs=(barrier,)) as executor:
        yield executor


@pytest.fixture
def real(fresh_db: str) -> Iterator[Session]:
    """A session with real commits on a database of this test's own."""
    engine = create_engine(fresh_db)
    with Session(engine) as session:
        yield session
    engine.dispose()


def race(pool: ProcessPoolExecutor, tasks: list[tuple[Any, ...]]) -> list[Any]:
    """Runs one task per process at the same time."""
    assert len(tasks) == PROCESSES
    return [future.result(timeout=120) for future in [pool.submit(*task) for task in tasks]]


def queued(session: Session, count: int) -> tuple[Any, list[Any], list[ReviewRound]]:
    """An owner with that many submitted postings."""
    owner = owner_of(session, unit(session, contact_phone=None), Role.HANDLER)
    postings = [desk.create(session, owner, "posting", posting_content()) for _ in range(count)]
    return owner, postings, [desk.submit(session, owner, "posting", posting.id) for posting in postings]


def seen(row: ReviewRound) -> dict[str, Any]:
    return {"version": row.version, "epoch": row.epoch, "digest": row.evidence_digest}


def counted(session: Session, model: Any, *conditions: Any) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def test_four_reviewers_empty_the_queue_and_nothing_is_applied_twice(pool, real, fresh_db):
    _, postings, rounds = queued(real, ROUNDS)
    versions = {posting.id: posting.version for posting in postings}
    reviewers = [reviewer(real) for _ in range(PROCESSES)]
    shares = race(pool, [(racers.work_the_queue, fresh_db, person) for person in reviewers])
    decided = [round_id for share in shares for round_id in share]
    assert sorted(decided) == sorted(row.id for row in rounds)
    real.expire_all()
    assert {p.status for p in postings} == {"live"}
    assert all(p.version == versions[p.id] + 1 for p in postings), "each verdict wrote its posting exactly once"
    assert all((r.state, r.version, r.epoch) == ("approved", 2, 1) for r in rounds)
    assert counted(real, ReviewSeat) == ROUNDS
    assert counted(real, ReviewEvent, ReviewEvent.action == "approve") == ROUNDS
    assert counted(real, Outbox, Outbox.template == "round_approved") == ROUNDS
    assert ledger.verify(real).ok


def test_one_round_decided_four_times_at_once_counts_once(pool, real, fresh_db):
    _, _, rounds = queued(real, 1)
    person = reviewer(real)
    row = queue.claim(real, person, rounds[0].id)
    answers = race(pool, [(racers.decide_one, fresh_db, person, row.id, seen(row), None)] * PROCESSES)
    assert sorted(str(a) for a in answers) == sorted(
        [str({"id": row.id, "state": "approved", "version": 2}), *["wrong_state"] * (PROCESSES - 1)]
    )
    assert counted(real, ReviewSeat) == 1


def test_the_same_request_sent_four_times_at_once_gets_one_answer(pool, real, fresh_db):
    _, _, rounds = queued(real, 1)
    person = reviewer(real)
    row = queue.claim(real, person, rounds[0].id)
    answers = race(pool, [(racers.decide_one, fresh_db, person, row.id, seen(row), "key-1")] * PROCESSES)
    assert answers == [{"id": row.id, "state": "approved", "version": 2}] * PROCESSES
    assert (counted(real, ReviewSeat), counted(real, IdempotencyKey)) == (1, 1)
    assert counted(real, ReviewEvent, ReviewEvent.action == "approve") == 1


def test_one_key_for_two_rounds_at_once_decides_one(pool, real, fresh_db):
    _, _, rounds = queued(real, PROCESSES)
    person = reviewer(real)
    tasks = [
        (racers.decide_one, fresh_db, person, row.id, seen(row), "key-2")
        for row in [queue.claim(real, person, r.id) for r in rounds]
    ]
    answers = race(pool, tasks)
    assert answers.count("idempotency_conflict") == PROCESSES - 1
    assert counted(real, ReviewRound, ReviewRound.state == "approved") == 1


def test_batches_of_the_same_items_at_once_decide_each_item_once(pool, real, fresh_db):
    _, _, rounds = queued(real, 12)
    items = [(row.id, row.version, row.evidence_digest) for row in rounds]
    people = [reviewer(real) for _ in range(PROCESSES)]
    tasks = [(racers.approve_together, fresh_db, one, items[::-1] if n % 2 else items) for n, one in enumerate(people)]
    answers = race(pool, tasks)
    for each in zip(*(given[::-1] if n % 2 else given for n, given in enumerate(answers)), strict=True):
        assert each.count("ok") == 1 and set(each) <= {"ok", "taken", "wrong_state", "stale"}
    assert counted(real, ReviewSeat) == counted(real, ReviewEvent, ReviewEvent.action == "approve") == 12
    assert ledger.verify(real).ok


def test_an_edit_racing_a_decision_never_publishes_unread_text(pool, real, fresh_db):
    owner, postings, rounds = queued(real, 24)
    people = [reviewer(real), reviewer(real)]
    held = [(row.id, seen(queue.claim(real, people[n % 2], row.id))) for n, row in enumerate(rounds)]
    ids = [p.id for p in postings]
    results = race(
        pool,
        [
            (racers.decide_each, fresh_db, people[0], held[0::2]),
            (racers.decide_each, fresh_db, people[1], held[1::2]),
            (racers.edit_each, fresh_db, owner, ids[::-1]),
            (racers.edit_each, fresh_db, owner, ids),
        ],
    )
    assert set(results[0] + results[1]) <= {"ok", "stale"}
    assert set(results[2] + results[3]) <= {"ok", "stale"}
    real.expire_all()
    kind = KINDS["posting"]
    for posting, row in zip(postings, rounds, strict=True):
        content = real.get(ReviewEvidence, row.evidence_digest).content
        if row.state == "approved":
            assert posting.status == "live"
            assert not kind.changed(content, kind.snapshot(real, posting)), "public is what was decided on"
        else:
            assert (row.state, posting.status) == ("superseded", "pending")
        open_rounds = counted(real, ReviewRound, ReviewRound.subject_id == posting.id, ReviewRound.state == "queued")
        assert open_rounds == (1 if posting.status == "pending" or posting.edit_state == "pending" else 0)
    assert ledger.verify(real).ok
    assert ledger.replay(real) == {row.id: row.state for row in real.scalars(select(ReviewRound))}


def test_a_double_click_on_submit_opens_one_round(pool, real, fresh_db):
    owner = owner_of(real, unit(real, contact_phone=None), Role.HANDLER)
    posting = desk.create(real, owner, "posting", posting_content())
    answers = race(pool, [(racers.submit_one, fresh_db, owner, posting.id)] * PROCESSES)
    assert answers.count("ok") == 1
    assert set(answers) <= {"ok", "wrong_state", "stale"}
    assert counted(real, ReviewRound) == 1


def test_never_more_than_three_pictures_however_they_are_uploaded(pool, real, fresh_db):
    company = unit(real, contact_phone=None)
    owner = owner_of(real, company)
    files = [[str(stored_file(real, owner.account_id).id) for _ in range(3)] for _ in range(PROCESSES)]
    results = race(pool, [(racers.add_pictures, fresh_db, owner, mine) for mine in files])
    said = [code for share in results for code in share]
    assert said.count("ok") == 3
    assert set(said) == {"ok", "picture_limit"}
    assert counted(real, Medium, Medium.unit_id == company.id) == 3


def test_a_worker_killed_in_the_middle_of_a_decision_leaves_no_trace(real, fresh_db):
    _, postings, rounds = queued(real, 1)
    first, second = reviewer(real), reviewer(real)
    row = queue.claim(real, first, rounds[0].id)
    old = seen(row)
    events = counted(real, ReviewEvent)
    real.commit()
    victim = multiprocessing.get_context("spawn").Process(
        target=racers.die_while_deciding, args=(fresh_db, first, row.id, old)
    )
    victim.start()
    victim.join(60)
    assert victim.exitcode == 9
    real.expire_all()
    assert (row.state, row.version, postings[0].status) == ("queued", 1, "pending")
    assert (counted(real, ReviewSeat), counted(real, ReviewEvent)) == (0, events)
    assert ledger.verify(real).ok
    with refusal("taken"):
        queue.claim(real, second, row.id)
    real.execute(text("UPDATE review_round SET lease_until = clock_timestamp() WHERE id = :id"), {"id": row.id})
    real.commit()
    taken = queue.claim_next(real, second)
    assert (taken.id, taken.holder_id, taken.epoch) == (row.id, second.account_id, 2)
    with refusal("lease_lost"):
        decide.decide(real, first, row.id, "approve", **old)
    assert decide.decide(real, second, row.id, "approve", **seen(taken))["state"] == "approved"
