"""Figures of the bureau's review: what came in, what was decided, how late and why.

Days that are over are kept (`close_days`); `flow` reads those and counts only the rest from rounds and seats. Without
the job the figures are the same, and slower.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Date, Integer, String, and_, bindparam, cast, func, literal, select, text, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.orm import Session

from app.models.review import ReviewReason, ReviewRound
from app.models.statistics import ReviewDay
from app.review.kinds import KINDS
from app.rules import spread
from app.rules.actor import BUREAU, region_bounds
from app.rules.calendar import SHANGHAI

COUNTS: Final = ("received", "gone", "approved", "returned", "rejected", "late")
SPREADS: Final = ("reasons", "waits", "efforts")
_COLUMNS: Final = ("day", "region_code", "account_id", *COUNTS, *SPREADS)
_EVERYWHERE: Final = ("000000", "999999")
_AT_ONCE: Final = 31  # days closed in one transaction: the first run over an old database has years before it

# What was not kept yet. Rounds that a school or the operator decides are theirs and not counted. A round that was taken back, or replaced before
# anybody had decided, is gone; one that was returned has its verdict already. An approval that somebody
# else must confirm is work, no verdict. Classes of length: app/rules/spread.py.
_FACTS: Final = text(
    """
    WITH begun AS MATERIALIZED (
        SELECT timezone('Asia/Shanghai', CAST(greatest(CAST(:first AS date), (SELECT max(day) + 1 FROM review_day))
                                              AS timestamp)) AS at
    ), happened AS (
        SELECT CAST(timezone('Asia/Shanghai', r.submitted_at) AS date) AS day, r.region_code, 0 AS account_id,
               CAST('received' AS text) AS what
        FROM review_round r
        WHERE r.submitted_at >= (SELECT at FROM begun) AND r.submitted_at < :until
          AND r.school_id IS NULL AND r.kind <> ALL(:others) AND r.region_code BETWEEN :low AND :high
        UNION ALL
        SELECT CAST(timezone('Asia/Shanghai', r.decided_at) AS date), r.region_code, 0, 'gone'
        FROM review_round r
        WHERE r.state IN ('withdrawn', 'superseded', 'lapsed') AND r.decided_at >= (SELECT at FROM begun) AND r.decided_at < :until
          AND r.school_id IS NULL AND r.kind <> ALL(:others) AND r.region_code BETWEEN :low AND :high
          AND NOT EXISTS (SELECT FROM review_seat s
                          WHERE s.round_id = r.id AND s.verdict = 'return' AND s.undone_at IS NULL)
        UNION ALL
        SELECT CAST(timezone('Asia/Shanghai', s.decided_at) AS date), r.region_code, s.reviewer_id, unnest(array_remove(
                   ARRAY[CASE WHEN v.counts THEN CAST(s.verdict AS text) END, CASE WHEN v.counts AND s.decided_at > r.due_at THEN 'late' END,
                         CASE WHEN v.counts THEN 'wait:' || floor(
                             ln(1 + greatest(extract(epoch FROM s.decided_at - r.submitted_at), 0)) * :fineness) END,
                         'effort:' || floor(ln(1 + greatest(s.seconds, 0)) * :fineness)], NULL)
                   || ARRAY(SELECT 'reason:' || code FROM unnest(s.reason_codes) AS code WHERE s.verdict <> 'approve'))
        FROM review_seat s JOIN review_round r ON r.id = s.round_id,
             LATERAL (SELECT s.verdict <> 'approve' OR s.seat_no >= r.seats_needed AS counts) v
        WHERE s.decided_at >= (SELECT at FROM begun) AND s.decided_at < :until AND s.undone_at IS NULL
          AND r.school_id IS NULL AND r.kind <> ALL(:others) AND r.region_code BETWEEN :low AND :high
    ), counted AS (
        SELECT day, region_code, account_id, what, CAST(count(*) AS integer) AS n FROM happened GROUP BY 1, 2, 3, 4
    )
    SELECT day, region_code, account_id,
           coalesce(max(n) FILTER (WHERE what = 'received'), 0) AS received,
           coalesce(max(n) FILTER (WHERE what = 'gone'), 0) AS gone,
           coalesce(max(n) FILTER (WHERE what = 'approve'), 0) AS approved,
           coalesce(max(n) FILTER (WHERE what = 'return'), 0) AS returned,
           coalesce(max(n) FILTER (WHERE what = 'reject'), 0) AS rejected,
           coalesce(max(n) FILTER (WHERE what = 'late'), 0) AS late,
           coalesce(jsonb_object_agg(substr(what, 8), n) FILTER (WHERE what LIKE 'reason:%'), '{}') AS reasons,
           coalesce(jsonb_object_agg(substr(what, 6), n) FILTER (WHERE what LIKE 'wait:%'), '{}') AS waits,
           coalesce(jsonb_object_agg(substr(what, 8), n) FILTER (WHERE what LIKE 'effort:%'), '{}') AS efforts
    FROM counted GROUP BY 1, 2, 3
    """
).bindparams(bindparam("others", type_=ARRAY(String))).columns(
    day=Date, region_code=String, account_id=Integer,
    **dict.fromkeys(COUNTS, Integer), **dict.fromkeys(SPREADS, JSONB),
)  # fmt: skip


def midnight(day: date) -> datetime:
    """The instant at which a day begins."""
    return datetime.combine(day, time.min, SHANGHAI)


def _counted(first: date, until: date, bounds: tuple[str, str]) -> Any:
    low, high = bounds
    others = [key for key, kind in KINDS.items() if not kind.decider_roles & BUREAU]
    return _FACTS.bindparams(
        others=others, first=first, until=midnight(until), low=low, high=high, fineness=spread.FINENESS
    )


def close_days(session: Session, today: date) -> int:
    """Keeps the figures of every day that is over and was not kept yet; how many rows that made."""
    first = session.scalar(select(func.max(ReviewDay.day)))
    if first is None:
        earliest = session.scalar(select(func.min(ReviewRound.submitted_at)))
        first = (earliest.astimezone(SHANGHAI).date() if earliest else today) - timedelta(days=1)
    made, since = 0, first + timedelta(days=1)
    while since < today:
        until = min(today, since + timedelta(days=_AT_ONCE))
        kept = insert(ReviewDay).from_select(_COLUMNS, _counted(since, until, _EVERYWHERE)).on_conflict_do_nothing()
        made += len(session.execute(kept.returning(ReviewDay.day)).all())
        session.commit()
        since = until
    return made


# -- reading ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tally:
    """Counts of a day, a person or a period."""

    received: int = 0
    gone: int = 0
    approved: int = 0
    returned: int = 0
    rejected: int = 0
    late: int = 0

    @property
    def decided(self) -> int:
        return self.approved + self.returned + self.rejected

    @property
    def growth(self) -> int:
        """By how much more there is to do at the end than at the beginning."""
        return self.received - self.gone - self.decided

    def add(self, other: Tally) -> None:
        """Adds another one to this."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Person:
    """What one reviewer decided."""

    name: tuple[str, str] = ("", "")  # family name, given name
    tally: Tally = field(default_factory=Tally)
    efforts: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Reason:
    """How often a reason was given, and its names."""

    count: int
    name_zh: str
    name_en: str


