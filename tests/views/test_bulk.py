"""One move over many rows: ticked ones or the whole list, in the request or in the background, each row its outcome."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.extensions import db
from app.models.accounts import Hat
from app.models.positions import Posting
from app.models.tasks import BackgroundTask
from app.rules.refused import Refused
from app.tasks.work import Run, Stopped
from app.views import bulk, bulk_work
from tests.views.people import browser, handler, posting, unit

LIST, MOVES = "/postingview/list/", "/postingview/moves"
YES = {"move": "take_down", "sure": "1"}


@pytest.fixture
def own(session):
    """A unit with five live postings and a draft, and somebody else's posting."""
    made = unit(session)
    for n in range(5):
        posting(session, made, title=f"木工{n}")
    posting(session, made, title="焊工", status="draft")
    posting(session, unit(session), title="别家")
    return made


@pytest.fixture
def clerk(app, session, own):
    return handler(app, session, own)


def ticked(session, **where) -> list[str]:
    stmt = select(Posting.id, Posting.version).filter_by(**where).order_by(Posting.id)
    return [f"{key}:{version}" for key, version in session.execute(stmt)]


def live(session) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(Posting).where(Posting.status == "live"))


def run_of(task: BackgroundTask) -> Run:
    return Run(task.id, 1, task.kind, task.title, task.account_id, task.hat_id, task.locale, task.parameters)


def perform(app, session, task: BackgroundTask) -> dict:
    """What the runner does, in the transaction of the test."""
    run = run_of(task)
    with app.app_context():
        outcome = bulk_work.perform(run)
    task.state, task.result, task.done, task.total = "done", dict(outcome.result), run.done, run.total
    session.commit()
    return task.result


def test_each_row_has_its_outcome_and_says_why(clerk, session, own):
    rows = ticked(session)
    page = clerk.post(f"{MOVES}?lang=en", {**YES, "row": rows}).text
    assert "5 rows done; 2 rows refused" in page
    assert page.index("焊工") < page.index("木工0"), "refused ones on top"
    assert "别家" not in page
    assert live(session) == 1, "somebody else's stays"


def test_what_was_changed_meanwhile_is_not_moved(clerk, session, own):
    rows = ticked(session, status="live", unit_id=own.id)
    session.execute(update(Posting).where(Posting.title == "木工3").values(version=2))
    session.commit()
    assert "4 rows done; 1 row refused" in clerk.post(f"{MOVES}?lang=en", {**YES, "row": rows}).text


def test_all_rows_of_the_list_are_asked_about_first_and_are_a_snapshot(clerk, session, own):
    asked = clerk.post(f"{MOVES}?lang=en", {"move": "take_down", "all": "1", "next": f"{LIST}?q=木工&tab=live"}).text
    assert "Take down: 5 rows" in asked
    packed = html.unescape(re.search(r'name="rows" value="([^"]*)"', asked)[1])
    posting(session, own, title="木工新")
    done = clerk.post(MOVES, {**YES, "rows": packed, "next": f"{LIST}?q=木工"})
    assert done.location.startswith(f"{LIST}?q=")
    assert live(session) == 2, "what arrived later and what is foreign stay"


