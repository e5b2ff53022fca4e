"""The clock of a round: it stops for a question and a hold, and never runs backwards (invariant 10)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.models.messages import Outbox
from app.models.reference import WorkDay
from app.models.review import ReviewPolicy, ReviewQuery
from app.review import calendar, decide, desk, ledger, queue, show
from app.review.policy import upwards
from app.review.transaction import database_now
from app.rules.actor import CLOCK
from app.rules.calendar import SHANGHAI, local_day, working_days_between
from app.rules.dates import ZONE
from tests.review.samples import FOREIGN, REGION, Story, refusal, reviewer, say


@pytest.fixture
def story(session):
    return Story(session, "posting")


def worked(session):
    days = frozenset(session.scalars(select(WorkDay.day).where(WorkDay.is_work)))
    return days.__contains__


def stopped_since(session, row, **ago) -> None:
    """The clock has been standing since some time ago."""
    session.execute(
        text("UPDATE review_round SET clock_stopped_at = clock_timestamp() - :ago WHERE id = :id"),
        {"id": row.id, "ago": timedelta(**ago)},
    )
    session.commit()
    session.refresh(row)


def test_a_question_stops_the_clock_and_the_answer_starts_it(session, story):
    subject, row = story.claimed()
    due = row.due_at
    with refusal("missing"):
        decide.ask(session, story.decider, row.id, ["  "])
    with refusal("lease_lost"):
        decide.ask(session, reviewer(session), row.id, ["何时上岗？"])
    asked = decide.ask(session, story.decider, row.id, ["何时上岗？", "是否包住？"])
    session.refresh(subject)
    assert (asked.state, subject.status, asked.holder_id) == ("need_info", "pending", None)
    assert queue.claim_next(session, story.decider) is None
    shown = show.for_sender(session, story.sender, "posting", subject.id)
    assert [i["text"] for i in shown["queries"][0]["items"]] == ["何时上岗？", "是否包住？"]
    notice = session.scalars(select(Outbox).where(Outbox.template == "round_asked")).one()
    assert notice.facts["items"] == ["何时上岗？", "是否包住？"]
    stopped_since(session, asked, days=30)
    stood = working_days_between(asked.clock_stopped_at, database_now(session), worked(session))
    with refusal("missing"):
        decide.answer(session, story.sender, row.id, " ")
    with refusal("not_found"):
        decide.answer(session, Story(session, "posting").sender, row.id, "下月")
    answered = decide.answer(session, story.sender, row.id, "下月一日，包住。")
    assert (answered.state, answered.clock_stopped_at) == ("queued", None)
    assert answered.due_at > due
    assert working_days_between(due, answered.due_at, worked(session)) == stood
    assert session.scalars(select(ReviewQuery)).one().answer == "下月一日，包住。"
    words = {s.action: s.text for s in show.history(session, story.decider, answered)}
    assert words["ask"] == "何时上岗？\n是否包住？" and words["answer"] == "下月一日，包住。"
    say(session, story.decider, queue.claim(session, story.decider, row.id))
    assert ledger.replay(session)[row.id] == "approved"


def test_what_was_returned_is_mended_not_answered(session, story):
    _, row = story.decided("return")
    with refusal("wrong_state"):
        decide.answer(session, story.sender, row.id, "改好了")


def test_an_edit_answers_a_question_too(session, story):
    subject, row = story.claimed()
    decide.ask(session, story.decider, row.id, ["地址在哪里？"])
    edited = desk.edit(session, story.sender, "posting", subject.id, story.mended())
    session.refresh(row)
    assert (edited.kind, row.state, edited.round.state) == ("resubmitted", "superseded", "queued")
    with refusal("wrong_state"):
        decide.answer(session, story.sender, row.id, "改好了")


def test_a_hold_hides_the_round_until_its_day(session, story):
    _, row = story.claimed()
    soon = datetime.now(ZONE) + timedelta(days=3)
    for until, reason, code in (
        (soon, " ", "reason_missing"),
        (soon.replace(tzinfo=None), "等鉴定", "bad_value"),
        (datetime.now(ZONE) - timedelta(seconds=1), "等鉴定", "date_past"),
    ):
        with refusal(code):
            decide.hold(session, story.decider, row.id, until, reason)
    held = decide.hold(session, story.decider, row.id, soon, "等鉴定")
    assert (held.state, held.holder_id, held.lease_until) == ("held", None, soon)
    assert queue.claim_next(session, story.decider) is None
    with refusal("wrong_state"):
        queue.claim(session, story.decider, row.id)
    assert show.present(session, story.decider, held)["moves"] == ["resume"]
    assert decide.wake(session) == 0
    session.execute(text("UPDATE review_round SET lease_until = clock_timestamp()"))
    assert decide.wake(session) == 1
    session.refresh(row)
    assert (row.state, row.lease_until) == ("queued", None)
    decide.hold(session, story.decider, queue.claim(session, story.decider, row.id).id, soon, "再等")
    assert decide.resume(session, reviewer(session), row.id).state == "queued"
    with refusal("wrong_state"):
        decide.resume(session, story.decider, row.id)
    events = [s.action for s in show.history(session, story.decider, row)]
    assert events == ["submit", "hold", "resume", "hold", "resume"]
    assert ledger.verify(session).ok


def test_the_due_instant_is_a_close_of_business_and_follows_the_policy(session, story):
    is_work = worked(session)
    for days in (1, 2, 5):
        session.execute(text("DELETE FROM review_policy WHERE kind = 'posting'"))
        session.add(ReviewPolicy(kind="posting", working_days=days))
        session.commit()
        _, row = story.submitted()
        due = row.due_at.astimezone(SHANGHAI)
        assert is_work(due.date()) and (due.hour, due.minute) == (18, 0)
        assert working_days_between(row.submitted_at, row.due_at, is_work) == days


def test_mending_gets_what_was_left_and_at_least_a_day(session, story):
    is_work = worked(session)
    for days, left in ((10, 10), (1, 1)):
        session.execute(text("DELETE FROM review_policy WHERE kind = 'posting'"))
        session.add(ReviewPolicy(kind="posting", working_days=days))
        session.commit()
        subject, row = story.decided("return")
        again = desk.submit(session, story.sender, "posting", subject.id)
        assert working_days_between(again.submitted_at, again.due_at, is_work) == left
    subject, row = story.submitted()
    session.execute(
        text("UPDATE review_round SET due_at = clock_timestamp() - interval '9 days' WHERE id = :i"), {"i": row.id}
    )
    edited = desk.edit(session, story.sender, "posting", subject.id, story.mended())
    assert working_days_between(edited.round.submitted_at, edited.round.due_at, is_work) == 1


def test_a_year_without_a_calendar_is_refused_not_guessed(session, story):
    session.execute(text("DELETE FROM work_day"))
    session.commit()
    posting = story.created()
    with refusal("calendar_missing"):
        desk.submit(session, story.sender, "posting", posting.id)


MOMENTS = st.integers(0, 900_000).map(lambda minutes: datetime(2025, 1, 2, tzinfo=ZONE) + timedelta(minutes=minutes))


def test_stops_never_shorten_and_days_add_up(session):
    is_work = worked(session)

    @given(MOMENTS, st.integers(0, 12), st.integers(0, 12), st.integers(0, 40 * 24 * 60))
    def holds(start, a, b, minutes):
        at = calendar.due_at(session, start, a + b)
        assert at == calendar.due_at(session, calendar.due_at(session, start, a), b)
        assert is_work(local_day(at))
        resumed = start + timedelta(minutes=minutes)
        assert calendar.due_after_stop(session, at, start, resumed) >= at
        again = calendar.due_after_resubmission(session, start, at, resumed)
        assert working_days_between(resumed, again, is_work) == max(1, a + b)

    holds()


def test_divisions_upwards():
    assert upwards(REGION) == ["310120", "310100", "310000"]
    assert upwards(FOREIGN) == ["440203", "440200", "440000"]
    assert upwards("440200") == ["440200", "440000"]
    assert upwards("310000") == ["310000"]


def test_the_clock_may_not_ask(session, story):
    _, row = story.submitted()
    with refusal("not_found"):
        decide.ask(session, CLOCK, row.id, ["?"])
