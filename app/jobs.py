"""Scheduled work: a table of thin functions, one leader, every run on record. A job changes a status only through the desk."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy.exc
from flask import Flask, current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.extensions import db
from app.models import shipped
from app.models.review import IdempotencyKey
from app.models.system import JobRun, JobSwitch
from app.review import codes, decide, dispatch, escalating, exported, links, logs, outbox, statistics
from app.review.policy import number
from app.rules import faults, job_times
from app.rules.dates import ZONE, today
from app.rules.late import late
from app.rules.refused import Refused
from app.tasks import queue
from app.tasks.runner import Runner
from app.tasks.work import Outcome, Run, Work
from app.views import (
    ageing,
    appeal_work,
    bulk,
    bulk_work,
    custom_work,
    dispatches,
    due,
    export_work,
    identity_work,
    import_work,
    key_identity,
    org_work,
    sessions,
)

background = late("apscheduler.schedulers.background")

log = logging.getLogger(__name__)

LEADER_LOCK = 7_203_342
SESSIONS_KEPT = 183  # days


def deliver_messages(session: Session) -> int:
    """Notices whose 60 seconds of undo are over leave the outbox."""
    return outbox.deliver(session)


def send_dispatches(session: Session) -> int:
    """SMS and mail leave, or are tried again."""
    return dispatch.deliver(session, current_app.extensions["messengers"], keep_secrets=dispatches.keeps_secrets())


def wake_held(session: Session) -> int:
    """What was put away until a day is queued again when it has come."""
    return decide.wake(session)


def renew_work_days(session: Session) -> int:
    """A year's official days off replace the provisional ones as soon as the installed calendar knows them."""
    new = shipped.load_work_days(session, range(today().year, today().year + 3))
    session.commit()
    return new


def purge_keys(session: Session) -> int:
    """Idempotency keys are of use for a day."""
    gone = session.execute(
        delete(IdempotencyKey).where(IdempotencyKey.created_on < func.now() - timedelta(days=1))
    ).rowcount
    session.commit()
    return gone


def purge_secrets(session: Session) -> int:
    """One-time codes and links that are over leave; so do texts of SMS and mail, at the latest with their rows."""
    gone = codes.forget(session) + links.forget(session) + dispatch.forget(session) + dispatch.blank_expired(session)
    session.commit()
    return gone


def expire_downloads(session: Session) -> int:
    """Files of background tasks are kept for a while only."""
    return queue.tidy(session, current_app.extensions["storage"])


def forget_lists(session: Session) -> int:
    """Uploaded lists are kept for two weeks only."""
    return import_work.tidy(session, current_app.extensions["storage"])


def seal_logs(session: Session) -> int:
    """What was written into the logs of logins and requests is put under a seal on the ledger."""
    return logs.seal(session)


def switch_off_unused(session: Session) -> int:
    """Staff accounts nobody uses are switched off."""
    return ageing.switch_off_unused(session)


def end_sessions(_session: Session) -> int:
    """Logins that nobody came back to are over in the log too; long ended ones are forgotten; keys end with their last day."""
    return sessions.end_over() + sessions.forget(SESSIONS_KEPT) + key_identity.end_over()


def purge_logs(session: Session) -> int:
    """Lines of those logs leave when their time is over."""
    return logs.purge(session, number(session, "log_days", ""))


def close_review_days(session: Session) -> int:
    """The figures of days that are over are kept, so that start pages need not count them again."""
    return statistics.close_days(session, today())


class LedgerBroken(RuntimeError):
    """The ledger does not hold: its page says where."""


def verify_ledger(session: Session) -> int:
    """Walks every chain of the ledger; that it was walked and what was found stands among the runs."""
    report = exported.verify(session)
    if not report.ok:
        raise LedgerBroken(str(report.first_bad))
    return report.events


@dataclass(frozen=True)
class Job:
    """What runs when (app/rules/job_times.py)."""

    name: str
    title: Any
    run: Callable[[Session], int]
    when: dict[str, Any] = field(default_factory=dict)


