"""The log of requests: who sent what, under which role, on which row, from where, and what came of it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.models.lists import SavedView
from app.models.logs import RequestEvent
from app.models.review import ReviewEvent
from app.models.system import JobRun
from app.review import ledger
from app.views import recording
from tests.views.people import PASSWORD, browser, handler, posting, unit


def lines(session, account_id: int) -> list[RequestEvent]:
    session.expire_all()
    found = select(RequestEvent).where(RequestEvent.account_id == account_id).order_by(RequestEvent.id)
    return list(session.scalars(found))


def test_a_move_is_on_record_with_row_role_and_result(app, session):
    of = unit(session)
    who, row = handler(app, session, of), posting(session, of)
    answer = who.post(f"/postingview/move/take_down/{row.id}", {"version": "1"})
    assert answer.status_code == 302
    (line,) = lines(session, who.account_id)
    assert (line.role, line.screen, line.step, line.row_key) == (
        "unit_handler",
        "PostingView",
        "take_down",
        str(row.id),
    )
    assert (line.result, line.status, line.address, line.hat_id) == ("done", 302, "127.0.0.1", who.hat_id)
    assert line.request_id == answer.headers["X-Request-ID"]


def test_what_was_refused_is_on_record_too(app, session):
    who = browser(app, session, "seeker")
    assert who.post("/accountview/add", {"username": "x"}).status_code == 403
    assert who.post("/password/", {"old": "wrong", "new": "Another-2026-pass", "again": "x"}).status_code == 422
    told = [(line.screen, line.step, line.result, line.status) for line in lines(session, who.account_id)]
    assert told == [("AccountView", "add", "refused", 403), ("PasswordView", "index", "refused", 422)]


def test_nothing_that_was_sent_is_kept(app, session):
    who = browser(app, session, "seeker")
    new = "Another-2026-pass"
    assert who.post("/password/", {"old": PASSWORD, "new": new, "again": new}).status_code == 302
    who.post("/sessionview/others", {"phone": "13800001234"})
    kept = [str(value) for line in lines(session, who.account_id) for value in vars(line).values()]
    assert len(kept) > 20
    assert not [value for value in kept if new in value or PASSWORD in value or "13800001234" in value]


@pytest.mark.parametrize("odd", ["%00", "%F0%9F%98%80", "a%0Ab", "x" * 200, "%ED%A0%80"])
def test_whatever_stands_in_an_address_can_be_recorded(app, session, odd):
    who = browser(app, session, "sysadmin")
    assert who.post(f"/accountview/move/{odd}/1").status_code == 404
    assert [line.result for line in lines(session, who.account_id)] == ["refused"]


def test_reading_and_signs_of_life_are_not_recorded(app, session):
    who = browser(app, session, "seeker")
    who.get("/messageview/list/")
    who.post("/messageview/read")
    assert lines(session, who.account_id) == []


def test_a_line_and_a_step_say_where_the_hat_stood(app, session):
    firm = unit(session)
    lead = browser(app, session, "lead", region_code="310000")
    owner = browser(app, session, "unit_owner", unit_id=firm.id)
    lead.post("/reviewpolicyview/add", {
        "kind": "posting", "region": "310120", "needs_review": "y", "working_days": "2", "tier": "5", "lease_minutes": "15",
        "seats_needed": "1", "seats_grave": "2",
    })  # fmt: skip
    owner.post("/bindingview/add", {"invited_as": "nobody", "real_name": "无此人", "grants": "gigs"})
    (of_lead,), (of_owner,) = lines(session, lead.account_id), lines(session, owner.account_id)
    assert of_lead.place.endswith(" (310000)") and "上海" in of_lead.place
    assert of_owner.place == f"{firm.name} (unit:{firm.id})", "as it was called then"
    step = session.scalars(select(ReviewEvent).where(ReviewEvent.actor_id == lead.account_id)).one()
    assert step.said_place == "310000" and ledger.verify(session).ok
    auditor = browser(app, session, "auditor")
    assert "上海" in auditor.get(f"/revieweventview/show/{step.id}").text
    found = auditor.get(f"/requesteventview/list/?f_place=unit:{firm.id}").text
    assert "所属单位或地区" in found, "放在哪里 is where a custom field stands in a form"
    owner.post(f"/hat/{owner.hat_id}")
    assert "页面顶部" in auditor.get("/requesteventview/list/").text, "no name of the machine for the head of the page"
    assert firm.name in found and "reviewpolicyview" not in found.lower().split("<tbody")[1]


def test_only_the_auditor_reads_it(app, session):
    auditor, other = browser(app, session, "auditor"), browser(app, session, "secadmin")
    assert other.get("/requesteventview/list/").status_code == 403
    assert other.post("/requesteventview/export", {"format": "csv"}).status_code == 403
    page = auditor.get("/requesteventview/list/?lang=en").text
    assert "Request log" in page
    assert "Refused" in page


@pytest.mark.slow
def test_one_month_is_read_and_taken_along(fresh_app):
    """Slow: a database of its own, because files are made from what is committed. Months begin by the clock in Shanghai."""
    months = {"before": "2026-09-30T15:59:59Z", "first": "2026-09-30T16:00:00Z", "last": "2026-10-31T15:59:59Z"}
    months["after"] = "2026-10-31T16:00:00Z"
    with fresh_app.app_context():
        auditor = browser(fresh_app, db.session, "auditor")
        db.session.add_all(
            RequestEvent(
                at=dt.datetime.fromisoformat(at), account_id=auditor.account_id, role="lead", screen="PostingView", step="take_down",
                row_key=word, address="192.0.2.7", result="done", status=302,
            )
            for word, at in months.items()
        )  # fmt: skip
        db.session.commit()
        db.session.remove()
    month = "f_at_from=2026-10-01&f_at_to=2026-10-31&f_screen=PostingView&lang=en"
    assert 'href="/requesteventview/list/"' in auditor.get("/").text
    page = auditor.get(f"/requesteventview/list/?{month}").text
    assert {word for word in months if f">{word}<" in page} == {"first", "last"}
    made = auditor.post(f"/requesteventview/export?{month}", {"format": "csv"}, buffered=True)
    if "/proof/" in (made.location or ""):
        pytest.fail("the login is fresh")
    assert made.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = made.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert lines[0] == '"At","Account","Role","Place of the role","Screen","Action","Row","Address","Result"'
    assert len(lines) == 3 and all("192.0.2.7" in line and "Take down" in line for line in lines[1:])


def test_the_jobs_seal_and_purge(app, session):
    who = browser(app, session, "sysadmin")
    for name in ("seal_logs", "purge_logs"):
        with app.app_context():
            app.extensions["run_job"](name, who.account_id)
    session.expire_all()
    runs = session.scalars(select(JobRun.error).where(JobRun.job.in_(("seal_logs", "purge_logs"))))
    assert list(runs) == ["", ""]
    assert session.scalars(select(ReviewEvent).where(ReviewEvent.action.like("purge%"))).all() == []


def test_a_line_that_cannot_be_written_does_not_undo_what_was_done(app, session, monkeypatch, caplog):
    """Nobody is told of a failure after the act: they would do it twice."""
    who = browser(app, session, "sysadmin")

    def broken(*_args, **_more):
        raise OSError("full")

    monkeypatch.setattr(recording, "RequestEvent", broken)
    answer = who.post("/lists/save", {"screen": "MessageView", "name": "我的"})
    assert answer.status_code == 302
    assert session.scalar(select(func.count()).select_from(SavedView)) == 1
    assert "request not on record" in caplog.text
    assert "ListsView" in caplog.text