@dataclass(slots=True)
class Flow:
    """A period of the review in one division, and the totals of the period before it."""

    days: dict[date, Tally] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    reasons: dict[str, Reason] = field(default_factory=dict)
    waits: Counter[int] = field(default_factory=Counter)
    total: Tally = field(default_factory=Tally)
    before: Tally = field(default_factory=Tally)
    waits_before: Counter[int] = field(default_factory=Counter)

    def person(self, key: str) -> Person:
        """The figures of one reviewer."""
        return self.people.setdefault(key, Person())

    @property
    def efforts(self) -> Counter[int]:
        return sum((person.efforts for person in self.people.values()), Counter())


def _facts(region: str, first: date, last: date) -> Any:
    """The facts of a period: kept where the day was closed, counted now where not."""
    bounds = region_bounds(region)
    days = ReviewDay.__table__.c
    kept = select(*(days[name] for name in _COLUMNS)).where(
        days.day.between(first, last), days.region_code.between(*bounds)
    )
    rest = _counted(first, last + timedelta(days=1), bounds).subquery("rest")
    return union_all(kept, select(*(rest.c[name] for name in _COLUMNS))).cte("facts")


def _part(name: str, key: Any, more: Any, facts: Any, figures: Mapping[str, Any]) -> Any:
    """One kind of row of the answer: what it is, its key, something beside the key, six figures."""
    values = [figures.get(count, literal(0)).label(count) for count in COUNTS]
    return select(literal(name).label("part"), cast(key, String).label("key"), more.label("more"), *values).select_from(
        facts
    )


