"""Scheduled work: what is past its day leaves through the desk, on record; so does an error (GD-46, TJ-32)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import jobs
from app.models.messages import Outbox
from app.models.review import ReviewEvent
from app.models.system import JobRun
from app.rules.dates import today
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


def test_run_now_from_the_screen(app, session):
    subject = overdue(session, "posting")
    admin = browser(app, session, "sysadmin")
    answer = admin.post("/jobs/run/expire_postings", follow_redirects=True)
    assert answer.status_code == 200
    session.expire_all()
    assert subject.status == "expired"
    assert admin.get("/jobrunview/list/?lang=en").status_code == 200
    assert admin.post("/jobs/run/nothing").status_code == 404
    assert browser(app, session, "operator").post("/jobs/run/expire_postings").status_code == 403


def test_an_error_is_recorded_and_said_without_its_details(app, session, monkeypatch):
    def fails(_session) -> int:
        raise ValueError("secret of the inside")

    broken = jobs.Job("expire_postings", "x", fails, "cron")
    monkeypatch.setitem(jobs.JOBS, "expire_postings", broken)
    admin = browser(app, session, "sysadmin")
    answer = admin.post("/jobs/run/expire_postings?lang=en", follow_redirects=True)
    assert answer.status_code == 200
    assert "The job failed" in answer.text
    assert "secret of the inside" not in answer.text
    record = session.scalars(select(JobRun)).one()
    assert (record.error, record.ended_at is not None) == ("ValueError", True)
