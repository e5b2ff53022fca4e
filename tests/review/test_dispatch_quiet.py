"""Quiet hours count when a letter leaves, not only when it is queued; warnings wait for nobody's morning."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.gateways.messengers import Letter, Undelivered
from app.models.dispatch import Dispatch
from app.models.reference import Parameter
from app.review import dispatch
from app.review.dispatch_words import URGENT, WORDS, blanks
from app.rules.dates import ZONE

PHONE = "13800001111"
FACTS = {"account": "a", "phone": "12333", "code": "123456", "minutes": "5", "kind": "x"}


class Gateway:
    """Takes letters, or is away."""

    name = "outbox"

    def __init__(self, *, away: bool = False) -> None:
        self.away, self.taken = away, []

    def send(self, letter: Letter) -> None:
        if self.away:
            raise Undelivered("away")
        self.taken.append(letter.template)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the near future, so that what is queued now is due by then."""
    return datetime.combine(datetime.now(ZONE).date() + timedelta(days=day), datetime.min.time(), ZONE).replace(
        hour=hour, minute=minute
    )


def quiet(session, begins: int, ends: int) -> None:
    for key, value in (("quiet_from", begins), ("quiet_until", ends)):
        session.execute(update(Parameter).where(Parameter.key == key).values(value=str(value)))
    session.commit()


@pytest.fixture
def queued(session):
    """A message that can wait and a warning, queued by day; from then on it is quiet from ten to eight."""
    quiet(session, 0, 0)
    for template in ("message", "mail_changed"):
        dispatch.send(session, "sms", PHONE, template, FACTS)
    quiet(session, 22, 8)


def row(session, template: str) -> Dispatch:
    session.expire_all()
    return session.scalars(select(Dispatch).where(Dispatch.template == template)).one()


def deliver(session, gateway: Gateway, now: datetime) -> int:
    return dispatch.deliver(session, {"sms": gateway, "mail": gateway}, now=now)


def test_what_was_held_up_until_the_night_waits_for_the_morning_and_that_is_no_try(session, queued):
    gateway = Gateway()
    assert deliver(session, gateway, at(1, 3)) == 1
    assert gateway.taken == ["mail_changed"]
    kept = row(session, "message")
    assert (kept.state, kept.tries, kept.next_try) == ("queued", 0, at(1, 8))
    assert deliver(session, gateway, at(1, 7, 59)) == 0
    assert deliver(session, gateway, at(1, 8)) == 1


def test_what_can_wait_keeps_no_warning_from_leaving(session, queued):
    for _n in range(3):
        dispatch.send(session, "sms", PHONE, "message", FACTS)
    session.execute(update(Dispatch).where(Dispatch.template == "mail_changed").values(next_try=at(1, 2)))
    session.execute(update(Dispatch).where(Dispatch.template == "message").values(next_try=at(1, 1)))
    session.commit()
    gateway = Gateway()
    dispatch.deliver(session, {"sms": gateway, "mail": gateway}, now=at(1, 3), limit=1)
    assert gateway.taken == ["mail_changed"]


def test_a_failure_before_the_night_is_tried_again_after_it(session, queued):
    deliver(session, Gateway(away=True), at(1, 21, 59) + timedelta(seconds=45))
    failed, warning = row(session, "message"), row(session, "mail_changed")
    assert (failed.state, failed.tries, failed.next_try) == ("failed", 1, at(2, 8))
    assert warning.next_try == at(1, 22) + timedelta(seconds=15)


def test_the_night_that_begins_while_others_are_sent_counts(session, queued, monkeypatch):
    monkeypatch.setattr(dispatch, "_put_off", lambda *_given: None)
    gateway = Gateway()
    assert deliver(session, gateway, at(1, 22)) == 1
    assert gateway.taken == ["mail_changed"]
    assert (row(session, "message").tries, row(session, "message").next_try) == (0, at(2, 8))


def test_what_is_sent_again_by_hand_waits_as_well(session, queued):
    hour = datetime.now(ZONE).hour
    quiet(session, hour, (hour + 2) % 24)
    for template in ("message", "mail_changed"):
        dead = row(session, template)
        dead.state = "dead"
        assert dispatch.again(session, dead)
        assert (dead.next_try > datetime.now(ZONE)) is (template == "message")


def test_whatever_names_a_telephone_to_call_does_not_wait():
    assert {name for name in WORDS if "phone" in blanks(name)} <= URGENT
