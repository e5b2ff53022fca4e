"""The ledger: whoever changes, deletes, reorders or cuts it is found out (review.md 8, invariants 7 and 8)."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.models.review import ReviewEvent
from app.review import ledger
from app.review.canonical import sha256
from app.rules.actor import CLOCK
from tests.review.samples import Story, reviewer

CHAIN = "310000"


@pytest.fixture
def chain(session):
    """Six events in one chain and two in another."""
    person = reviewer(session)
    for number in range(6):
        ledger.append(session, "note", person, "310120", kind="posting", subject_id=number, facts={"n": number})
    ledger.append(session, "note", CLOCK, "440203")
    ledger.append(session, "note", CLOCK, "440200")
    session.commit()
    return session


def tamper(session, statement: str, **values) -> None:
    """As somebody would who may switch triggers off."""
    session.execute(text("ALTER TABLE review_event DISABLE TRIGGER USER"))
    session.execute(text("ALTER TABLE ledger_head DISABLE TRIGGER USER"))
    session.execute(text(statement), values)
    session.expire_all()


def test_events_are_chained_per_province(chain):
    rows = chain.scalars(select(ReviewEvent).order_by(ReviewEvent.chain, ReviewEvent.seq)).all()
    assert [(r.chain, r.seq) for r in rows] == [*((CHAIN, n) for n in range(1, 7)), ("440000", 1), ("440000", 2)]
    before = ""
    for row in rows[:6]:
        assert row.prev_digest == before
        assert row.digest == sha256(f"{before}\n{row.body}")
        before = row.digest
    assert rows[6].prev_digest == ""
    assert json.loads(rows[0].body)["facts"] == {"n": 0}
    report = ledger.verify(chain)
    assert (report.ok, report.events, report.chains, report.first_bad) == (True, 8, 2, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE review_event SET body = body WHERE seq = 3",
        "DELETE FROM review_event WHERE seq = 3",
        "TRUNCATE review_event",
        "DELETE FROM ledger_head",
        "TRUNCATE ledger_head",
    ],
)
def test_the_database_refuses_to_change_the_past(chain, statement):
    with pytest.raises(IntegrityError, match="append-only"), chain.begin_nested():
        chain.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "seq", "why"),
    [
        (
            "UPDATE review_event SET body = overlay(body placing '9' from 20) WHERE chain = '310000' AND seq = 3",
            3,
            "digest",
        ),
        ("UPDATE review_event SET actor_id = 1 WHERE chain = '310000' AND seq = 4", 4, "body"),
        ("UPDATE review_event SET action = 'approve' WHERE chain = '310000' AND seq = 2", 2, "body"),
        ("UPDATE review_event SET at = at + interval '1 second' WHERE chain = '310000' AND seq = 5", 5, "body"),
        ("UPDATE review_event SET subject_id = NULL WHERE chain = '310000' AND seq = 1", 1, "body"),
        ("DELETE FROM review_event WHERE chain = '310000' AND seq = 1", 1, "missing"),
        ("DELETE FROM review_event WHERE chain = '310000' AND seq = 4", 4, "missing"),
        ("DELETE FROM review_event WHERE chain = '310000' AND seq = 6", 6, "head"),
        ("UPDATE review_event SET seq = 13 - seq WHERE chain = '310000' AND seq IN (3, 4)", 3, "missing"),
        ("UPDATE review_event SET chain = '440000', seq = 3 WHERE chain = '310000' AND seq = 6", 6, "head"),
        ("UPDATE ledger_head SET seq = 5 WHERE chain = '310000'", 7, "head"),
    ],
)
def test_the_first_bad_event_is_named(chain, statement, seq, why):
    tamper(chain, statement)
    report = ledger.verify(chain)
    assert not report.ok
    if report.first_bad.chain == CHAIN:
        assert (report.first_bad.seq, report.first_bad.why) == (seq, why)
    else:
        assert report.first_bad.chain == "440000"
    assert str(report.first_bad.seq) in str(report.first_bad)


def test_a_ledger_longer_than_a_page_is_walked_to_its_end(chain, monkeypatch):
    for size in (1, 3, 4, 8):
        monkeypatch.setattr(ledger, "_PAGE", size)
        assert ledger.verify(chain).events == 8
    tamper(chain, "UPDATE review_event SET actor_id = 1 WHERE chain = '440000' AND seq = 2")
    assert not ledger.verify(chain).ok


def test_swapped_events_are_found(chain):
    tamper(chain, "UPDATE review_event SET seq = 90 WHERE chain = '310000' AND seq = 3")
    tamper(chain, "UPDATE review_event SET seq = 3 WHERE chain = '310000' AND seq = 4")
    tamper(chain, "UPDATE review_event SET seq = 4 WHERE chain = '310000' AND seq = 90")
    assert (ledger.verify(chain).first_bad.seq, ledger.verify(chain).first_bad.why) == (3, "order")


def test_a_rewritten_tail_is_found_against_exported_heads_only(chain):
    """Whoever may write everything can make a shorter chain that is right in itself; a copy kept elsewhere shows it."""
    exported = json.loads(json.dumps(ledger.export_heads(chain)))
    tamper(chain, "DELETE FROM review_event WHERE chain = '310000' AND seq > 4")
    tamper(
        chain,
        "UPDATE ledger_head SET seq = 4, digest = (SELECT digest FROM review_event WHERE chain = '310000' AND seq = 4)"
        " WHERE chain = '310000'",
    )
    assert ledger.verify(chain).ok
    report = ledger.verify(chain, heads=exported)
    assert (report.first_bad.chain, report.first_bad.seq, report.first_bad.why) == (CHAIN, 5, "truncated")


def test_a_chain_written_anew_is_found_against_exported_heads(chain):
    exported = ledger.export_heads(chain)
    body = chain.scalars(select(ReviewEvent.body).where(ReviewEvent.chain == "440000", ReviewEvent.seq == 2)).one()
    previous = chain.scalars(
        select(ReviewEvent.digest).where(ReviewEvent.chain == "440000", ReviewEvent.seq == 1)
    ).one()
    forged = body.replace('"facts":{}', '"facts":{"n":1}')
    digest = sha256(f"{previous}\n{forged}")
    tamper(
        chain,
        "UPDATE review_event SET body = :body, digest = :digest WHERE chain = '440000' AND seq = 2",
        body=forged,
        digest=digest,
    )
    tamper(chain, "UPDATE ledger_head SET digest = :digest WHERE chain = '440000'", digest=digest)
    assert ledger.verify(chain).ok
    report = ledger.verify(chain, heads=exported)
    assert (report.first_bad.chain, report.first_bad.seq, report.first_bad.why) == ("440000", 2, "head")


def test_a_lost_chain_is_found_against_exported_heads(chain):
    exported = ledger.export_heads(chain)
    tamper(chain, "DELETE FROM review_event WHERE chain = '440000'")
    tamper(chain, "DELETE FROM ledger_head WHERE chain = '440000'")
    assert ledger.verify(chain).ok
    assert ledger.verify(chain, heads=exported).first_bad.why == "truncated"


def test_the_ledger_holds_no_words_of_the_reviewer_and_no_phone(session):
    story = Story(session, "gig_offer")
    story.decided("return")
    bodies = " ".join(session.scalars(select(ReviewEvent.body)))
    assert "请补充说明" not in bodies and "139" + "00139000" not in bodies
    assert sha256("请补充说明") in bodies


def test_what_looks_like_the_mark_of_the_time_stays_as_it_is(session):
    person = reviewer(session)
    ledger.append(session, "note", person, "310000", facts={"at": "@at", "text": '"at":"@"', "q": "%s :x \\"})
    event = session.scalars(select(ReviewEvent).order_by(ReviewEvent.id.desc()).limit(1)).one()
    assert json.loads(event.body)["facts"] == {"at": "@at", "text": '"at":"@"', "q": "%s :x \\"}
    assert ledger.verify(session).ok
