"""A question is answered where it is read; what was put away comes back by hand and by the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.models.review import ReviewQuery, ReviewRound
from app.review import decide, queue
from app.rules.dates import now
from tests.views import people


@pytest.fixture
def waiting(app, session):
    """A posting sent in by a handler's browser and claimed by a reviewer; (handler, reviewer, posting, round)."""
    unit = people.unit(session, account_kind="own", legal_rep="张三", address="演示路1号", staff_count=20, verified_on=now().date(),
                       reverify_due=now().date() + timedelta(days=90))  # fmt: skip
    sender = people.handler(app, session, unit)
    posting = people.posting(
        session, unit, status="draft", description="负责仓库货物的收发、登记与盘点，保持库区整洁有序。", requirements="吃苦耐劳",
        education="senior", pay_min=5000, pay_max=6000, valid_until=now().date() + timedelta(days=30), created_by_id=sender.account_id,
    )  # fmt: skip
    answer = sender.post(f"/postingview/move/submit/{posting.id}")
    assert answer.status_code == 302, answer.text
    row = session.scalars(
        select(ReviewRound).where(ReviewRound.kind == "posting", ReviewRound.subject_id == posting.id)
    ).one()
    reviewer = people.browser(app, session, "reviewer", region_code="310120")
    assert reviewer.get(f"/desk/{row.id}").status_code == 200
    return sender, reviewer, posting, row


def actor_of(session, reviewer):
    from app.rules.actor import Actor, Role

    return Actor(account_id=reviewer.account_id, role=Role.REVIEWER, region_code="310120", hat_id=reviewer.hat_id)


def test_a_question_is_answered_on_the_record(session, waiting):
    sender, reviewer, posting, row = waiting
    session.expire_all()
    decide.ask(session, actor_of(session, reviewer), row.id, ["请说明倒班时间。"])
    page = sender.get(f"/postingview/show/{posting.id}")
    assert "请说明倒班时间。" in page.text and f"/postingview/answer/{posting.id}" in page.text
    assert sender.post(f"/postingview/answer/{posting.id}", {"answer": "两班倒，每班八小时。"}).status_code == 302
    session.expire_all()
    assert session.get(ReviewRound, row.id).state == "queued"
    assert (
        session.scalars(select(ReviewQuery.answer).where(ReviewQuery.round_id == row.id)).one()
        == "两班倒，每班八小时。"
    )
    assert sender.post(f"/postingview/answer/{posting.id}", {"answer": "再答一次"}).status_code == 409


def test_a_reviewer_cannot_answer_for_the_sender(session, waiting):
    _sender, reviewer, posting, row = waiting
    session.expire_all()
    decide.ask(session, actor_of(session, reviewer), row.id, ["请说明。"])
    assert reviewer.post(f"/postingview/answer/{posting.id}", {"answer": "x"}).status_code == 403


def test_what_was_put_away_is_taken_up_again_from_the_record(session, waiting):
    _sender, reviewer, _posting, row = waiting
    session.expire_all()
    decide.hold(session, actor_of(session, reviewer), row.id, now() + timedelta(days=3), "等证照核验")
    page = reviewer.get(f"/reviewroundview/show/{row.id}")
    assert f"/desk/{row.id}/resume" in page.text
    assert reviewer.post(f"/desk/{row.id}/resume").status_code == 302
    session.expire_all()
    assert session.get(ReviewRound, row.id).state == "queued"


def test_the_clock_wakes_what_is_due(app, session, waiting):
    _sender, reviewer, _posting, row = waiting
    session.expire_all()
    decide.hold(session, actor_of(session, reviewer), row.id, now() + timedelta(days=3), "等证照核验")
    assert app.extensions["run_job"]("wake_held") == 0
    session.execute(
        update(ReviewRound).where(ReviewRound.id == row.id).values(lease_until=now() - timedelta(minutes=1))
    )
    session.commit()
    assert app.extensions["run_job"]("wake_held") == 1
    session.expire_all()
    assert session.get(ReviewRound, row.id).state == "queued"
    assert queue.claim(session, actor_of(session, reviewer), row.id).holder_id == reviewer.account_id
