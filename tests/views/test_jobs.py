"""Scheduled work: what is past its day leaves through the desk, on record; so does an error (GD-46, TJ-32)."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select, text, update

from app import jobs
from app.models.changes import FieldChange
from app.models.messages import Outbox
from app.models.review import ReviewEvent
from app.models.system import JobRun, JobSwitch
from app.models.tasks import BackgroundTask
from app.rules import job_times
from app.rules.dates import today
from app.rules.refused import Refused
from app.tasks import queue
from app.tasks.work import Run
from tests.review import samples
from tests.views.people import browser


def overdue(session, kind: str):
    """An approved, live thing whose last day was yesterday."""
    subject, _round = samples.Story(session, kind).decided()
    assert subject.status == "live"
    subject.valid_until = today() - timedelta(days=1)
    session.commit()
    return subject


@pytest.mark.parametrize(
    ("kind", "job", "notice"),
    [
        ("posting", "expire_postings", "posting_expired"),
        ("gig_offer", "expire_gigs", "gig_expired"),
        ("gig_wanted", "expire_gigs", "gig_expired"),
    ],
)
def test_what_is_past_its_day_is_taken_down_told_and_recorded(session, kind, job, notice):
    gone, kept = overdue(session, kind), samples.Story(session, kind).decided()[0]
    version = gone.version
    assert jobs.run_now(job) == 1
    session.expire_all()
    assert (gone.status, gone.version, kept.status) == ("expired", version + 1, "live")
    event = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "expire")).one()
    assert (event.kind, event.subject_id, event.actor_id, event.actor_role) == (kind, gone.id, None, "clock")
    told = session.scalars(select(Outbox).where(Outbox.template == notice)).one()
    assert told.account_id == gone.created_by_id
    record = session.scalars(select(JobRun).where(JobRun.job == job)).one()
    assert (record.rows, record.error, record.ended_at is not None) == (1, "", True)
    assert jobs.run_now(job) == 0, "a second run finds nothing"


def test_the_last_day_itself_counts(session):
    subject = overdue(session, "posting")
    subject.valid_until = today()
    session.commit()
    assert jobs.run_now("expire_postings") == 0


def taken(session) -> Run:
    """What a runner would take next."""
    run = queue.take(session, {"job": jobs.WORKS[0]}, "here")
    assert run is not None
    return run


def test_run_now_from_the_screen_is_done_in_the_background(app, session):
    subject = overdue(session, "posting")
    admin = browser(app, session, "sysadmin")
    for _twice in range(2):
        assert admin.post("/jobs/run/expire_postings").status_code == 302
    assert "about to start" in admin.get("/jobs/?lang=en").text
    assert len(session.scalars(select(BackgroundTask)).all()) == 1, "asked for twice, run once"
    outcome = jobs.perform(taken(session))
    session.expire_all()
    assert (subject.status, outcome.result["rows"]) == ("expired", 1)
    record = session.scalars(select(JobRun)).one()
    assert (record.account_id, record.rows) == (admin.account_id, 1)
    assert admin.get("/jobrunview/list/?lang=en").status_code == 200
    assert admin.post("/jobs/run/nothing").status_code == 404
    assert browser(app, session, "operator").post("/jobs/run/expire_postings").status_code == 403


def test_a_job_is_never_at_work_twice(app, session, monkeypatch):
    admin, seen = browser(app, session, "sysadmin"), []

    def again(_session) -> int:
        page = admin.get("/jobs/?lang=en").text
        seen.append("at work" in page and admin.post("/jobs/run/purge_keys").status_code == 409)
        with pytest.raises(Refused, match="job_running"):
            jobs.run_now("purge_keys", admin.account_id)
        return 3

    monkeypatch.setitem(jobs.JOBS, "purge_keys", replace(jobs.JOBS["purge_keys"], run=again))
    assert jobs.run_now("purge_keys") == 3
    assert seen == [True]
    monkeypatch.undo()
    session.execute(update(JobSwitch).values(running_since=func.now() - job_times.STUCK - timedelta(minutes=1)))
    session.commit()
    assert jobs.run_now("purge_keys") == 0, "the mark of a process that died holds nobody up"


def test_an_error_is_recorded_and_said_without_its_details(app, session, monkeypatch):
    def fails(_session) -> int:
        raise ValueError("secret of the inside")

    monkeypatch.setitem(jobs.JOBS, "expire_postings", replace(jobs.JOBS["expire_postings"], run=fails))
    admin = browser(app, session, "sysadmin")
    admin.post("/jobs/run/expire_postings")
    with pytest.raises(ValueError, match="secret"):
        jobs.perform(taken(session))
    session.execute(update(BackgroundTask).values(state="failed"))
    session.commit()
    page = admin.get("/jobs/?lang=en").text
    assert "failed" in page and "ValueError" in page and "secret of the inside" not in page
    record = session.scalars(select(JobRun)).one()
    assert (record.error, record.ended_at is not None) == ("ValueError", True)
    assert session.get(JobSwitch, "expire_postings").running_since is None


# -- times ------------------------------------------------------------------------------------------------------------


def saved(admin, name: str, **values: str):
    version = re.search(r'name="version" value="([^"]*)"', admin.get(f"/jobs/edit/{name}").text)[1]
    return admin.post(f"/jobs/edit/{name}?lang=en", {"version": unescape(version), "own_time": "", **values})


def test_another_time_counts_and_is_on_record(app, session):
    admin = browser(app, session, "sysadmin")
    assert saved(admin, "purge_keys", own_time="05:07").status_code == 302
    assert saved(admin, "expire_postings", own_time="30", off="1", reason="请勿在迁移期间运行").status_code == 302
    page = admin.get("/jobs/?lang=en").text
    assert "daily at 05:07" in page and "every 30 minutes" in page and "请勿在迁移期间运行" in page
    change = session.scalars(select(FieldChange).where(FieldChange.row_key == "purge_keys")).one()
    assert change.fields["own_time"] == ["", "05:07"]
    assert len(session.scalars(select(ReviewEvent).where(ReviewEvent.action == "setting_changed")).all()) == 2
    assert "05:07" in admin.get("/jobs/edit/purge_keys?lang=en").text


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("purge_keys", {"own_time": "24:00"}, "such as 03:40"),
        ("purge_keys", {"own_time": "3:4"}, "such as 03:40"),
        ("purge_keys", {"own_time": "*/5"}, "such as 03:40"),
        ("expire_postings", {"own_time": "7"}, "offered"),
        ("expire_postings", {"own_time": "0"}, "offered"),
        ("expire_postings", {"off": "1"}, "reason"),
        ("expire_postings", {"off": "1", "reason": "x" * 301}, "300"),
        ("expire_postings", {"version": "older"}, "changed"),
    ],
)
def test_a_time_out_of_bounds_is_refused(app, session, name, values, said):
    answer = saved(browser(app, session, "sysadmin"), name, **values)
    assert answer.status_code in (409, 422)
    assert said in unescape(answer.text)
    assert session.get(JobSwitch, name) is None


@pytest.mark.parametrize("written", [True, False])
def test_an_error_of_a_job_is_logged_by_kind_and_place_without_the_values_in_its_message(
    app, session, monkeypatch, caplog, written
):
    """The database quotes the whole row that it refuses; other errors quote what they were given."""
    secret = "13800001234"

    def fails(of):
        if written:
            of.execute(text(f"INSERT INTO visit (account_id, at) VALUES (-1, '{secret}')"))
        raise KeyError(secret)

    monkeypatch.setitem(jobs.JOBS, "purge_keys", replace(jobs.JOBS["purge_keys"], run=fails))
    with caplog.at_level(logging.DEBUG):
        jobs.Leader(app)._run("purge_keys")
    assert "job purge_keys failed" in caplog.text and "in fails" in caplog.text
    assert secret not in caplog.text
    last = session.scalars(select(JobRun).where(JobRun.job == "purge_keys").order_by(JobRun.id.desc())).first()
    assert last.error and last.ended_at


def test_messages_are_always_delivered(app, session):
    admin = browser(app, session, "sysadmin")
    assert admin.get("/jobs/edit/deliver_messages").status_code == 403
    assert admin.get("/jobs/edit/nothing").status_code == 404


def test_the_leader_follows_what_is_set(app, session):
    leader = jobs.Leader(app)
    leader.scheduler = leader._scheduler()
    leader.scheduler.start(paused=True)
    try:
        session.add(JobSwitch(job="purge_keys", own_time="05:07"))
        session.add(JobSwitch(job="expire_gigs", off=True, reason="x"))
        session.commit()
        leader._follow()
        assert str(leader.scheduler.get_job("purge_keys").trigger) == "cron[hour='5', minute='7']"
        assert leader.scheduler.get_job("expire_gigs").next_run_time is None
        session.execute(update(JobSwitch).values(off=False, own_time=""))
        session.commit()
        leader._follow()
        assert str(leader.scheduler.get_job("purge_keys").trigger) == "cron[hour='3', minute='40']"
        assert leader.scheduler.get_job("expire_gigs").next_run_time is not None
    finally:
        leader.scheduler.shutdown(wait=False)
