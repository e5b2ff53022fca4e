"""Two seats: an approval takes effect once a second, different person has confirmed it, for every kind alike."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError

from app.models.accounts import Hat
from app.models.messages import Outbox
from app.models.review import ReviewEvent, ReviewPolicy, ReviewRound, ReviewSeat
from app.review import decide, desk, greens, ledger, queue, show, statistics
from app.review.canonical import sha256
from app.review.kinds import KINDS
from app.rules.actor import Role
from app.rules.dates import today
from tests.review.samples import REGION, Story, operator, refusal, resident_id, reviewer, say, school_admin

ALL = pytest.mark.parametrize("key", sorted(KINDS))


@pytest.fixture(autouse=True)
def two_seats(session):
    kept = session.execute(select(ReviewPolicy.id, ReviewPolicy.seats_needed, ReviewPolicy.seats_grave)).all()
    session.execute(update(ReviewPolicy).values(seats_needed=2))
    there = set(session.scalars(select(ReviewPolicy.kind).where(ReviewPolicy.region_code.is_(None))))
    session.add_all([ReviewPolicy(kind=key, seats_needed=2) for key in KINDS if key not in there])
    session.commit()
    yield
    session.rollback()
    for row in kept:
        before = {"seats_needed": row.seats_needed, "seats_grave": row.seats_grave}
        session.execute(update(ReviewPolicy).where(ReviewPolicy.id == row.id).values(before))
    session.execute(delete(ReviewPolicy).where(ReviewPolicy.id.not_in([row.id for row in kept])))
    session.commit()


def seated(session, actor):
    """The actor as an account with that very hat: those count who could decide."""
    session.add(
        Hat(
            account_id=actor.account_id, role=actor.role.value, school_id=actor.school_id, grants=sorted(actor.grants),
            region_code=None if actor.school_id or actor.role is Role.OPERATOR else actor.region_code,
        )
    )  # fmt: skip
    session.commit()
    return actor


def colleague(session, story):
    if story.school is not None:
        return school_admin(session, story.school)
    return operator(session) if story.key == "agency_entry" else reviewer(session, REGION)


@pytest.fixture
def story(session, key):
    return Story(session, key)


@pytest.fixture
def both(session, story):
    return seated(session, story.decider), seated(session, colleague(session, story))


def told(session, row):
    stmt = select(Outbox.template).where(Outbox.round_id == row.id, Outbox.state != "cancelled").order_by(Outbox.id)
    return session.scalars(stmt).all()


def endorsed(session, story, both):
    subject, row = story.submitted()
    say(session, both[0], queue.claim(session, both[0], row.id))
    session.refresh(subject)
    session.refresh(row)
    return subject, row


@ALL
def test_the_first_approval_changes_nothing_and_the_second_decides(session, story, both):
    first, second = both
    subject, row = story.submitted()
    before = (subject.status, subject.version, subject.decided_at)
    assert row.seats_needed == 2
    assert greens.batch(session, first, [(row.id, row.version, row.evidence_digest)])[0].code == "not_all_green"
    claimed = queue.claim(session, first, row.id)
    answer = decide.decide(
        session, first, row.id, "approve", version=claimed.version, epoch=claimed.epoch, digest=row.evidence_digest,
        reason_text="已电话核实", idempotency_key="one",
        acknowledged=[check["code"] for check in row.checks if check["severity"] == "high"],
    )  # fmt: skip
    session.refresh(subject)
    session.refresh(row)
    assert answer == {"id": row.id, "state": "second", "version": 2}
    assert (subject.status, subject.version, subject.decided_at) == before
    assert (row.state, row.holder_id, row.lease_until, row.decided_at) == ("second", None, None, None)
    assert told(session, row) == ["submission_received"], "the sender hears nothing of the first seat"
    said = show.for_sender(session, story.sender, story.key, subject.id)
    assert said["round"]["state"] == "queued"
    assert [step.action for step in said["history"]][-1] == "submit"
    inside = show.history(session, second, row)[-1]
    assert (inside.action, inside.text, inside.state) == ("endorse", "已电话核实", "second")

    for act in (
        lambda: queue.claim(session, first, row.id),
        lambda: decide.decide(session, first, row.id, "approve", version=2, epoch=1, digest=row.evidence_digest),
    ):
        with refusal("seated"):
            act()
    assert queue.claim_next(session, first, [story.key]) is None
    assert show.present(session, first, row)["moves"] == []

    taken = queue.claim_next(session, second, [story.key])
    assert (taken.id, taken.state) == (row.id, "second")
    assert say(session, second, taken)["state"] == "approved"
    session.refresh(subject)
    assert subject.status == KINDS[story.key].lifecycle.find("approve").target
    seats = session.execute(
        select(ReviewSeat.seat_no, ReviewSeat.reviewer_id).where(ReviewSeat.round_id == row.id).order_by(ReviewSeat.id)
    ).all()
    assert [tuple(one) for one in seats] == [(1, first.account_id), (2, second.account_id)]
    assert told(session, row) == ["submission_received", "round_approved"]
    assert ledger.verify(session).ok and ledger.replay(session)[row.id] == "approved"


@ALL
@pytest.mark.parametrize(("verdict", "state"), [("return", "need_info"), ("reject", "rejected")])
def test_the_second_sends_it_back_alone(session, story, both, verdict, state):
    subject, row = endorsed(session, story, both)
    say(session, both[1], queue.claim(session, both[1], row.id), verdict)
    session.refresh(subject)
    session.refresh(row)
    assert (row.state, subject.status) == (state, {"return": "returned", "reject": "rejected"}[verdict])
    if verdict == "return":
        desk.edit(session, story.sender, story.key, subject.id, story.mended(), subject.version)
        again = desk.submit(session, story.sender, story.key, subject.id)
        claimed = queue.claim(session, both[0], again.id)
        assert say(session, both[0], claimed)["state"] == "second", "a mended submission begins with the first seat"


@ALL
def test_each_takes_back_the_own_verdict_only(session, story, both):
    first, second = both
    subject, row = endorsed(session, story, both)
    with refusal("not_allowed"):
        decide.undo(session, second, row.id)
    back = decide.undo(session, first, row.id)
    assert (back.state, back.holder_id) == ("queued", first.account_id)
    say(session, first, back)
    say(session, second, queue.claim(session, second, row.id))
    with refusal("not_allowed"):
        decide.undo(session, first, row.id)
    back = decide.undo(session, second, row.id)
    session.refresh(subject)
    assert (back.state, back.holder_id, subject.status) == ("second", second.account_id, "pending")
    assert say(session, second, back)["state"] == "approved"
    assert ledger.replay(session)[row.id] == "approved"


def a_posting(session):
    story = Story(session, "posting")
    return story, (seated(session, story.decider), seated(session, reviewer(session, REGION)))


def test_the_first_seat_is_taken_back_for_a_minute_only(session):
    story, both = a_posting(session)
    _subject, row = endorsed(session, story, both)
    session.execute(update(ReviewSeat).values(decided_at=func.now() - timedelta(minutes=2)))
    session.commit()
    with refusal("undo_too_late"):
        decide.undo(session, both[0], row.id)


def test_a_question_and_a_hold_come_back_to_the_second_seat(session):
    story, (first, second) = a_posting(session)
    _subject, row = endorsed(session, story, (first, second))
    queue.claim(session, second, row.id)
    decide.ask(session, second, row.id, ["几楼？"])
    with refusal("undo_too_late"):
        decide.undo(session, first, row.id)
    decide.answer(session, story.sender, row.id, "二楼")
    session.refresh(row)
    assert row.state == "second"
    queue.claim(session, second, row.id)
    decide.hold(session, second, row.id, func_now(session) + timedelta(days=2), "等")
    assert decide.resume(session, second, row.id).state == "second"
    assert queue.claim_next(session, first, ["posting"]) is None


def func_now(session):
    return session.scalar(select(func.clock_timestamp()))


def test_it_is_not_handed_to_whoever_has_decided(session):
    story, (first, second) = a_posting(session)
    third = seated(session, reviewer(session, REGION))
    _subject, row = endorsed(session, story, (first, second))
    queue.claim(session, second, row.id)
    with refusal("not_eligible"):
        queue.transfer(session, second, row.id, first.account_id, "请复核")
    assert queue.transfer(session, second, row.id, third.account_id, "请复核").holder_id == third.account_id


def test_an_edit_between_the_seats_begins_anew(session):
    story, (first, second) = a_posting(session)
    subject, row = endorsed(session, story, (first, second))
    seen = queue.claim(session, second, row.id)
    marks = {"version": seen.version, "epoch": seen.epoch, "digest": seen.evidence_digest}
    edited = desk.edit(session, story.sender, "posting", subject.id, story.mended(), subject.version)
    with refusal("stale"):
        decide.decide(session, second, row.id, "approve", **marks)
    assert say(session, second, queue.claim(session, second, edited.round.id))["state"] == "second"


def test_never_more_seats_than_people_who_could_take_one(session):
    """The sender's side, other divisions, ended hats and accounts switched off do not count; above the division does."""
    story = Story(session, "posting")
    seated(session, story.decider)
    seated(session, reviewer(session, "440203"))
    of_unit = seated(session, reviewer(session))
    session.add(Hat(account_id=of_unit.account_id, role=Role.HANDLER.value, unit_id=story.unit.id))
    gone = seated(session, reviewer(session))
    session.execute(text("UPDATE ab_user SET active = false WHERE id = :id"), {"id": gone.account_id})
    session.commit()
    _subject, row = story.submitted()
    assert row.seats_needed == 1
    event = session.scalars(
        select(ReviewEvent).where(ReviewEvent.round_id == row.id, ReviewEvent.action == "submit")
    ).one()
    assert (event.facts["seats"], event.facts["seats_set"]) == (1, 2)
    say(session, story.decider, queue.claim(session, story.decider, row.id))
    session.refresh(row)
    assert row.state == "approved"
    seated(session, reviewer(session, REGION, Role.LEAD))
    assert story.submitted()[1].seats_needed == 2


