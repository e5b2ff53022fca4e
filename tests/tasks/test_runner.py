"""Background tasks: taken once, alive or taken over, ended once, cancelled, told of (docs/background-tasks.md)."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from app.extensions import db
from app.models.messages import Outbox
from app.models.tasks import BackgroundTask
from app.rules.actor import Actor, Role
from app.rules.refused import Refused
from app.tasks import queue
from app.tasks.queue import Order
from app.tasks.work import Outcome, Run, Stopped
from tests.conftest import clone, drop, make_app
from tests.tasks import workers
from tests.views import people


@pytest.fixture(scope="module")
def task_url(server_url, template_url) -> Iterator[str]:
    """A database with real commits for this file."""
    url = clone(server_url, template_url)
    yield url
    drop(server_url, url)


@pytest.fixture(scope="module")
def task_app(task_url, data_dir) -> Iterator[Any]:
    """An application on it."""
    app = make_app(task_url, data_dir)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def actor(task_app) -> Iterator[Actor]:
    """Somebody, and an empty queue."""
    with task_app.app_context():
        db.session.execute(delete(BackgroundTask))
        _name, account_id, hat_id = people.account(task_app, db.session, "operator")
        yield Actor(account_id, Role.OPERATOR, hat_id=hat_id)


def asked(actor: Actor, rows: int = 3, **more: Any) -> int:
    """A task in the queue."""
    order = Order("probe", "数数", "zh", {"rows": rows} | more)
    task_id = queue.enqueue(db.session, actor, order, at_once=50).id
    db.session.commit()
    return task_id


def row(task_id: int) -> BackgroundTask:
    return db.session.get_one(BackgroundTask, task_id, populate_existing=True)


def silent_for(task_id: int, age: timedelta) -> None:
    """As if the worker had last been heard of that long ago."""
    stmt = update(BackgroundTask).where(BackgroundTask.id == task_id)
    db.session.execute(stmt.values(beat_at=func.clock_timestamp() - age))
    db.session.commit()


def told(task_id: int) -> list[str]:
    mine = Outbox.dedupe_key.startswith(f"task:{task_id}:")
    return list(db.session.scalars(select(Outbox.template).where(mine)))


def test_a_task_is_performed_and_its_owner_told(task_app, actor):
    task_id = asked(actor, rows=5)
    assert workers.runner(task_app, workers.counted).run_next()
    done = row(task_id)
    assert (done.state, done.done, done.total, done.result, done.attempt) == ("done", 5, 5, {"rows": 5}, 1)
    assert done.ended_at >= done.started_at >= done.created_at
    assert told(task_id) == ["task_done"]
    assert not workers.runner(task_app, workers.counted).run_next(), "nothing is done twice"


def test_a_runner_leaves_kinds_it_does_not_know(task_app, actor):
    task_id = asked(actor)
    assert not task_app.extensions["task_runner"].run_next()
    assert row(task_id).state == "waiting"


def test_the_same_order_is_one_task_and_only_so_many_are_open_at_once(actor):
    first = asked(actor)
    assert asked(actor) == first, "a double click, or a second tab"
    order = Order("probe", "数数", "zh", {"rows": 99})
    with pytest.raises(Refused) as refused:
        queue.enqueue(db.session, actor, order, at_once=1)
    assert (refused.value.code, refused.value.facts) == ("tasks_at_once", {"limit": 1})
    assert queue.cancel(db.session, first, actor.account_id)
    assert asked(actor) != first, "what was cancelled may be asked for again"


def test_one_open_task_for_one_order_is_kept_by_the_database(actor):
    from sqlalchemy.exc import IntegrityError

    first = row(asked(actor))
    db.session.add(
        BackgroundTask(
            kind="probe", title="x", account_id=actor.account_id, role="operator", parameters={}, digest=first.digest
        )
    )
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()


def test_a_refusal_ends_it_with_words_and_another_error_without_its_message(task_app, actor, caplog):
    def refuse(run: Run) -> Outcome:
        raise Refused("tasks_at_once", limit=2, secret=object())

    def crash(run: Run) -> Outcome:
        raise KeyError("13800000000")

    one = asked(actor)
    workers.runner(task_app, refuse).run_next()
    two = asked(actor)
    workers.runner(task_app, crash).run_next()
    assert (row(one).state, row(one).error_code, row(one).error_facts) == ("failed", "tasks_at_once", {"limit": 2})
    assert (row(two).state, row(two).error_code) == ("failed", "task_failed")
    assert told(one) == told(two) == ["task_failed"]
    assert "KeyError" in caplog.text
    assert "13800000000" not in caplog.text


def test_only_the_owner_cancels_and_only_what_is_open(task_app, actor):
    task_id = asked(actor)
    assert not queue.cancel(db.session, task_id, actor.account_id + 1)
    assert queue.cancel(db.session, task_id, actor.account_id)
    assert row(task_id).state == "cancelled"
    assert not workers.runner(task_app, workers.counted).run_next()
    assert not queue.cancel(db.session, task_id, actor.account_id), "too late"


def beside(runner: Any) -> threading.Thread:
    thread = threading.Thread(target=runner.run_next)
    thread.start()
    return thread


def until(condition: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        db.session.rollback()
        time.sleep(0.02)


def test_cancelling_stops_work_under_way_and_progress_is_seen_meanwhile(task_app, actor, monkeypatch):
    monkeypatch.setattr("app.tasks.runner.BEAT", 0.05)
    task_id = asked(actor)
    thread = beside(workers.runner(task_app, workers.endless))
    until(lambda: row(task_id).done > 0)
    assert row(task_id).state == "running"
    queue.cancel(db.session, task_id, actor.account_id)
    thread.join(10)
    assert row(task_id).state == "cancelled"
    assert told(task_id) == []


def test_a_shutdown_puts_the_task_back(task_app, actor, monkeypatch):
    monkeypatch.setattr("app.tasks.runner.BEAT", 0.05)
    task_id, runner = asked(actor), workers.runner(task_app, workers.endless)
    thread = beside(runner)
    until(lambda: row(task_id).state == "running")
    runner.stop()
    thread.join(10)
    assert (row(task_id).state, row(task_id).attempt, row(task_id).done) == ("waiting", 0, 0)


def test_a_worker_thought_dead_cannot_end_the_task_any_more(task_app, actor):
    storage = task_app.extensions["storage"]
    key = storage.put(BytesIO(b"late"), "csv")
    works = workers.runner(task_app, workers.counted).works
    task_id = asked(actor)
    slow = queue.take(db.session, works, "slow")
    assert queue.take(db.session, works, "other") is None, "it gave a sign of life just now"
    silent_for(task_id, queue.STALE + timedelta(seconds=1))
    other = queue.take(db.session, works, "other")
    assert (other.id, other.attempt) == (task_id, 2)
    assert queue.beat(db.session, slow) == "lost"
    written = []
    assert not queue.finish(db.session, slow, Outcome({"by": "slow"}, file_key=key, record=written.append))
    assert written == []
    assert queue.finish(db.session, other, Outcome({"by": "other"}))
    assert (row(task_id).state, row(task_id).result) == ("done", {"by": "other"})
    storage.delete(key)


def test_the_file_of_an_outcome_nobody_waits_for_is_removed(task_app, actor):
    keys = []

    def late(run: Run) -> Outcome:
        keys.append(task_app.extensions["storage"].put(BytesIO(b"x"), "csv"))
        queue.cancel(db.session, run.id, run.account_id)
        return Outcome(file_key=keys[0])

    task_id = asked(actor)
    workers.runner(task_app, late).run_next()
    assert row(task_id).state == "cancelled"
    assert not task_app.extensions["storage"].exists(keys[0])


def test_what_cannot_be_begun_again_fails_and_three_deaths_are_enough(actor, task_app):
    stubborn = workers.runner(task_app, workers.counted, resumable=False)
    task_id = asked(actor)
    queue.take(db.session, stubborn.works, "gone")
    silent_for(task_id, queue.STALE * 2)
    assert not stubborn.run_next()
    assert (row(task_id).state, row(task_id).error_code) == ("failed", "task_interrupted")
    again = workers.runner(task_app, workers.counted)
    task_id = asked(actor)
    for attempt in range(queue.MOST_ATTEMPTS):
        assert queue.take(db.session, again.works, "gone").attempt == attempt + 1
        silent_for(task_id, queue.STALE * 2)
    assert not again.run_next()
    assert row(task_id).state == "failed"


def test_a_cancelled_task_of_a_dead_worker_ends_cancelled(actor, task_app):
    runner = workers.runner(task_app, workers.counted)
    task_id = asked(actor)
    queue.take(db.session, runner.works, "gone")
    queue.cancel(db.session, task_id, actor.account_id)
    silent_for(task_id, queue.STALE * 2)
    assert not runner.run_next()
    assert row(task_id).state == "cancelled"


def test_an_expired_file_is_removed_and_the_task_says_so(task_app, actor):
    storage = task_app.extensions["storage"]
    runner = workers.runner(
        task_app, lambda _run: Outcome(file_key=storage.put(BytesIO(b"x"), "csv"), file_name="x.csv")
    )
    task_id, kept = asked(actor), asked(actor, rows=4)
    assert runner.run_next()
    assert runner.run_next()
    key = row(task_id).file_key
    assert queue.tidy(db.session, storage) == 0
    db.session.execute(update(BackgroundTask).where(BackgroundTask.id == task_id).values(expires_at=func.now()))
    db.session.commit()
    assert task_app.extensions["run_job"]("expire_downloads") == 1
    assert (row(task_id).state, row(task_id).file_key, row(kept).state) == ("expired", None, "done")
    assert not storage.exists(key)
    storage.delete(row(kept).file_key)


def test_a_long_ended_task_is_forgotten_but_none_whose_file_is_there(task_app, actor):
    old, storage = func.now() - queue.KEPT - timedelta(days=1), task_app.extensions["storage"]
    task_id, recent, open_one = asked(actor, 1), asked(actor, 2), asked(actor, 3)
    ended = update(BackgroundTask).values(state="failed")
    db.session.execute(ended.where(BackgroundTask.id == task_id).values(ended_at=old))
    db.session.execute(ended.where(BackgroundTask.id == recent).values(ended_at=func.now()))
    db.session.execute(update(BackgroundTask).where(BackgroundTask.id == open_one).values(created_at=old))
    db.session.commit()
    queue.tidy(db.session, storage)
    assert set(db.session.scalars(select(BackgroundTask.id))) == {recent, open_one}


def test_report_raises_what_the_beat_found():
    run = Run(1, 1, "probe", "", 1, 1, "zh", {})
    run.report(3, 9)
    run.stop = "cancelled"
    with pytest.raises(Stopped) as stopped:
        run.report(4)
    assert (stopped.value.why, run.done, run.total) == ("cancelled", 4, 9)


@pytest.mark.slow
def test_what_a_killed_process_had_is_taken_over(task_app, task_url, actor):
    """Slow: a second interpreter starts, and dies in the middle of its task."""
    task_id = asked(actor)
    victim = multiprocessing.get_context("spawn").Process(target=workers.die, args=(task_url,))
    victim.start()
    victim.join(60)
    assert (victim.exitcode, row(task_id).state) == (9, "running")
    runner = workers.runner(task_app, workers.counted)
    assert not runner.run_next(), "it may be alive still"
    silent_for(task_id, queue.STALE + timedelta(seconds=1))
    assert runner.run_next()
    assert (row(task_id).state, row(task_id).attempt) == ("done", 2)


def test_several_runners_share_the_queue(task_app, actor):
    every, done = sorted(asked(actor, n) for n in range(20)), []

    def noted(run: Run) -> Outcome:
        done.append(run.id)
        time.sleep(0.01)
        return workers.counted(run)

    def drain() -> None:
        runner = workers.runner(task_app, noted)
        while runner.run_next():
            continue

    threads = [threading.Thread(target=drain) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == every, "each once"
    assert set(db.session.scalars(select(BackgroundTask.state))) == {"done"}
