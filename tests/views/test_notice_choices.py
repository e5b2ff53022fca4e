"""Messages come here always, by SMS and mail for whoever chose it; once each, the kind alone (TJ-66, PIPL 15)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.models.accounts import Person
from app.models.consents import Consent
from app.models.dispatch import Dispatch
from app.models.messages import KINDS, LATER, Message, NoticeChoice
from app.models.messages import Outbox as Row
from app.review import outbox
from app.review.kinds import KINDS as KINDS_OF_REVIEW
from tests.views.people import Browser, browser

ROOT = Path(__file__).parents[2] / "app"


@pytest.fixture
def reader(app, session) -> Browser:
    who = browser(app, session, "seeker")
    person = Person(account_id=who.account_id, real_name="李小明", identity_level=1)
    person.set_phone("13912345678")
    person.set_mail("li@example.cn")
    session.add(person)
    session.commit()
    return who


def told(session, who: Browser, kind: str = "gig", key: str = "d") -> list[tuple[str, str]]:
    """What leaves for one notice of this kind."""
    before = set(session.scalars(select(Dispatch.id)))
    notice = outbox.Notice("removed", kind, {"title": "保密的标题"}, "/x", key)
    outbox.enqueue(session, notice, [who.account_id])
    assert outbox.deliver(session) == 1
    rows = session.scalars(select(Dispatch).where(Dispatch.id.not_in(before)).order_by(Dispatch.channel))
    return [(row.channel, row.text) for row in rows]


def ticked(who: Browser) -> int:
    return who.get("/my-notices/").text.split("<main")[1].split("</main>")[0].count(" checked")


def test_without_a_choice_nothing_leaves(app, session, reader):
    assert told(session, reader) == []
    assert len(session.scalars(select(Message)).all()) == 1


def test_what_is_chosen_leaves_and_names_the_kind_alone(app, session, reader):
    assert reader.post("/my-notices/", {"want": ["gig:sms", "gig:mail", "system:sms"]}).status_code == 302
    left = told(session, reader)
    assert [channel for channel, _text in left] == ["mail", "sms"]
    assert all("保密的标题" not in words and "零工消息" in words for _channel, words in left)
    assert told(session, reader, "recruit", "other") == []
    assert ticked(reader) == 3


def test_an_address_that_is_none_stops_neither_the_message_nor_the_other_way(app, session, reader):
    """As an old list may have brought it in: two in one."""
    reader.post("/my-notices/", {"want": ["gig:sms", "gig:mail"]})
    session.get_one(Person, reader.account_id).set_mail("li@example.cn, other@example.cn")
    session.commit()
    assert [channel for channel, _text in told(session, reader)] == ["sms"]
    assert len(session.scalars(select(Message)).all()) == 1


def test_a_delivery_repeated_after_a_crash_sends_nothing_twice(app, session, reader):
    reader.post("/my-notices/", {"want": ["gig:sms"]})
    assert len(told(session, reader)) == 1
    row = session.scalars(select(Row)).one()
    row.state = "waiting"
    session.execute(update(Dispatch).values(state="sent"))
    session.commit()
    outbox.deliver(session)
    assert len(session.scalars(select(Dispatch)).all()) == 1


def test_while_one_waits_to_leave_no_second_of_its_kind_joins_it(app, session, reader):
    """Ten events of a night are one SMS in the morning."""
    reader.post("/my-notices/", {"want": ["gig:sms", "system:sms"]})
    assert [channel for channel, _text in told(session, reader, key="first")] == ["sms"]
    assert told(session, reader, key="second") == []
    assert [channel for channel, _text in told(session, reader, "system", "other kind")] == ["sms"]
    session.get_one(Person, reader.account_id).set_phone("13912340000")
    session.commit()
    assert [channel for channel, _text in told(session, reader, key="another number")] == ["sms"]
    session.execute(update(Dispatch).values(state="sent"))
    session.commit()
    assert [channel for channel, _text in told(session, reader, key="after it left")] == ["sms"]
    assert len(session.scalars(select(Message)).all()) == 5, "all of them are read here"


def test_the_choice_is_the_consent_and_its_withdrawal_stops_it(app, session, reader):
    reader.post("/my-notices/", {"want": ["gig:sms"]})
    assert session.scalars(select(Consent.kind)).all() == ["sms_notices"]
    reader.post("/my-data/consent/sms_notices", {"give": "0"})
    assert told(session, reader) == []
    reader.post("/my-notices/", {"want": ["gig:sms"]})
    assert len(told(session, reader, key="again")) == 1
    reader.post("/my-notices/", {})
    assert told(session, reader, key="third") == []


def test_nonsense_is_no_choice(app, session, reader):
    reader.post("/my-notices/", {"want": ["gig:pigeon", "nonsense:sms", ":", "x"]})
    assert ticked(reader) == 0


def test_what_cannot_be_reached_is_not_offered_and_not_sent(app, session):
    who = browser(app, session, "seeker")
    assert who.get("/my-notices/").text.count(" disabled") == 2 * (len(KINDS) - len(LATER))
    who.post("/my-notices/", {"want": ["gig:sms"]})
    assert told(session, who) == []


def test_what_nothing_sends_yet_is_said_and_cannot_be_chosen(app, session, reader):
    page = reader.get("/my-notices/?lang=en").text
    assert page.count("Opens later") == len(LATER) == 3
    assert reader.post("/my-notices/", {"want": ["fair:sms", "job:mail", "gig:sms"]}).status_code == 302
    kept = session.execute(select(NoticeChoice.message_kind, NoticeChoice.channel)).all()
    assert [tuple(one) for one in kept] == [("gig", "sms")]


def test_the_kinds_that_come_later_are_those_that_nothing_sends():
    sent = {kind.message_kind for kind in KINDS_OF_REVIEW.values()}
    for path in ROOT.rglob("*.py"):
        sent |= set(
            re.findall(r'Notice\(\s*(?:template=)?"[a-z_]+",\s*(?:message_kind=)?"([a-z]+)"', path.read_text("utf-8"))
        )
        sent |= set(re.findall(r'message_kind="([a-z]+)"', path.read_text("utf-8")))
    assert sent == set(KINDS) - set(LATER)