def test_who_decides_alone_says_why_and_it_stands_on_record(session):
    """Desk, database and ledger: nobody else could decide it, neither here nor above."""
    story = Story(session, "posting")
    seated(session, story.decider)
    subject, row = story.submitted()
    assert (row.seats_needed, row.seats_wanted, row.alone) == (1, 2, True)
    row = queue.claim(session, story.decider, row.id)
    marks = {"version": row.version, "epoch": row.epoch, "digest": row.evidence_digest}
    with refusal("reason_missing") as refused:
        decide.decide(session, story.decider, row.id, "approve", **marks)
    assert (refused.value.field, refused.value.facts["alone"]) == ("reason_text", True)
    decide.decide(session, story.decider, row.id, "approve", **marks, reason_text="全局仅一人在岗")
    approved = session.scalars(
        select(ReviewEvent).where(ReviewEvent.round_id == row.id, ReviewEvent.action == "approve")
    ).one()
    assert (approved.actor_id, approved.facts["seats"], approved.facts["seats_set"]) == (story.decider.account_id, 1, 2)
    assert approved.facts["text_digest"] == sha256("全局仅一人在岗")
    last = show.history(session, story.decider, row)[-1]
    assert (last.alone, last.text) == (True, "全局仅一人在岗")
    told = show.for_sender(session, story.sender, "posting", subject.id)["history"][-1]
    assert (told.action, told.alone, told.text) == ("approve", False, ""), (
        "the sender does not read the bureau's ground"
    )
    notices = session.scalars(
        select(Outbox).where(Outbox.round_id == row.id, Outbox.template == "round_approved")
    ).all()
    assert notices and all(notice.facts["reason_text"] == "" for notice in notices)


