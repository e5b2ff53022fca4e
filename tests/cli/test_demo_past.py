"""The clock of the demo month: office hours only, never back, and gone when the loading is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from app.cli.demo.past import CLOSES, DAYS, OPENS, Past
from app.models.review import ReviewEvent
from app.review import ledger
from app.rules.dates import ZONE
from tests.review import samples


def clock(session) -> datetime:
    return session.scalar(select(func.clock_timestamp()))


def test_the_clock_goes_through_office_hours_and_never_back(session):
    with Past(session) as past:
        seen = []
        for step in range(60):
            past.go_to(step / 60)
            seen.append(clock(session))
            past.work(1, 20)
            seen.append(clock(session))
    assert seen == sorted(seen) and len(set(seen)) == len(seen)
    local = [at.astimezone(ZONE) for at in seen]
    assert all(OPENS <= at.time() <= (datetime.combine(at, CLOSES) + timedelta(minutes=25)).time() for at in local)
    now = datetime.now(ZONE)
    assert now - timedelta(days=DAYS + 1) < local[0] < local[-1] < now


def test_every_clock_of_the_database_says_the_same(session):
    clocks = (func.now(), func.clock_timestamp(), func.statement_timestamp(), func.transaction_timestamp())
    with Past(session) as past:
        past.go_to(0.5)
        assert set(session.execute(select(*clocks)).one()) == {past.now}
        session.rollback()
        assert clock(session) == past.now, "what is taken back leaves the clock as it is"


def test_what_is_done_meanwhile_agrees_with_its_ledger(session):
    with Past(session) as past:
        past.go_to(0.3)
        subject, row = samples.Story(session, "posting").decided()
        expected = past.now
    session.refresh(row)
    assert row.submitted_at == row.decided_at == expected
    events = session.scalars(select(ReviewEvent).where(ReviewEvent.round_id == row.id)).all()
    assert events and {event.at for event in events} == {expected}
    assert subject.created_on < subject.submitted_at
    assert ledger.verify(session).ok


def test_the_true_clock_is_back_afterwards(session):
    with Past(session):
        pass
    assert abs(clock(session) - datetime.now(ZONE)) < timedelta(minutes=1)
    assert session.scalar(text("SELECT count(*) FROM pg_namespace WHERE nspname = 'demo_clock'")) == 0


def test_an_error_is_not_hidden_by_the_way_back(session):
    with pytest.raises(ZeroDivisionError), Past(session):
        _nothing = 1 / 0
    session.rollback()