JOBS: dict[str, Job] = {
    j.name: j
    for j in (
        Job("deliver_messages", _l("Deliver messages"), deliver_messages, {"seconds": 5}),
        Job("send_dispatches", _l("Send SMS and mail"), send_dispatches, {"seconds": 5}),
        Job("purge_secrets", _l("Purge one-time codes and old SMS and mail"), purge_secrets, {"minute": 25}),
        Job("expire_postings", _l("Take down expired postings"), due.expire_postings, {"minute": "*/10"}),
        Job(
            "cease_postings",
            _l("Take down postings of agencies without a right"),
            due.cease_postings,
            {"minute": "*/2"},
        ),
        Job("expire_gigs", _l("Close expired gig posts"), due.expire_gigs, {"minute": "5-59/10"}),
        Job("expire_invitations", _l("End unanswered invitations"), due.expire_invitations, {"minute": "7-59/10"}),
        Job(
            "follow_cooperation",
            _l("Send cooperation needs to new residents, end old ones"),
            due.follow_cooperation,
            {"minute": "3-59/10"},
        ),
        Job("remind", _l("Remind of licences and verifications"), due.remind, {"hour": 8, "minute": 5}),
        Job("settle_appeals", _l("Carry out decided appeals for accounts"), appeal_work.settle, {"minutes": 1}),
        Job("purge_appeals", _l("Purge papers of appeals"), appeal_work.purge, {"hour": 4, "minute": 40}),
        Job(
            "purge_identity", _l("Purge pictures of identity documents"), identity_work.purge, {"hour": 4, "minute": 45}
        ),
        Job(
            "purge_entries",
            _l("Purge identity pictures of agencies and units, papers and drafts never sent in"),
            org_work.purge,
            {"hour": 4, "minute": 50},
        ),
        Job("settle_takeovers", _l("Hand over units that were taken over"), org_work.settle, {"minutes": 1}),
        Job("escalate", _l("Tell what is due or overdue to those above"), escalating.run, {"minute": "9-59/10"}),
        Job("wake_held", _l("Wake what was on hold"), wake_held, {"minutes": 1}),
        Job("renew_work_days", _l("Renew the working calendar"), renew_work_days, {"hour": 3, "minute": 10}),
        Job("expire_downloads", _l("Remove expired downloads"), expire_downloads, {"minute": "2-59/10"}),
        Job("forget_lists", _l("Remove uploaded lists"), forget_lists, {"hour": 3, "minute": 50}),
        Job("end_sessions", _l("End idle logins"), end_sessions, {"minute": "1-59/10"}),
        Job("switch_off_unused", _l("Switch off unused accounts"), switch_off_unused, {"hour": 4, "minute": 30}),
        Job("seal_logs", _l("Seal the logs"), seal_logs, {"minute": "4-59/10"}),
        Job("purge_logs", _l("Purge old logs"), purge_logs, {"hour": 4, "minute": 10}),
        Job("close_review_days", _l("Keep the figures of review days"), close_review_days, {"minute": 20}),
        Job("verify_ledger", _l("Verify the ledger"), verify_ledger, {"hour": 2, "minute": 30}),
        Job("purge_keys", _l("Purge idempotency keys"), purge_keys, {"hour": 3, "minute": 40}),
    )
}

# Recorded only when it did something or failed.
QUIET = frozenset(
    [
        "deliver_messages",
        "send_dispatches",
        "wake_held",
        "escalate",
        "expire_downloads",
        "seal_logs",
        "end_sessions",
        "expire_invitations",
        "follow_cooperation",
        "cease_postings",
        "settle_appeals",
        "settle_takeovers",
    ]
)


def run_now(name: str, account_id: int | None = None) -> int:
    """Runs a job inside an application context and records it; an error is recorded, logged and raised.

    `account_id`: who asked for it; then it is on record whatever it did. Raises Refused("job_running") where the job is
    at work already: a job of every few seconds is not marked by its schedule, its work bears to be done side by side.
    """
    job, session, told = JOBS[name], db.session, name not in QUIET or account_id is not None
    marked = account_id is not None or job_times.kind(job.when) != job_times.FIXED
    if marked and not _begin(session, name):
        raise Refused("job_running")
    record = JobRun(job=name, account_id=account_id)
    if told:
        session.add(record)
        session.commit()
    try:
        rows = job.run(session)
    except Exception as fault:
        session.rollback()
        record = session.merge(record)
        record.error, record.ended_at = type(fault).__name__, func.now()
        session.add(record)
        session.commit()
        raise
    finally:
        if marked:
            _end(session, name)
    if rows or told:
        session.add(record)
        record.rows, record.ended_at = rows, func.now()
        session.commit()
    return rows


def _begin(session: Session, name: str) -> bool:
    """Marks the job as running, in one statement; an old mark belongs to a process that died."""
    free = or_(JobSwitch.running_since.is_(None), JobSwitch.running_since < func.clock_timestamp() - job_times.STUCK)
    stmt = insert(JobSwitch).values(job=name, running_since=func.clock_timestamp())
    stmt = stmt.on_conflict_do_update(
        index_elements=["job"], set_={"running_since": stmt.excluded.running_since}, where=free
    )
    got = session.execute(stmt.returning(JobSwitch.job)).first() is not None
    session.commit()
    return got