def test_alone_a_return_or_a_rejection_needs_no_more_than_its_reason(session):
    story = Story(session, "posting")
    seated(session, story.decider)
    for verdict, state in (("return", "need_info"), ("reject", "rejected")):
        _subject, row = story.submitted()
        assert row.alone
        say(session, story.decider, queue.claim(session, story.decider, row.id), verdict)
        session.refresh(row)
        assert row.state == state


def test_the_database_wants_a_ground_of_whoever_decides_alone(session):
    story = Story(session, "posting")
    seated(session, story.decider)
    _subject, row = story.submitted()
    say(session, story.decider, queue.claim(session, story.decider, row.id))
    decide.undo(session, story.decider, row.id)
    session.execute(
        text("UPDATE review_seat SET undone_at = NULL, reason_text = ' ' WHERE round_id = :id"), {"id": row.id}
    )
    with pytest.raises(IntegrityError, match="without a ground"):
        session.execute(text("UPDATE review_round SET state = 'approved' WHERE id = :id"), {"id": row.id})
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    session.rollback()
    for by_hand in ("alone = false, seats_wanted = 1", "seats_wanted = 3", "alone = false, seats_needed = 2"):
        with pytest.raises(IntegrityError, match="never changes"):
            session.execute(text(f"UPDATE review_round SET {by_hand} WHERE id = :id"), {"id": row.id})
        session.rollback()


