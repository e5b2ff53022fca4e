"""Edits of live content, policies without review, regional switches (table (b) rows 2, 4, 29)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.models.reference import Parameter
from app.models.review import ReviewEvent, ReviewPolicy, ReviewRound
from app.models.schools import Residency
from app.review import decide, desk, queue, show
from app.review.policy import Policy
from app.rules.actor import CLOCK
from app.rules.dates import today
from tests.review.samples import REGION, Story, refusal, reviewer, say, school


@pytest.fixture
def story(session):
    return Story(session, "posting")


@pytest.fixture
def live(session, story):
    subject, _ = story.decided()
    session.refresh(subject)
    return subject


def rounds(session, subject):
    return session.scalars(
        select(ReviewRound)
        .where(ReviewRound.subject_id == subject.id, ReviewRound.kind == "posting")
        .order_by(ReviewRound.id)
    ).all()


def set_policy(session, **values):
    session.execute(text("DELETE FROM review_policy WHERE kind IN ('posting', 'gig_offer')"))
    session.add(ReviewPolicy(kind="posting", **values))
    session.commit()


def test_fewer_people_and_another_last_day_need_no_second_look(session, story, live):
    day = today() + timedelta(days=50)
    edited = desk.edit(session, story.sender, "posting", live.id, {"headcount": 2, "valid_until": day}, live.version)
    assert (edited.kind, edited.round, live.headcount, live.valid_until) == ("saved", None, 2, day)
    assert len(rounds(session, live)) == 1
    event = session.scalars(select(ReviewEvent).order_by(ReviewEvent.id.desc()).limit(1)).one()
    assert event.action == "edit_live" and '"changed":["headcount","valid_until"]' in event.body
    assert desk.edit(session, story.sender, "posting", live.id, {"headcount": 3}).kind == "proposed"


def test_a_further_school_needs_no_second_look_if_the_unit_is_resident(session, story, live):
    campus = school(session)
    with refusal("checks_block"):
        desk.edit(session, story.sender, "posting", live.id, {"schools": [campus.id]})
    session.add(
        Residency(
            unit_id=story.unit.id, school_id=campus.id, region_code=campus.region_code, status="active", statement=""
        )
    )
    session.commit()
    edited = desk.edit(session, story.sender, "posting", live.id, {"schools": [campus.id]})
    session.refresh(live)
    assert (edited.kind, [s.id for s in live.schools]) == ("saved", [campus.id])


def test_an_edit_that_changes_nothing_leaves_no_round(session, story, live):
    content = {"title": live.title, "headcount": live.headcount, "valid_until": live.valid_until.isoformat()}
    assert desk.edit(session, story.sender, "posting", live.id, content).kind == "saved"
    waiting = desk.edit(session, story.sender, "posting", live.id, {"title": "新名称"}).round
    assert desk.edit(session, story.sender, "posting", live.id, content).kind == "saved"
    session.refresh(waiting)
    assert (waiting.state, live.edit_state, live.status) == ("withdrawn", "", "live")


def test_a_second_edit_supersedes_the_first_that_waits(session, story, live):
    first = desk.edit(session, story.sender, "posting", live.id, {"title": "名称一"}).round
    held = queue.claim(session, story.decider, first.id)
    seen = {"version": held.version, "epoch": held.epoch, "digest": held.evidence_digest}
    second = desk.edit(session, story.sender, "posting", live.id, {"title": "名称二"}).round
    session.refresh(first)
    assert (first.state, second.parent_id) == ("superseded", first.id)
    with refusal("stale") as refused:
        decide.decide(session, story.decider, first.id, "approve", **seen)
    assert refused.value.facts["changed"] == ["title"]
    say(session, story.decider, queue.claim(session, story.decider, second.id))
    session.refresh(live)
    assert live.title == "名称二"


def test_a_last_day_moved_meanwhile_survives_the_approval_of_an_edit(session, story, live):
    waiting = desk.edit(session, story.sender, "posting", live.id, {"title": "新名称"}).round
    day = today() + timedelta(days=77)
    desk.move(session, story.sender, "posting", live.id, "set_validity", values={"valid_until": day})
    say(session, story.decider, queue.claim(session, story.decider, waiting.id))
    session.refresh(live)
    assert (live.title, live.valid_until) == ("新名称", day)


def test_where_the_switch_says_so_an_edited_posting_leaves_the_public(session, story, live):
    session.add(Parameter(key="edit_keeps_public", region_code="310100", value="0"))
    session.commit()
    edited = desk.edit(session, story.sender, "posting", live.id, {"title": "新名称"}, live.version)
    session.refresh(live)
    assert (edited.kind, live.status, live.title, live.edit_state) == ("resubmitted", "pending", "新名称", "")
    assert edited.round.is_change is False and edited.round.base_digest is not None
    changed = [d.name for d in show.difference(edited.round) if d.changed]
    assert changed == ["title"]


def test_without_review_a_posting_goes_live_at_once_and_on_record(session, story):
    set_policy(session, region_code=REGION, needs_review=False)
    posting = story.created()
    assert {m.name for m in desk.moves(story.sender, "posting", posting, Policy(needs_review=False))} >= {"publish"}
    assert desk.submit(session, story.sender, "posting", posting.id) is None
    assert posting.status == "live" and posting.published_at is not None
    assert rounds(session, posting) == []
    event = session.scalars(select(ReviewEvent).order_by(ReviewEvent.id.desc()).limit(1)).one()
    assert event.action == "publish" and '"digest":"' in event.body
    edited = desk.edit(session, story.sender, "posting", posting.id, {"title": "新名称"})
    assert (edited.kind, posting.title) == ("saved", "新名称")
    other = story.created()
    assert desk.move(session, story.sender, "posting", other.id, "publish").status == "live"


def test_high_findings_are_seen_by_a_person_whatever_the_policy(session, story):
    set_policy(session, needs_review=False)
    posting = story.created(requirements="限男性，身体健康。")
    with refusal("review_needed"):
        desk.move(session, story.sender, "posting", posting.id, "publish")
    assert desk.submit(session, story.sender, "posting", posting.id).state == "queued"
    assert posting.status == "pending"


def test_with_review_nobody_publishes(session, story):
    posting = story.created()
    assert "publish" not in {m.name for m in desk.moves(story.sender, "posting", posting)}
    with refusal("review_needed"):
        desk.move(session, story.sender, "posting", posting.id, "publish")


def test_a_blocked_edit_of_live_content_changes_nothing(session, story, live):
    with refusal("checks_block") as refused:
        desk.edit(session, story.sender, "posting", live.id, {"description": "短"})
    assert refused.value.field == "description"
    session.refresh(live)
    assert (live.edit_state, len(rounds(session, live))) == ("", 1)


def test_a_frozen_unit_publishes_nothing(session, story, live):
    desk.move(session, reviewer(session), "unit_registration", story.unit.id, "freeze", reason="投诉属实")
    posting = Story(session, "posting")
    posting.sender = story.sender
    with refusal("unit_not_approved"):
        desk.create(session, story.sender, "posting", story.content())
    desk.move(session, story.sender, "posting", live.id, "take_down")
    with refusal("unit_not_approved"):
        desk.submit(session, story.sender, "posting", live.id)


def test_resubmitting_shows_the_difference_to_what_was_approved(session, story, live):
    desk.move(session, story.sender, "posting", live.id, "take_down")
    desk.edit(session, story.sender, "posting", live.id, {"title": "另一名称", "address": "另一地址"})
    again = desk.submit(session, story.sender, "posting", live.id)
    assert [d.name for d in show.difference(again) if d.changed] == ["title", "address"]


def test_before_any_approval_the_difference_is_to_the_senders_own_last_round(session, story):
    subject, row = story.decided("return")
    assert not any(d.changed for d in show.difference(row))
    desk.edit(session, story.sender, "posting", subject.id, {"address": "新地址"})
    again = desk.submit(session, story.sender, "posting", subject.id)
    assert [d.name for d in show.difference(again) if d.changed] == ["address"]


def test_moves_in_a_batch_answer_one_by_one(session, story, live):
    draft = story.created()
    items = [(live.id, live.version), (draft.id, None), (10**9, None), (live.id, live.version)]
    outcomes = desk.move_many(session, story.sender, "posting", items, "take_down")
    assert [(o.ok, o.code) for o in outcomes] == [
        (True, ""),
        (False, "wrong_state"),
        (False, "not_found"),
        (False, "stale"),
    ]
    day = today() + timedelta(days=30)
    others = [story.decided()[0] for _ in range(2)]
    done = desk.move_many(
        session, story.sender, "posting", [(p.id, None) for p in others], "set_validity", values={"valid_until": day}
    )
    assert all(o.ok for o in done) and {p.valid_until for p in others} == {day}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "missing"),
        ({"valid_until": None}, "missing"),
        ({"valid_until": "2026-02-30"}, "not_date"),
        ({"valid_until": today()}, "date_past"),
        ({"valid_until": today() + timedelta(days=181)}, "date_too_far"),
        ({"valid_until": today() + timedelta(days=9), "status": "off"}, "missing"),
    ],
)
def test_a_last_day_must_lie_ahead_and_not_too_far(session, story, live, values, code):
    with refusal(code) as refused:
        desk.move(session, story.sender, "posting", live.id, "set_validity", values=values)
    assert refused.value.field == "valid_until"


def prolonged(session, story, postings):
    day = today() + timedelta(days=50)
    items = [(one.id, None) for one in postings]
    return desk.move_many(session, story.sender, "posting", items, "set_validity", values={"valid_until": day})


def test_a_unit_whose_verification_is_long_overdue_prolongs_nothing(session, story, live):
    """U17, J18: neither one by one nor in a batch; an earlier last day is no matter."""
    other, _row = story.decided()
    session.refresh(other)
    story.unit.reverify_due, before = today() - timedelta(days=31), (live.valid_until, other.valid_until)
    session.commit()
    assert [(o.ok, o.code) for o in prolonged(session, story, [live, other])] == [(False, "verification_overdue")] * 2
    assert (live.valid_until, other.valid_until) == before
    earlier = today() + timedelta(days=2)
    desk.move(session, story.sender, "posting", live.id, "set_validity", values={"valid_until": earlier})
    assert live.valid_until == earlier
    story.unit.reverify_due = today() - timedelta(days=30)
    session.commit()
    assert all(o.ok for o in prolonged(session, story, [live, other])), "the thirtieth day is a warning still"


def test_where_the_division_lets_overdue_units_post_they_prolong_as_well(session, story, live):
    story.unit.reverify_due = today() - timedelta(days=31)
    session.add(Parameter(key="overdue_verification_stops_posting", region_code=REGION, value="0"))
    session.commit()
    assert prolonged(session, story, [live])[0].ok


def test_a_frozen_unit_prolongs_nothing(session, story, live):
    story.unit.status = "frozen"
    session.commit()
    assert [o.code for o in prolonged(session, story, [live])] == ["unit_not_approved"]


def test_what_expired_is_sent_in_again_with_another_last_day(session, story, live):
    desk.move(session, CLOCK, "posting", live.id, "expire")
    assert desk.edit(session, story.sender, "posting", live.id, {"valid_until": today() + timedelta(days=9)}).kind == (
        "saved"
    )
    row = desk.submit(session, story.sender, "posting", live.id)
    say(session, story.decider, queue.claim(session, story.decider, row.id))
    session.refresh(live)
    assert (live.status, live.valid_until) == ("live", today() + timedelta(days=9))


def test_drafts_are_sent_in_published_or_deleted_together(session, story, live):
    def done(move: str) -> tuple[list[bool], list[str]]:
        drafts = [story.created() for _ in range(2)]
        outcomes = desk.move_many(session, story.sender, "posting", [(p.id, p.version) for p in [*drafts, live]], move)
        return [one.ok for one in outcomes], [p.status for p in drafts]

    assert done("submit") == ([True, True, False], ["pending", "pending"])
    assert done("delete") == ([True, True, False], ["deleted", "deleted"])
    set_policy(session, region_code=REGION, needs_review=False)
    assert done("publish") == ([True, True, False], ["live", "live"])
    assert live.status == "live"


def test_other_moves_take_no_values(session, story, live):
    with refusal("unknown_field"):
        desk.move(session, story.sender, "posting", live.id, "take_down", values={"status": "live"})


def test_what_was_once_public_is_kept(session, story, live):
    desk.move(session, story.sender, "posting", live.id, "take_down")
    row = desk.submit(session, story.sender, "posting", live.id)
    say(session, story.decider, queue.claim(session, story.decider, row.id), "reject")
    with refusal("was_published"):
        desk.move(session, story.sender, "posting", live.id, "delete")
    draft = story.created()
    desk.move(session, story.sender, "posting", draft.id, "delete")
    with refusal("not_found"):
        desk.move(session, story.sender, "posting", draft.id, "delete")


def test_deleting_what_was_returned_closes_its_round(session, story):
    subject, row = story.decided("return")
    desk.move(session, story.sender, "posting", subject.id, "delete")
    session.refresh(row)
    assert row.state == "withdrawn"