def test_all_never_reaches_beyond_the_scope_nor_the_bound(clerk, session, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_ALL", 3)
    asked = clerk.post(f"{MOVES}?lang=en", {"move": "take_down", "all": "1", "next": LIST}).text
    packed = re.search(r'name="rows" value="([^"]*)"', asked)[1]
    assert len(packed.split(",")) == 3
    foreign = ticked(session, title="别家")[0]
    page = clerk.post(f"{MOVES}?lang=en", {**YES, "rows": foreign}).text
    assert "1 row refused" in page
    assert live(session) == 6


def test_many_rows_go_to_the_background_with_progress_and_results(app, clerk, session, own, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    rows = ticked(session, unit_id=own.id)
    sent = clerk.post(MOVES, {**YES, "row": rows, "next": f"{LIST}?tab=live"})
    assert sent.location.startswith("/postingview/outcomes/")
    waiting = clerk.get(f"{sent.location}?lang=en").text
    assert '<progress max="6" value="0"' in waiting
    assert 'hx-trigger="every 1s"' in waiting
    assert live(session) == 6, "nothing yet"
    task = session.scalars(select(BackgroundTask)).one()
    assert perform(app, session, task)["good"] == 5
    page = clerk.get(f"{sent.location}?lang=en").text
    assert "5 rows done; 1 row refused" in page
    assert "every 1s" not in page
    assert f'href="{LIST}?tab=live"' in page
    assert task.parameters["page"] + str(task.id) == sent.location, "where the message leads"
    assert re.search(r'<a href="/postingview/show/\d+">木工0</a>', page)
    assert live(session) == 1


def stopped_after(rows: int, why: str = "cancelled"):
    """A run that is told to end after so many rows."""

    class Stopping(Run):
        def report(self, done: int, total: int | None = None) -> None:
            self.stop = why if done >= rows else ""
            super().report(done, total)

    return Stopping


def attempt(app, kind: type[Run] = Run) -> Any:
    """What the worker that takes the only task does with it, knowing what attempts before it wrote down."""
    with app.app_context():
        db.session.execute(update(BackgroundTask).values(state="running", attempt=BackgroundTask.attempt + 1))
        db.session.commit()
        task = db.session.scalars(select(BackgroundTask)).one()
        run = kind(task.id, task.attempt, task.kind, task.title, task.account_id, task.hat_id, task.locale,
                   task.parameters, kept=dict(task.result))  # fmt: skip
        return bulk_work.perform(run)


def test_a_cancelled_run_says_of_each_row_whether_it_was_done_refused_or_not_reached(
    app, clerk, session, own, monkeypatch
):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    draft = ticked(session, title="焊工")
    rows = ticked(session, status="live", unit_id=own.id)
    at = clerk.post(MOVES, {**YES, "row": [rows[0], *draft, *rows[1:]]}).location
    with pytest.raises(Stopped):
        attempt(app, stopped_after(3))
    session.execute(update(BackgroundTask).values(state="cancelled"))
    session.commit()
    assert live(session) == 4, "two of five are down, and somebody else's stays"
    page = clerk.get(f"{at}?lang=en").text
    assert "2 rows done; 1 row refused; 3 rows not reached" in page
    assert "3 of 6 rows had been worked on" in page
    assert page.count("Not reached: the work ended before this row.") == 3
    assert page.index("焊工") < page.index("木工4") < page.index("木工0"), "refused, not reached, done"


def test_begun_anew_it_goes_on_and_forgets_no_outcome(app, clerk, session, own, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    clerk.post(MOVES, {**YES, "row": ticked(session, status="live", unit_id=own.id)})
    with pytest.raises(Stopped):
        attempt(app, stopped_after(2, "shutdown"))
    outcome = attempt(app)
    assert outcome.result["good"] == 5, "none is refused because the attempt before had moved it"
    assert len({key for key, _code, _facts in outcome.result["lines"]}) == 5


def test_the_outcomes_are_nobody_elses(app, clerk, session, own, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    at = clerk.post(MOVES, {**YES, "row": ticked(session, unit_id=own.id)}).location
    assert handler(app, session, own).get(at).status_code == 404
    assert clerk.get(at.replace("postingview", "mediumview")).status_code == 404, "another list's"
    assert handler(app, session, own).post(at).status_code == 404
    assert clerk.post(at).location == at
    assert "Cancelled" in clerk.get(f"{at}?lang=en").text
    assert live(session) == 6


def test_names_are_told_only_of_what_may_still_be_seen(app, clerk, session, own, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    at = clerk.post(MOVES, {**YES, "row": ticked(session, unit_id=own.id)}).location
    perform(app, session, session.scalars(select(BackgroundTask)).one())
    session.execute(update(Posting).where(Posting.title == "木工2").values(status="deleted", version=9))
    session.commit()
    page = clerk.get(at).text
    assert "木工1" in page
    assert "木工2" not in page


def test_a_role_taken_away_meanwhile_ends_the_work(app, clerk, session, own, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    clerk.post(MOVES, {**YES, "row": ticked(session, unit_id=own.id)})
    task = session.scalars(select(BackgroundTask)).one()
    session.delete(session.get(Hat, clerk.hat_id))
    session.commit()
    with app.app_context(), pytest.raises(Refused) as refused:
        bulk_work.perform(run_of(task))
    assert refused.value.code == "hat_gone"
    assert live(session) == 6


def test_a_double_click_is_one_task(clerk, session, own, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    rows = ticked(session, unit_id=own.id)
    first, second = (clerk.post(MOVES, {**YES, "row": rows}).location for _ in range(2))
    assert first == second


def test_verdicts_and_what_is_no_batch_move_are_refused(app, session, clerk, own):
    for name, code in (("approve", 403), ("expire", 403), ("nothing", 404)):
        status = clerk.post(MOVES, {"move": name, "row": ticked(session), "sure": "1"}).status_code
        assert status == code, name
    seeker = browser(app, session, "seeker")
    assert seeker.post(MOVES, {**YES, "row": ticked(session)}).status_code == 403
    assert live(session) == 6


def test_a_hundred_rows_are_fetched_together(clerk, session, own, statements):
    rows = ticked(session, unit_id=own.id)
    clerk.get(LIST)
    token = clerk.token()
    statements.clear()
    clerk.client.post(MOVES, data={"csrf_token": token, "move": "take_down", "row": rows})
    assert len(statements) <= 6, statements