def test_what_is_decided_alone_is_never_approved_in_a_batch(session):
    story = Story(session, "unit_registration")
    seated(session, story.decider)
    _subject, row = story.submitted()
    session.execute(update(ReviewRound).where(ReviewRound.id == row.id).values(all_green=True))
    session.commit()
    assert row.alone
    assert greens.batch(session, story.decider, [(row.id, row.version, row.evidence_digest)])[0].code == "not_all_green"


@pytest.mark.parametrize(("grave", "text_of", "seats"), [(2, "限男性。", 2), (1, "限男性。", 1), (2, "会开车。", 1)])
def test_something_grave_is_passed_by_two(session, grave, text_of, seats):
    """standards.md 3: the two-person rule where a HIGH finding is passed; the division's policy says how many."""
    session.execute(update(ReviewPolicy).values(seats_needed=1, seats_grave=grave))
    session.commit()
    story, (first, second) = a_posting(session)
    subject, row = story.submitted(requirements=text_of)
    assert (row.seats_needed, row.alone) == (seats, False)
    after = say(session, first, queue.claim(session, first, row.id))["state"]
    assert after == ("second" if seats == 2 else "approved")
    if seats == 2:
        claimed = queue.claim(session, second, row.id)
        marks = {"version": claimed.version, "epoch": claimed.epoch, "digest": claimed.evidence_digest}
        with refusal("reason_missing"):  # the second ticks and explains anew
            decide.decide(session, second, row.id, "approve", **marks)
        assert say(session, second, claimed)["state"] == "approved"
    session.refresh(subject)
    assert subject.status == KINDS["posting"].lifecycle.find("approve").target


def test_the_database_counts_the_seats(session):
    story, both = a_posting(session)
    _subject, row = endorsed(session, story, both)
    for by_hand in ("SET seats_needed = 1", "SET state = 'approved', decided_at = now()"):
        with pytest.raises(IntegrityError):
            session.execute(text(f"UPDATE review_round {by_hand} WHERE id = :id"), {"id": row.id})
            session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        session.rollback()
    session.refresh(row)
    assert row.state == "second"


STANDINGS = (
    "account_appeal", "unit_takeover", "identity_proof", "residency", "agency_entry", "employer_certification",
    "unit_registration", "unit_change",
)  # fmt: skip


def test_no_policy_lets_a_standing_go_unseen(session):
    """Whatever rows are there: the school, the bureau and the operator decide (GD-27, HL-55, ZX-29)."""
    session.execute(update(ReviewPolicy).values(needs_review=False))
    session.commit()
    try:
        for key in STANDINGS:
            subject, row = Story(session, key).submitted()
            assert row is not None and subject.status == "pending", key
    finally:
        session.execute(update(ReviewPolicy).values(needs_review=True))
        session.commit()


def test_only_content_may_go_unseen():
    """A new kind is reviewed until it says that it is content alone."""
    content = {key for key, kind in KINDS.items() if kind.may_go_unseen}
    assert content == {"posting", "gig_offer", "gig_wanted", "unit_media", "personal_media"}
    assert content | set(STANDINGS) == set(KINDS)


def test_a_matter_of_two_seats_is_one_verdict_in_the_figures(session):
    story, both = a_posting(session)
    _subject, row = endorsed(session, story, both)
    flow = statistics.flow(session, row.region_code, today(), today())
    assert (flow.total.approved, flow.total.received) == (0, 1)
    say(session, both[1], queue.claim(session, both[1], row.id))
    flow = statistics.flow(session, row.region_code, today(), today())
    assert (flow.total.approved, flow.total.growth) == (1, 0)
    assert sum(flow.efforts.values()) == 2, "both have looked at it"


def test_what_cannot_be_approved_is_refused_at_the_first_seat(session):
    story = Story(session, "account_appeal")
    first, _second = seated(session, story.decider), seated(session, reviewer(session, REGION))
    _subject, row = story.submitted(id_number=resident_id(4711))
    claimed = queue.claim(session, first, row.id)
    with refusal("appeal_no_account"):
        say(session, first, claimed)
    session.refresh(row)
    assert (row.state, row.holder_id) == ("queued", first.account_id)


def test_both_approve_at_one_moment(session, app):
    """Only who holds the lease decides, so that the second never takes the first's seat."""
    story, (first, second) = a_posting(session)
    _subject, row = story.submitted()
    seen = queue.claim(session, first, row.id)
    with refusal("lease_lost"):
        decide.decide(
            session, second, row.id, "approve", version=seen.version, epoch=seen.epoch, digest=row.evidence_digest
        )
    assert session.scalar(select(func.count(ReviewRound.id)).where(ReviewRound.state == "second")) == 0
