"""Figures of the review against a plain count in Python: kept or not kept, by day, division, person and reason."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, select

from app.models.review import ReviewRound, ReviewSeat
from app.models.statistics import ReviewDay
from app.review import statistics
from app.review.statistics import Tally
from app.rules import spread
from app.rules.dates import ZONE, today
from tests.review import samples
from tests.review.rounds_written import DIGEST, round_of

REGIONS = ("310115", "310120", "310104", "440203")
VERDICTS = ("approve", "approve", "approve", "return", "reject")
DAYS = 40


@dataclass
class Past:
    """What was written, as the plain count reads it."""

    rounds: list[ReviewRound] = field(default_factory=list)
    seats: list[tuple[ReviewRound, ReviewSeat]] = field(default_factory=list)
    people: list[int] = field(default_factory=list)


def day_of(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def written(session, chance: random.Random, count: int = 120) -> Past:
    """Rounds of six weeks with and without verdicts, some undone, some a school's, some near midnight."""
    past = Past(people=[samples.account(session) for _n in range(3)])
    school = samples.school(session)
    now = datetime.now(ZONE)
    for number in range(count):
        at = now - timedelta(days=chance.randrange(DAYS), minutes=chance.randrange(1440))
        if number % 9 == 0:  # the first and the last minute of a day in China
            at = at.replace(hour=chance.choice((0, 23)), minute=chance.choice((0, 59)), second=0)
        at = min(at, now)
        made = round_of(
            session, region=chance.choice(REGIONS), submitted_at=at, due_at=at + timedelta(days=3),
            school_id=school.id if number % 13 == 5 else None,
        )  # fmt: skip
        past.rounds.append(made)
        if chance.random() < 0.25:
            continue
        ended = min(now, at + timedelta(minutes=chance.randrange(1, 8000)))
        if chance.random() < 0.2:
            made.state, made.decided_at = chance.choice(("withdrawn", "superseded", "lapsed")), ended
            continue
        verdict = chance.choice(VERDICTS)
        made.state = {"approve": "approved", "reject": "rejected", "return": "superseded"}[verdict]
        made.decided_at = min(now, ended + timedelta(days=1)) if verdict == "return" else ended
        seat = ReviewSeat(
            round_id=made.id, seat_no=1, reviewer_id=chance.choice(past.people), verdict=verdict, digest=DIGEST,
            reason_codes=[] if verdict == "approve" else chance.sample(["R01", "R10", "R18"], chance.randrange(1, 3)),
            seconds=chance.choice((None, 5, 60, 400, 4000)), decided_at=ended,
            undone_at=ended if chance.random() < 0.1 else None,
        )  # fmt: skip
        if seat.undone_at is not None:
            made.state, made.decided_at = "queued", None
        session.add(seat)
        past.seats.append((made, seat))
    session.commit()
    return past


def plainly(past: Past, prefix: str, first: date, last: date) -> tuple[dict[date, Tally], dict[int, Tally], Counter]:
    """The same figures by three loops."""
    days: dict[date, Tally] = {}
    people: dict[int, Tally] = {}
    reasons: Counter[str] = Counter()
    words = {"approve": "approved", "return": "returned", "reject": "rejected"}
    returned = {row.id for row, seat in past.seats if seat.verdict == "return" and seat.undone_at is None}

    def add(tally: Tally, name: str) -> None:
        setattr(tally, name, getattr(tally, name) + 1)

    for row in past.rounds:
        if not row.region_code.startswith(prefix) or row.school_id is not None:
            continue
        if first <= (day := day_of(row.submitted_at)) <= last:
            add(days.setdefault(day, Tally()), "received")
        gone = row.state in ("withdrawn", "superseded", "lapsed") and row.id not in returned
        if gone and first <= (day := day_of(row.decided_at)) <= last:
            add(days.setdefault(day, Tally()), "gone")
    for row, seat in past.seats:
        day = day_of(seat.decided_at)
        if seat.undone_at or row.school_id or not row.region_code.startswith(prefix) or not first <= day <= last:
            continue
        for tally in (days.setdefault(day, Tally()), people.setdefault(seat.reviewer_id, Tally())):
            add(tally, words[seat.verdict])
            if seat.decided_at > row.due_at:
                add(tally, "late")
        reasons.update(seat.reason_codes if seat.verdict != "approve" else ())
    return days, people, reasons


def compare(session, past: Past, region: str, days: int) -> None:
    first, last = today() - timedelta(days=days - 1), today()
    found = statistics.flow(session, region, first, last)
    prefix = region.rstrip("0") if region != "310000" else "31"
    by_day, people, reasons = plainly(past, prefix, first, last)
    assert found.days == by_day
    assert {int(key): person.tally for key, person in found.people.items()} == people
    assert {code: reason.count for code, reason in found.reasons.items()} == dict(reasons)
    before = Tally()
    for tally in plainly(past, prefix, first - timedelta(days=days), first - timedelta(days=1))[0].values():
        before.add(tally)
    assert found.before == before
    assert sum(found.waits.values()) == found.total.decided == sum(tally.decided for tally in by_day.values())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_figures_are_those_of_a_plain_count_kept_or_not(session, seed):
    """Slow: six weeks of rounds are counted six times, before and after their days are kept."""
    past = written(session, random.Random(seed))
    for region, days in (("310000", 7), ("310000", 30), ("310120", 30)):
        compare(session, past, region, days)
    assert statistics.close_days(session, today() - timedelta(days=10)) > 0
    compare(session, past, "310000", 30)
    assert statistics.close_days(session, today()) > 0
    assert statistics.close_days(session, today()) == 0, "a day is kept once"
    for region, days in (("310000", 7), ("310000", 30), ("310120", 30)):
        compare(session, past, region, days)
    last = session.scalar(select(ReviewDay.day).order_by(ReviewDay.day.desc()).limit(1))
    assert last < today(), "today is not over"


def test_what_is_kept_is_not_counted_again(session):
    """A day that was kept stays as it was: the rounds of it are not read a second time."""
    written(session, random.Random(7), 40)
    statistics.close_days(session, today())
    kept = session.scalars(select(ReviewDay.received).where(ReviewDay.region_code.startswith("31"))).all()
    session.execute(delete(ReviewSeat))
    session.execute(delete(ReviewRound).where(ReviewRound.submitted_at < statistics.midnight(today())))
    session.commit()
    found = statistics.flow(session, "310000", today() - timedelta(days=DAYS + 5), today() - timedelta(days=1))
    assert found.total.received == sum(kept) > 0


def test_people_and_reasons_are_named(session):
    past = written(session, random.Random(3), 60)
    found = statistics.flow(session, "310000", today() - timedelta(days=DAYS), today())
    names = {str(user.id): (user.last_name, user.first_name) for user in session.scalars(select(User))}
    assert all(person.name == names[key] for key, person in found.people.items())
    assert found.reasons["R01"].name_zh and found.reasons["R01"].name_en
    assert len(found.people) <= len(past.people)


@pytest.mark.parametrize("seed", range(5))
def test_the_median_of_a_spread_is_near_the_true_one(seed):
    chance = random.Random(seed)
    lengths = [chance.expovariate(1 / 5000) + 30 for _n in range(501)]
    found = spread.median(Counter(spread.class_of(length) for length in lengths))
    true = sorted(lengths)[250]
    assert abs(found - true) / true < 0.05


def test_nothing_has_no_median():
    assert spread.median({}) is None
    assert spread.class_of(-5) == spread.class_of(0) == 0