def _sums(facts: Any) -> dict[str, Any]:
    return {name: func.sum(facts.c[name]) for name in COUNTS}


def _spread(name: str, facts: Any, spread_name: str, *conditions: Any, by: Any = None) -> Any:
    """The counts of a spread, added up over days and divisions; by person where one is named."""
    each = func.jsonb_each_text(facts.c[spread_name]).table_valued("key", "value", name=f"{name}_each")
    more = literal("") if by is None else cast(by, String)
    figures = {"received": func.sum(cast(each.c.value, Integer))}
    stmt = _part(name, each.c.key, more, facts.join(each, true()), figures).where(*conditions)
    return stmt.group_by(each.c.key, *([] if by is None else [by]))


def _reasons(facts: Any, condition: Any) -> Any:
    """How often each reason was given, with its names."""
    each = func.jsonb_each_text(facts.c.reasons).table_valued("key", "value", name="reason_each")
    named = facts.join(each, true()).outerjoin(ReviewReason, ReviewReason.code == each.c.key)
    names = func.max(ReviewReason.name_zh + "\n" + ReviewReason.name_en)
    figures = {"received": func.sum(cast(each.c.value, Integer))}
    return _part("reason", each.c.key, names, named, figures).where(condition).group_by(each.c.key)


def flow(session: Session, region: str, first: date, last: date) -> Flow:
    """What happened from the first to the last day in the division and below it, in one statement."""
    facts = _facts(region, first - (last - first + timedelta(days=1)), last)
    now, before = facts.c.day >= first, facts.c.day < first
    someone = and_(now, facts.c.account_id != 0)
    person = facts.join(User, User.id == facts.c.account_id)
    name = func.max(User.last_name + "\n" + User.first_name)
    parts = union_all(
        _part("day", facts.c.day, literal(""), facts, _sums(facts)).where(now).group_by(facts.c.day),
        _part("before", literal(""), literal(""), facts, _sums(facts)).where(before),
        _part("person", facts.c.account_id, name, person, _sums(facts)).where(someone).group_by(facts.c.account_id),
        _reasons(facts, now),
        _spread("wait", facts, "waits", now),
        _spread("wait_before", facts, "waits", before),
        _spread("effort", facts, "efforts", someone, by=facts.c.account_id),
    )
    return _read(session.execute(parts))


def _read(rows: Iterable[Any]) -> Flow:
    found = Flow()
    for row in rows:
        tally = Tally(*(int(getattr(row, name) or 0) for name in COUNTS))
        match row.part:
            case "day":
                found.days[date.fromisoformat(row.key)] = tally
            case "before":
                found.before = tally
            case "person":
                family, _line, given = row.more.partition("\n")
                found.person(row.key).name, found.person(row.key).tally = (family, given), tally
            case "reason":
                found.reasons[row.key] = Reason(tally.received, *(row.more or "\n").split("\n", 1))
            case "effort":
                found.person(row.more).efforts[int(row.key)] = tally.received
            case spread_of:
                counts = found.waits if spread_of == "wait" else found.waits_before
                counts[int(row.key)] = tally.received
    for tally in found.days.values():
        found.total.add(tally)
    return found
