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
from sqlalchemy import func, select, text

from app.models.review import OPEN_STATES, ReviewEvidence, ReviewQuery, ReviewRound, ReviewSeat
from app.review import decide, desk, ledger, queue
from app.review.kinds import KINDS
from app.rules.actor import CLOCK
from app.rules.calendar import SHANGHAI
from app.rules.dates import ZONE, today
from app.rules.refused import Refused
from tests.review.samples import Story, reviewer

# Slow: some hundreds of real transactions on each of three kinds.
pytestmark = pytest.mark.slow

VERDICTS = ("approve", "return", "reject")
# Acts with their argument; without one a number is given, which chooses a person, a token or a move. What leads
# further stands there more than once. Person 2 is the sender, who must never get through.
ACTS = (
    *("edit", "edit", "edit", "submit", "submit", "approve", "approve", "give return", "give reject", "move", "expire"),
    *("claim", "claim 2", "release", "lapse", "stale version", "stale epoch", "stale digest", "old", "old"),
    *("undo", "revise approve", "regret approve", "regret return", "regret reject", "ask", "answer", "hold", "resume"),
)
TERMINAL = ("approved", "rejected", "withdrawn", "superseded")


class Desk(RuleBasedStateMachine):
    """One subject, its sender and two reviewers; every refusal is fine, every inconsistency is not."""

    session: Any
    key: str
    decided: Counter[str]  # over all examples: proof that the machine went anywhere
    undone: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(self.session, self.key)
        self.kind = KINDS[self.key]
        self.subject = self.story.created()
        self.people = [self.story.decider, reviewer(self.session), None]
        sender = self.story.sender
        self.people[2] = type(sender)(account_id=sender.account_id, role=self.story.decider.role, region_code="310000")
        self.tokens: list[tuple[int, dict[str, Any]]] = []
        self.closed: dict[int, dict[str, Any]] = {}
        self.keys = 0

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
        self.play(chance.choices(ACTS, k=25), chance.randrange(60))

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

    def claim(self, who: str) -> Any:
        row = self.newest()
        if row is None:
            return None
        got = self.attempt(lambda: queue.claim(self.session, self.people[int(who) % 3], row.id))
        if got is not None:
            assert int(who) % 3 != 2, "nobody claims an own submission"
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
        due = self.would_count(person, round_id, seen)
        reasons = {} if verdict == "approve" else {"reason_codes": "R99", "reason_text": "改"}
        self.keys += 1
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
        return row.state == "queued" and token(row) == seen and held and person.account_id != row.submitted_by_id

    def undo(self, who: str) -> None:
        row = self.newest()
        if row is None:
            return
        live = select(ReviewSeat).where(ReviewSeat.round_id == row.id, ReviewSeat.undone_at.is_(None))
        seat = self.session.scalars(live).one_or_none()
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
        """2 and 4: decided is what was shown; one seat per decided round, never the submitter's."""
        for row in self.rounds():
            seats = self.session.scalars(
                select(ReviewSeat).where(ReviewSeat.round_id == row.id, ReviewSeat.undone_at.is_(None))
            ).all()
            assert len(seats) <= 1
            assert all(s.digest == row.evidence_digest and s.reviewer_id != row.submitted_by_id for s in seats)
            if row.state in ("approved", "rejected"):
                assert [s.verdict for s in seats] == [{"approved": "approve", "rejected": "reject"}[row.state]]

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


@pytest.mark.parametrize("key", ["posting", "gig_wanted"])
def test_whatever_people_do_the_invariants_hold(session, key):
    counted = {"decided": Counter(), "undone": Counter()}
    machine = type(f"Desk_{key}", (Desk,), {"session": session, "key": key, **counted})
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