def _end(session: Session, name: str) -> None:
    session.rollback()
    session.execute(
        update(JobSwitch).where(JobSwitch.job == name).values(running_since=None, changed_on=JobSwitch.changed_on)
    )
    session.commit()


def perform(run: Run) -> Outcome:
    """A job that an administrator asked for, as a background task."""
    rows = run_now(str(run.parameters["job"]), run.account_id)
    return Outcome({"rows": rows})


# What the runner of background tasks can do: one line for each kind.
WORKS: tuple[Work, ...] = (
    export_work.WORK,
    Work("import", import_work.work),
    custom_work.WORK,
    Work(bulk.KIND, bulk_work.perform, resumable=False),
    Work("job", perform, resumable=False),
)


class Leader:
    """Holds the advisory lock on a connection of its own; only its holder schedules. Others try again every 5 seconds."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.scheduler: Any = None
        self.given: dict[str, tuple[bool, str]] = {}  # what administrators have set: switched off, own time
        self.connection: Any = None
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._watch, name="leader", daemon=True)

    def start(self) -> None:
        """Begins to compete for the lead."""
        self.thread.start()

    def stop(self) -> None:
        """Gives the lead up at once, so that another process may take it."""
        self.stopped.set()
        self._resign()

    def _watch(self) -> None:
        while not self.stopped.is_set():
            try:
                self._lead() if self.connection is None else self.connection.execute(text("SELECT 1"))
                if self.scheduler is not None:
                    self._follow()
            except sqlalchemy.exc.SQLAlchemyError:
                log.warning("lost the connection of the scheduler's lead")
                self._resign()
            self.stopped.wait(5)

    def _lead(self) -> None:
        with self.app.app_context():
            connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.scalar(text("SELECT pg_try_advisory_lock(:n)"), {"n": LEADER_LOCK}):
            self.connection = connection
            self.scheduler = self._scheduler()
            self.scheduler.start()
            log.info("process %s leads the scheduler", os.getpid())
        else:
            connection.close()

    def _scheduler(self) -> Any:
        scheduler = background.BackgroundScheduler(
            timezone=ZONE, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 300}
        )
        for job in JOBS.values():
            scheduler.add_job(self._run, job_times.trigger(job.when), args=[job.name], id=job.name, **job.when)
        self.given = {}
        return scheduler

    def _follow(self) -> None:
        """Takes over what an administrator has changed since the last look."""
        with self.app.app_context():
            rows = db.session.execute(select(JobSwitch.job, JobSwitch.off, JobSwitch.own_time)).all()
        given = {row.job: (row.off, row.own_time) for row in rows if row.job in JOBS}
        for name in given:
            if given[name] == self.given.get(name, (False, "")):
                continue
            off, own = given[name]
            when = job_times.in_force(JOBS[name].when, own)
            self.scheduler.reschedule_job(name, trigger=job_times.trigger(when), **when)
            if off:
                self.scheduler.pause_job(name)
            log.info("job %s: %s", name, "switched off" if off else when)
        self.given = given

    def _run(self, name: str) -> None:
        with self.app.app_context():
            try:
                run_now(name)
            except Refused:
                log.info("job %s is at work already", name)
            except Exception as fault:  # noqa: BLE001 - whatever it is, the scheduler would log its message
                log.error("job %s failed: %s", name, faults.told(fault))

    def _resign(self) -> None:
        if self.scheduler is not None:
            self.scheduler.shutdown(wait=False)
            self.scheduler = None
        if self.connection is not None:
            try:
                self.connection.invalidate()
                self.connection.close()
            except sqlalchemy.exc.SQLAlchemyError:
                log.debug("the lead's connection was already gone")
            self.connection = None


def hooks(app: Flask) -> None:
    """What the web server calls around a worker's life."""
    leader = Leader(app)
    runner = Runner(app, {work.kind: work for work in WORKS})

    def after_fork() -> None:
        with app.app_context():
            db.engine.dispose(close=False)
        if app.config["SCHEDULER"]:
            leader.start()
            runner.start()

    def before_exit() -> None:
        leader.stop()
        runner.stop()

    app.extensions["task_runner"] = runner
    app.extensions["after_fork"] = after_fork
    app.extensions["before_exit"] = before_exit
