"""The decision: fenced by version, epoch, lease and digest; reasons; HIGH findings; idempotency; batches."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from app.models.messages import Message, Outbox
from app.models.review import IdempotencyKey, ReviewEvent, ReviewReason, ReviewSeat
from app.review import decide, desk, greens, ledger, outbox, queue
from tests.review.samples import Story, posting_content, refusal, reviewer, say


@pytest.fixture
def story(session):
    return Story(session, "posting")


def seen(row):
    return {"version": row.version, "epoch": row.epoch, "digest": row.evidence_digest}


def seats(session) -> int:
    return session.scalar(select(func.count()).select_from(ReviewSeat))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"version": 2}, "stale"),
        ({"digest": "0" * 64}, "stale"),
        ({"epoch": 0}, "lease_lost"),
        ({"epoch": 2}, "lease_lost"),
    ],
)
def test_a_decision_on_anything_else_than_what_was_seen_is_refused(session, story, wrong, code):
    _, row = story.claimed()
    with refusal(code) as refused:
        decide.decide(session, story.decider, row.id, "approve", **(seen(row) | wrong))
    if code == "stale":
        assert refused.value.facts["version"] == 1 and refused.value.facts["digest"] == row.evidence_digest
    assert seats(session) == 0
    assert say(session, story.decider, row)["state"] == "approved"


def test_without_a_lease_nobody_decides(session, story):
    subject, row = story.submitted()
    with refusal("lease_lost"):
        decide.decide(session, story.decider, row.id, "approve", **seen(row))
    other = reviewer(session)
    queue.claim(session, other, row.id)
    with refusal("lease_lost"):
        decide.decide(session, story.decider, row.id, "approve", **seen(row))
    session.refresh(subject)
    assert subject.status == "pending"


def test_an_expired_lease_decides_nothing_even_if_nobody_took_over(session, story):
    _, row = story.claimed()
    session.execute(text("UPDATE review_round SET lease_until = clock_timestamp() WHERE id = :id"), {"id": row.id})
    with refusal("lease_lost"):
        decide.decide(session, story.decider, row.id, "approve", **seen(row))


def test_a_decided_round_says_so(session, story):
    _, row = story.claimed()
    before = seen(row)
    say(session, story.decider, row, "reject")
    with refusal("wrong_state") as refused:
        decide.decide(session, story.decider, row.id, "approve", **before)
    assert refused.value.facts["state"] == "rejected"


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({"reason_codes": (), "reason_text": ""}, "reason_missing", "reason_code"),
        ({"reason_codes": (), "reason_text": "   "}, "reason_missing", "reason_code"),
        ({"reason_codes": "R99", "reason_text": ""}, "reason_missing", "reason_text"),
        ({"reason_codes": "R98", "reason_text": "x"}, "bad_value", "reason_code"),
        ({"reason_codes": "R12", "reason_text": "x"}, "bad_value", "reason_code"),  # pictures only
        ({"reason_codes": "R08", "reason_text": "字" * 2001}, "too_long", "reason_text"),
        ({"reason_codes": "R08", "reason_text": "a\x00b"}, "bad_character", "reason_text"),
    ],
)
@pytest.mark.parametrize("verdict", ["return", "reject"])
def test_a_return_or_rejection_needs_a_reason_that_fits(session, story, verdict, sent, code, field):
    subject, row = story.claimed()
    with refusal(code) as refused:
        decide.decide(session, story.decider, row.id, verdict, **seen(row), **sent)
    assert refused.value.field == field
    session.refresh(subject)
    assert subject.status == "pending"


def test_words_alone_count_as_other_and_a_code_alone_is_enough(session, story):
    for sent, codes in (
        ({"reason_text": "请写清楚"}, ["R99"]),
        ({"reason_codes": ["R08", "R10", "R08"]}, ["R08", "R10"]),
    ):
        _, row = story.claimed()
        decide.decide(session, story.decider, row.id, "return", **seen(row), **sent)
        seat = session.scalars(select(ReviewSeat).where(ReviewSeat.round_id == row.id)).one()
        assert seat.reason_codes == codes


def test_an_inactive_reason_is_not_accepted(session, story):
    session.get(ReviewReason, "R08").active = False
    session.commit()
    _, row = story.claimed()
    with refusal("bad_value"):
        decide.decide(session, story.decider, row.id, "reject", **seen(row), reason_codes="R08")


def test_a_high_finding_is_ticked_and_explained_before_it_passes(session, story):
    """standards.md 3: the reviewer must tick it and give a reason to pass."""
    _, row = story.claimed(requirements="限男性，身体健康。")
    high = sorted({c["code"] for c in row.checks if c["severity"] == "high"})
    assert "J05" in high and not row.all_green
    for sent, unseen in (
        ({}, high),
        ({"acknowledged": ["J99"], "reason_text": "矿山井下作业"}, high),
        ({"reason_text": "矿山井下作业"}, high),
        ({"acknowledged": high}, []),
        ({"acknowledged": high, "reason_text": "  "}, []),
    ):
        with refusal("reason_missing") as refused:
            decide.decide(session, story.decider, row.id, "approve", **seen(row), **sent)
        assert (refused.value.field, refused.value.facts["findings"]) == ("reason_text", unseen)
    decide.decide(session, story.decider, row.id, "approve", **seen(row), acknowledged=high, reason_text="矿山井下作业")
    seat = session.scalars(select(ReviewSeat).where(ReviewSeat.round_id == row.id)).one()
    assert (seat.reason_text, seat.acknowledged) == ("矿山井下作业", high)


def test_an_unknown_verdict_is_refused(session, story):
    _, row = story.claimed()
    with refusal("bad_value"):
        decide.decide(session, story.decider, row.id, "maybe", **seen(row))


def test_a_repeated_key_replays_the_first_answer_and_changes_nothing(session, story):
    _, row = story.claimed()
    mine = seen(row)
    first = decide.decide(session, story.decider, row.id, "approve", **mine, idempotency_key="k")
    events = session.scalar(select(func.count()).select_from(ReviewEvent))
    assert decide.decide(session, story.decider, row.id, "approve", **mine, idempotency_key="k") == first
    assert session.scalar(select(func.count()).select_from(ReviewEvent)) == events
    with refusal("idempotency_conflict"):
        decide.decide(session, story.decider, row.id, "reject", **mine, reason_codes="R08", idempotency_key="k")
    _, other = story.claimed()
    with refusal("idempotency_conflict"):
        decide.decide(session, story.decider, other.id, "approve", **seen(other), idempotency_key="k")
    session.refresh(other)
    assert (other.state, seats(session)) == ("queued", 1)
    decide.undo(session, story.decider, row.id)
    assert decide.decide(session, story.decider, row.id, "approve", **mine, idempotency_key="k") == first
    session.refresh(row)
    assert row.state == "queued", "the answer is replayed, the act is not repeated"


def test_keys_of_two_people_do_not_meet(session, story):
    for person in (story.decider, reviewer(session)):
        _, row = story.submitted()
        row = queue.claim(session, person, row.id)
        decide.decide(session, person, row.id, "approve", **seen(row), idempotency_key="same")
    assert session.scalar(select(func.count()).select_from(IdempotencyKey)) == 2


def test_anothers_key_tells_nothing(session, story):
    """Who guesses the key of a colleague and the whole request with it hears what everybody hears, never the answer."""
    _, row = story.claimed()
    sent = seen(row)
    decide.decide(session, story.decider, row.id, "approve", **sent, idempotency_key="k")
    with refusal("not_found"):
        decide.decide(session, story.stranger, row.id, "approve", **sent, idempotency_key="k")
    with refusal("wrong_state"):
        decide.decide(session, reviewer(session), row.id, "approve", **sent, idempotency_key="k")
    assert session.scalar(select(func.count()).select_from(IdempotencyKey)) == 1


def test_a_refused_request_keeps_no_key(session, story):
    _, row = story.claimed()
    with refusal("stale"):
        decide.decide(session, story.decider, row.id, "approve", **(seen(row) | {"version": 9}), idempotency_key="k")
    assert (
        decide.decide(session, story.decider, row.id, "approve", **seen(row), idempotency_key="k")["state"]
        == "approved"
    )


@pytest.mark.parametrize("key", ["", "x" * 121, "a\nb"])
def test_a_key_that_cannot_be_kept_is_refused(session, story, key):
    _, row = story.claimed()
    with refusal("bad_value"):
        decide.decide(session, story.decider, row.id, "approve", **seen(row), idempotency_key=key)


def test_undo_is_for_the_same_person_and_for_a_minute(session, story):
    _, row = story.decided()
    with refusal("not_allowed"):
        decide.undo(session, reviewer(session), row.id)
    with refusal("undo_too_late"):
        decide.undo(session, story.decider, row.id, undo_seconds=0)
    assert decide.undo(session, story.decider, row.id).state == "queued"
    with refusal("wrong_state"):
        decide.undo(session, story.decider, row.id)


def test_undo_is_too_late_when_the_notice_has_left(session, story):
    _, row = story.claimed()
    say(session, story.decider, row, undo_seconds=0)
    assert outbox.deliver(session) >= 1
    with refusal("undo_too_late"):
        decide.undo(session, story.decider, row.id)
    assert (
        session.scalars(select(Message).where(Message.template == "round_approved")).one().facts["title"] == row.title
    )


def test_a_notice_waits_until_undo_is_over(session, story):
    _, row = story.decided()
    outbox.deliver(session)
    assert session.scalars(select(Message).where(Message.template == "round_approved")).all() == []
    decide.undo(session, story.decider, row.id)
    notice = session.scalars(select(Outbox).where(Outbox.template == "round_approved")).one()
    assert notice.state == "cancelled"


def test_undo_is_refused_once_the_sender_went_on(session, story):
    subject, row = story.decided()
    desk.move(session, story.sender, "posting", subject.id, "take_down")
    with refusal("stale"):
        decide.undo(session, story.decider, row.id)
    subject, row = story.decided("return")
    desk.edit(session, story.sender, "posting", subject.id, story.mended())
    with refusal("stale"):
        decide.undo(session, story.decider, row.id)
    desk.submit(session, story.sender, "posting", subject.id)
    with refusal("wrong_state"):
        decide.undo(session, story.decider, row.id)


def green(session, story, count: int):
    """Submitted postings without any finding above INFO."""
    rows = [story.submitted()[1] for _ in range(count)]
    assert all(row.all_green for row in rows), [c for c in rows[0].checks if c["severity"] not in ("ok", "info")]
    return rows


def test_a_batch_is_its_singles(session, story):
    rows = green(session, story, 3)
    amber = story.submitted(requirements="限男性，身体健康。")[1]
    taken = green(session, story, 1)[0]
    queue.claim(session, reviewer(session), taken.id)
    items = [(row.id, row.version, row.evidence_digest) for row in [*rows, amber, taken]]
    items.append((rows[0].id, rows[0].version, rows[0].evidence_digest))
    items.append((rows[1].id, 7, "0" * 64))
    outcomes = greens.batch(session, story.decider, items)
    assert [(o.ok, o.code) for o in outcomes] == [
        (True, ""),
        (True, ""),
        (True, ""),
        (False, "not_all_green"),
        (False, "taken"),
        (False, "wrong_state"),
        (False, "wrong_state"),
    ]
    single = story.claimed()[1]
    say(session, story.decider, single)
    for row in rows:
        session.refresh(row)
        assert (row.state, row.version, row.epoch) == (single.state, 2, single.epoch)
    events = session.scalars(select(ReviewEvent.action).where(ReviewEvent.action == "approve")).all()
    assert len(events) == 4 and seats(session) == 4


def test_a_batch_refuses_what_changed_and_gives_it_back(session, story):
    row = green(session, story, 1)[0]
    outcomes = greens.batch(session, story.decider, [(row.id, row.version, "0" * 64)])
    assert (outcomes[0].ok, outcomes[0].code) == (False, "stale")
    session.refresh(row)
    assert (row.state, row.holder_id) == ("queued", None)
    held = queue.claim(session, story.decider, row.id)
    outcome = greens.batch(session, story.decider, [(row.id, row.version, held.epoch, row.evidence_digest)])
    assert outcome[0].ok


def test_a_blocked_submission_names_the_field_and_writes_nothing(session, story):
    posting = story.created(description="太短", pay_min=None, pay_max=None)
    with refusal("checks_block") as refused:
        desk.submit(session, story.sender, "posting", posting.id)
    fields = {f["field"] for f in refused.value.facts["findings"]}
    assert refused.value.field in fields and "description" in fields
    session.refresh(posting)
    assert posting.status == "draft"
    assert ledger.verify(session).ok


def test_a_reviewer_who_left_the_division_decides_nothing(session, story):
    _, row = story.claimed()
    elsewhere = replace(story.decider, region_code="440200")
    with refusal("not_found"):
        decide.decide(session, elsewhere, row.id, "approve", **seen(row))


def test_facts_of_a_notice_are_those_of_its_round(session, story):
    _, first = story.claimed()
    _, second = story.claimed()
    say(session, story.decider, first, "return", reason_text="只对第一条说")
    say(session, story.decider, second, "reject", reason_codes="R10", reason_text="")
    notices = {n.round_id: n for n in session.scalars(select(Outbox).where(Outbox.template.like("round_%")))}
    assert notices[first.id].facts["reason_text"] == "只对第一条说"
    assert "只对第一条说" not in str(notices[second.id].facts)
    assert notices[second.id].facts["receipt_no"] == second.receipt_no
    assert [r["code"] for r in notices[second.id].facts["reasons"]] == ["R10"]
    assert posting_content()["title"] not in str(notices[first.id].facts)
