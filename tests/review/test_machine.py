"""A state machine drives the desk at random; after every step the invariants of review.md section 8 must hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select, text, update

from app.models.accounts import Hat
from app.models.review import (
    OPEN_STATES,
    ReviewEvent,
    ReviewEvidence,
    ReviewPolicy,
    ReviewQuery,
    ReviewRound,
    ReviewSeat,
)
from app.review import decide, desk, escalating, ledger, queue
from app.review.kinds import KINDS
from app.rules.actor import CLOCK
from app.rules.calendar import SHANGHAI
from app.rules.dates import ZONE, today
from app.rules.refused import Refused
from tests.review.samples import Story, reviewer

# Slow: some hundreds of real transactions on each of two kinds, and on one of them with two seats.
pytestmark = pytest.mark.slow

VERDICTS = ("approve", "return", "reject")
# Acts with their argument; without one a number is given, which chooses a person, a token or a move. What leads
# further stands there more than once. Person 2 is the sender, who must never get through.
ACTS = (
    *("edit", "edit", "edit", "submit", "submit", "approve", "approve", "give return", "give reject", "move", "expire"),
    *("claim", "claim 2", "release", "lapse", "stale version", "stale epoch", "stale digest", "old", "old"),
    *("undo", "revise approve", "regret approve", "regret return", "regret reject", "ask", "answer", "hold", "resume"),
)
# With two seats people come and go, and the job that counts them anew runs in between.
BY_TWO = (*ACTS, "approve", "approve", "approve", "leave", "come", "come", "tick", "tick")
TERMINAL = ("approved", "rejected", "withdrawn", "superseded")


class Desk(RuleBasedStateMachine):
    """One subject, its sender and two reviewers; every refusal is fine, every inconsistency is not."""

    session: Any
    key: str
    seats: int
    decided: Counter[str]  # over all examples: proof that the machine went anywhere
    undone: Counter[str]
    met: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(self.session, self.key)
        self.kind = KINDS[self.key]
        self.subject = self.story.created()
        self.people = [self.story.decider, reviewer(self.session), None]
        sender = self.story.sender
        self.people[2] = type(sender)(account_id=sender.account_id, role=self.story.decider.role, region_code="310000")
        if self.seats > 1:
            self.staff()
        self.tokens: list[tuple[int, dict[str, Any]]] = []
        self.closed: dict[int, dict[str, Any]] = {}
        self.keys = 0

    def staff(self) -> None:
        """Exactly these two could decide: whoever earlier examples left has gone."""
        self.session.execute(update(Hat).where(Hat.role.in_(("reviewer", "lead"))).values(active=False))
        for person in self.people[:2]:
            self.session.add(
                Hat(account_id=person.account_id, role=person.role.value, region_code=person.region_code, grants=[])
            )
        self.session.commit()

    # -- what people do ---------------------------------------------------------------------------

    def attempt(self, act: Any) -> Any:
        """The result, or None where it was refused."""
        try:
            return act()
        except Refused as refusal:
            assert refusal.code not in ("bad_value", "unknown_field", "missing"), refusal
            return None

    def send(self, name: str, **more: Any) -> Any:
        return self.attempt(lambda: desk.move(self.session, self.story.sender, self.key, self.subject.id, name, **more))

    @initialize(start=st.sampled_from(["draft", "pending", "live", "live"]))
    def begin(self, start: str) -> None:
        """Half of what can go wrong needs something in the queue, or something public."""
        acts = {"draft": (), "pending": ("submit",), "live": ("submit", "approve")}
        self.play(acts[start], 0)

    @rule(chance=st.randoms(use_true_random=True))
    def go_on(self, chance: Random) -> None:
        """Some acts, evenly drawn: left to itself the search stays with a few of them."""
        self.play(chance.choices(BY_TWO if self.seats > 1 else ACTS, k=25), chance.randrange(60))

    def play(self, acts: Sequence[str], pick: int) -> None:
        """The acts in a row; the invariants are looked at after each."""
        for number, act in enumerate(acts):
            name, _, what = act.partition(" ")
            getattr(self, name)(what or str(pick + number))
            self.look()

    def edit(self, _: str) -> None:
        self.attempt(lambda: desk.edit(self.session, self.story.sender, self.key, self.subject.id, self.story.mended()))

    def submit(self, _: str) -> None:
        self.attempt(lambda: desk.submit(self.session, self.story.sender, self.key, self.subject.id))

    def move(self, pick: str) -> None:
        """One of the moves that are offered; each of them must be possible or refused in words."""
        self.session.refresh(self.subject)
        offered = desk.moves(self.story.sender, self.key, self.subject)
        names = [m.name for m in offered if m.name not in ("delete", "set_validity")]
        if names:
            self.send(names[int(pick) % len(names)])

    def expire(self, _: str) -> None:
        self.attempt(lambda: desk.move(self.session, CLOCK, self.key, self.subject.id, "expire"))

    def leave(self, _: str) -> None:
        self.second_person_is(False)

    def come(self, _: str) -> None:
        self.second_person_is(True)

    def second_person_is(self, there: bool) -> None:
        hats = Hat.account_id == self.people[1].account_id, Hat.role == self.people[1].role.value
        self.session.execute(update(Hat).where(*hats).values(active=there))
        self.session.commit()

    def tick(self, _: str) -> None:
        escalating.run(self.session)

    def claim(self, who: str) -> Any:
        row = self.newest()
        if row is None:
            return None
        got = self.attempt(lambda: queue.claim(self.session, self.people[int(who) % 3], row.id))
        if got is not None:
            assert int(who) % 3 != 2, "nobody claims an own submission"
            assert self.people[int(who) % 3].account_id not in self.seated(got.id), "nobody takes two seats"
            self.tokens.append((got.id, token(got)))
        return got

    def release(self, who: str) -> None:
        row = self.newest()
        if row is not None:
            self.attempt(lambda: queue.release(self.session, self.people[int(who) % 3], row.id))

    def lapse(self, _: str) -> None:
        self.session.execute(
            text("UPDATE review_round SET lease_until = clock_timestamp() WHERE subject_id = :s AND holder_id > 0"),
            {"s": self.subject.id},
        )
        self.session.commit()

    def approve(self, _: str) -> None:
        self.review("approve")

    def give(self, verdict: str) -> None:
        self.review(verdict)

    def review(self, verdict: str) -> None:
        """The everyday case: whoever can opens it and decides."""
        for who in (0, 1):
            if self.claim(str(who)) is not None:
                return self.verdict(self.people[who], verdict, *self.tokens[-1])
        return None

    def stale(self, part: str) -> None:
        """Everything right but one: the version, the fence or the digest of what is open."""
        if self.claim("0") is not None:
            round_id, seen = self.tokens[-1]
            wrong = {"version": seen["version"] - 1, "epoch": seen["epoch"] - 1, "digest": "0" * 64}
            self.verdict(self.people[0], "approve", round_id, seen | {part: wrong[part]})

    def old(self, pick: str) -> None:
        """With any token ever seen; it counts only if nothing has moved since."""
        if self.tokens:
            seen = self.tokens[-1 - int(pick) % len(self.tokens)]
            self.verdict(self.people[int(pick) % 3], VERDICTS[int(pick) % len(VERDICTS)], *seen)

    def verdict(self, person: Any, verdict: str, round_id: int, seen: dict[str, Any]) -> None:
        self.keys += 1
        silent = verdict == "approve" and self.keys % 5 == 0
        due = self.would_count(person, round_id, seen) and not (
            silent and self.session.get(ReviewRound, round_id).alone
        )
        reasons = {"reason_text": "核实"} if verdict == "approve" else {"reason_codes": "R99", "reason_text": "改"}
        reasons = {} if silent else reasons
        key = f"{self.subject.id}-{self.keys}"

        def act() -> Any:
            return decide.decide(self.session, person, round_id, verdict, **seen, **reasons, idempotency_key=key)

        answer = self.attempt(act)
        assert (answer is not None) == due
        if answer is not None:
            self.decided.update([verdict])
            assert act() == answer

    def would_count(self, person: Any, round_id: int, seen: dict[str, Any]) -> bool:
        row = self.session.get(ReviewRound, round_id, populate_existing=True)
        now = self.session.scalar(select(func.clock_timestamp()))
        held = row.holder_id == person.account_id and row.lease_until is not None and row.lease_until > now
        own = person.account_id == row.submitted_by_id or person.account_id in self.seated(round_id)
        return row.state in ("queued", "second") and token(row) == seen and held and not own

    def seated(self, round_id: int) -> set[int]:
        mine = select(ReviewSeat.reviewer_id).where(ReviewSeat.round_id == round_id, ReviewSeat.undone_at.is_(None))
        return set(self.session.scalars(mine))

    def undo(self, who: str) -> None:
        row = self.newest()
        if row is None:
            return
        live = select(ReviewSeat).where(ReviewSeat.round_id == row.id, ReviewSeat.undone_at.is_(None))
        seat = self.session.scalars(live.order_by(ReviewSeat.id.desc()).limit(1)).one_or_none()
        got = self.attempt(lambda: decide.undo(self.session, self.people[int(who) % 3], row.id))
        if got is not None:
            assert seat is not None and seat.reviewer_id == self.people[int(who) % 3].account_id
            self.closed.pop(row.id, None)
            self.undone.update([seat.verdict])
            self.tokens.append((got.id, token(got)))

    def regret(self, verdict: str) -> None:
        """A verdict taken back at once: everything is as it was (1)."""
        if self.claim("0") is None:
            return
        before = self.photograph()
        self.verdict(self.people[0], verdict, *self.tokens[-1])
        self.undo("0")
        assert self.photograph() == before

    def revise(self, verdict: str) -> None:
        """An edit, and a verdict on it taken back."""
        self.edit("")
        self.submit("")
        self.regret(verdict)

    def ask(self, who: str) -> None:
        if self.claim(who) is not None:
            decide.ask(self.session, self.people[int(who) % 3], self.newest().id, ["为什么？"])

    def answer(self, _: str) -> None:
        row = self.newest()
        if row is not None:
            due = row.due_at
            if self.attempt(lambda: decide.answer(self.session, self.story.sender, row.id, "因为")) is not None:
                assert row.due_at >= due

    def hold(self, who: str) -> None:
        until = datetime.now(ZONE) + timedelta(days=2)
        if self.claim(who) is not None:
            decide.hold(self.session, self.people[int(who) % 3], self.newest().id, until, "等")

    def resume(self, who: str) -> None:
        row = self.newest()
        if row is not None:
            self.attempt(lambda: decide.resume(self.session, self.people[int(who) % 3], row.id))

    # -- what must hold ---------------------------------------------------------------------------

    def look(self) -> None:
        self.public_content_is_what_was_approved()
        self.status_and_rounds_tell_the_same()
        self.seats_are_lawful()
        self.the_past_stays()

    def photograph(self) -> dict[str, Any]:
        self.session.refresh(self.subject)
        columns = {c.key: getattr(self.subject, c.key) for c in self.subject.__table__.columns}
        return {name: value for name, value in columns.items() if name not in ("version", "changed_on", "search")}

    def rounds(self) -> list[Any]:
        mine = select(ReviewRound).where(ReviewRound.kind == self.key, ReviewRound.subject_id == self.subject.id)
        return list(self.session.scalars(mine.order_by(ReviewRound.id).execution_options(populate_existing=True)))

    def newest(self) -> Any:
        rows = self.rounds()
        return rows[-1] if rows else None

    def public_content_is_what_was_approved(self) -> None:
        """1: applied iff approved. Public is the content of an approved round and of no other."""
        self.session.refresh(self.subject)
        if self.subject.status not in self.kind.lifecycle.public:
            return
        approved = [row for row in self.rounds() if row.state == "approved"]
        assert approved, "public without approval"
        content = self.session.get(ReviewEvidence, approved[-1].evidence_digest).content
        assert not self.kind.changed(content, self.kind.content(self.session, self.subject))

    def status_and_rounds_tell_the_same(self) -> None:
        """5 and 6: one open round at most, of the sort that the status says."""
        opened = [row for row in self.rounds() if row.state in OPEN_STATES]
        assert len(opened) <= 1
        row = opened[0] if opened else None
        plain, change = (row and not row.is_change), (row and row.is_change)
        assert (self.subject.status in ("pending", "returned")) == bool(plain)
        assert (self.subject.edit_state in ("pending", "returned")) == bool(change)
        assert (self.subject.edit_content is None) == (self.subject.edit_state == "")
        if row is not None:
            returned = "returned" in (self.subject.status, self.subject.edit_state)
            query = select(ReviewQuery).where(ReviewQuery.round_id == row.id, ReviewQuery.is_return)
            assert returned == bool(self.session.scalars(query).all())
            assert (row.clock_stopped_at is not None) == (row.state in ("need_info", "held"))
            due = row.due_at.astimezone(SHANGHAI)
            assert (due.hour, due.minute) == (18, 0) and due.date() >= today()

    def seats_are_lawful(self) -> None:
        """2 and 4: decided is what was shown, by as many different people as it takes, never the submitter.

        By fewer only where that is marked, and then with a ground; each seat has its event, by the same person.
        """
        for row in self.rounds():
            mine = select(ReviewSeat).where(ReviewSeat.round_id == row.id, ReviewSeat.undone_at.is_(None))
            seats = self.session.scalars(mine.order_by(ReviewSeat.id)).all()
            assert all(s.digest == row.evidence_digest and s.reviewer_id != row.submitted_by_id for s in seats)
            assert len({s.reviewer_id for s in seats}) == len(seats) <= row.seats_needed
            assert row.seats_wanted == self.seats and row.alone == (row.seats_needed < self.seats)
            words = [s.verdict for s in seats]
            if row.state == "approved":
                assert words == ["approve"] * row.seats_needed
                assert not row.alone or seats[-1].reason_text.strip()
            elif row.state == "rejected":
                assert words == ["approve"] * (len(words) - 1) + ["reject"]
            elif row.state == "second":
                assert 0 < len(words) < row.seats_needed and set(words) == {"approve"}
            elif row.state == "queued":
                assert not words
            self.met.update([row.state, *(["alone"] if row.alone and row.state == "approved" else [])])
            self.told(row, seats)

    def told(self, row: Any, seats: Sequence[Any]) -> None:
        """The ledger is complete: who took which seat, and of what was decided alone that it was."""
        verdicts = ("endorse", *VERDICTS)
        stmt = select(ReviewEvent).where(ReviewEvent.round_id == row.id, ReviewEvent.action.in_(verdicts))
        events = {event.facts["seat"]: event for event in self.session.scalars(stmt)}
        for seat in seats:
            event = events[seat.id]
            assert (event.actor_id, event.facts["digest"]) == (seat.reviewer_id, seat.digest)
            assert event.action in (seat.verdict, "endorse")
        if row.state == "approved" and row.alone:
            assert events[seats[-1].id].facts["seats_set"] == self.seats

    def the_past_stays(self) -> None:
        """5: a terminal round never changes again, undo by its own reviewer apart."""
        for row in self.rounds():
            now = {c.key: getattr(row, c.key) for c in row.__table__.columns}
            if row.id in self.closed:
                assert self.closed[row.id] == now
            elif row.state in TERMINAL:
                self.closed[row.id] = now

    def teardown(self) -> None:
        """7 and 8: the ledger is whole and rebuilds the states."""
        assert ledger.verify(self.session).ok
        replayed = ledger.replay(self.session)
        assert {row.id: replayed[row.id] for row in self.rounds()} == {row.id: row.state for row in self.rounds()}


def token(row: Any) -> dict[str, Any]:
    return {"version": row.version, "epoch": row.epoch, "digest": row.evidence_digest}


@pytest.fixture
def policy(session, key, seats):
    """That many must agree to this kind, everywhere."""
    row = session.scalars(
        select(ReviewPolicy).where(ReviewPolicy.kind == key, ReviewPolicy.region_code.is_(None))
    ).one()
    before, row.seats_needed = row.seats_needed, seats
    session.commit()
    yield
    session.rollback()
    row.seats_needed = before
    session.commit()


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize(("key", "seats"), [("posting", 1), ("gig_wanted", 1), ("posting", 2)])
def test_whatever_people_do_the_invariants_hold(session, key, seats):
    counted = {"decided": Counter(), "undone": Counter(), "met": Counter()}
    machine = type(f"Desk_{key}_{seats}", (Desk,), {"session": session, "key": key, "seats": seats, **counted})
    limits = settings(
        max_examples=12,
        stateful_step_count=2,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )
    run_state_machine_as_test(machine, settings=limits)
    for verdict in VERDICTS:
        assert counted["decided"][verdict] > 2 and counted["undone"][verdict] > 0, counted
    for state in ("second", "alone") if seats > 1 else ():
        assert counted["met"][state] > 2, counted
