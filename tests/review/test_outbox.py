"""Notices leave late, at least once, and each is seen once (review.md 5, invariant 14)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.models.messages import KINDS as MESSAGE_KINDS
from app.models.messages import Message, Outbox
from app.review import outbox
from app.review.kinds import KINDS
from app.review.outbox import Notice
from app.rules.dates import ZONE
from tests.review.samples import Story, account, say


def notice(**more) -> Notice:
    return Notice(
        **({"template": "removed", "message_kind": "gig", "facts": {"title": "x"}, "link": "/x", "dedupe": "d"} | more)
    )


def test_a_notice_is_written_once_per_account_and_key(session):
    first, second = account(session), account(session)
    for _ in range(2):
        outbox.enqueue(session, notice(), [first, second, None, first])
    outbox.enqueue(session, notice(template="frozen"), [first])
    rows = session.scalars(select(Outbox)).all()
    assert sorted((r.account_id, r.template) for r in rows) == [
        (first, "frozen"),
        (first, "removed"),
        (second, "removed"),
    ]


def test_what_is_due_becomes_a_message_once(session):
    me = account(session)
    outbox.enqueue(session, notice(), [me])
    outbox.enqueue(session, notice(dedupe="later"), [me], delay_seconds=60)
    assert outbox.deliver(session) == 1
    assert outbox.deliver(session) == 0
    message = session.scalars(select(Message)).one()
    assert (message.account_id, message.template, message.facts, message.link) == (me, "removed", {"title": "x"}, "/x")
    assert outbox.deliver(session, now=datetime.now(ZONE) + timedelta(minutes=2)) == 1
    assert len(session.scalars(select(Message)).all()) == 2


def test_a_delivery_repeated_after_a_crash_makes_no_second_message(session):
    outbox.enqueue(session, notice(), [account(session)])
    outbox.deliver(session)
    row = session.scalars(select(Outbox)).one()
    row.state = "waiting"
    session.commit()
    assert outbox.deliver(session) == 1
    assert len(session.scalars(select(Message)).all()) == 1


def test_deliveries_come_in_portions(session):
    me = account(session)
    for number in range(5):
        outbox.enqueue(session, notice(dedupe=str(number)), [me])
    assert [outbox.deliver(session, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_recalling_stops_what_waits_and_says_what_left(session):
    me = account(session)
    outbox.enqueue(session, notice(dedupe="1:1"), [me], delay_seconds=60)
    outbox.enqueue(session, notice(dedupe="1:10"), [me], delay_seconds=60)
    assert outbox.recall(session, "1:1") is True
    states = {r.dedupe_key.split(":removed")[0]: r.state for r in session.scalars(select(Outbox))}
    assert states == {"1:1": "cancelled", "1:10": "waiting"}
    outbox.deliver(session, now=datetime.now(ZONE) + timedelta(minutes=2))
    assert outbox.recall(session, "1:10") is False


@pytest.mark.parametrize("key", sorted(KINDS))
def test_every_notice_of_a_kind_has_a_known_template_a_kind_and_a_link(session, key):
    story = Story(session, key)
    subject, row = story.claimed()
    say(session, story.decider, row, "return")
    rows = session.scalars(select(Outbox).where(Outbox.round_id == row.id)).all()
    assert {r.template for r in rows} == {"submission_received", "round_returned"}
    assert {r.account_id for r in rows} == {story.sender.account_id}
    for entry in rows:
        assert entry.template in outbox.TEMPLATES
        assert entry.message_kind in MESSAGE_KINDS
        assert entry.link.startswith("/") and "{" not in entry.link
        assert entry.facts["receipt_no"] == row.receipt_no and entry.facts["kind"] == key
    assert set(KINDS[key].move_notices.values()) <= set(outbox.TEMPLATES)
    assert story.sender.account_id in KINDS[key].recipients(subject)


def test_a_notice_that_cannot_leave_holds_up_no_other_and_dies_in_the_end(session):
    me = account(session)
    outbox.enqueue(session, notice(message_kind="nonsense", dedupe="bad"), [me])
    outbox.enqueue(session, notice(dedupe="good"), [me])
    assert outbox.deliver(session) == 1
    bad = session.scalars(select(Outbox).where(Outbox.dedupe_key.startswith("bad"))).one()
    assert (bad.state, bad.tries, bad.error) == ("waiting", 1, "CheckViolation")
    later = datetime.now(ZONE) + timedelta(seconds=30)
    assert outbox.deliver(session, now=later) == 0
    assert bad.not_before > later  # the wait has grown: not every five seconds again
    for _ in range(outbox.MOST_TRIES):
        outbox.deliver(session, now=datetime.now(ZONE) + timedelta(days=9))
        session.expire_all()
    assert bad.state == "dead"
