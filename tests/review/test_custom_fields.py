"""Custom fields at the desk: evidence and digest, edits that wait and edits that do not, requests for change, undo."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import cast, select
from sqlalchemy.dialects.postgresql import TSQUERY

from app.models.custom import CustomField
from app.models.positions import Posting
from app.models.review import ReviewEvent
from app.review import decide, desk, evidence, show
from app.rules.search import tsquery
from tests.review.samples import FOREIGN, Story, open_round, refusal, say

KINDS = {"posting": "posting", "gig_offer": "gig_offer", "gig_wanted": "gig_wanted", "unit_registration": "unit"}


def define(session, entity: str = "posting", code: str = "shift", **more) -> CustomField:
    values = {
        "type": "choice" if more.get("options") else "text",
        "label_zh": f"字段{code}",
        "label_en": f"Field {code}",
    }
    row = CustomField(entity=entity, code=code, **(values | more))
    session.add(row)
    session.commit()
    return row


SHIFTS = [{"code": "day", "zh": "白班", "en": "Day"}, {"code": "night", "zh": "夜班", "en": "Night", "off": False}]


@pytest.fixture
def story(session) -> Iterator[Story]:
    yield Story(session, "posting")


@pytest.fixture
def fields(session) -> None:
    """A reviewed choice, a reviewed number, and a text that nobody reviews."""
    define(session, code="shift", options=SHIFTS)
    define(session, code="beds", type="int", at_least="1")
    define(session, code="note", reviewed=False)


@pytest.mark.parametrize("key", sorted(KINDS))
def test_every_kind_carries_reviewed_fields_in_its_evidence(session, key):
    story = Story(session, key)
    define(session, KINDS[key], "shift", options=SHIFTS)
    define(session, KINDS[key], "note", reviewed=False)
    subject, row = story.submitted(x_shift="day", x_note="内部")
    content = evidence.fetch(session, [row.evidence_digest])[row.evidence_digest]
    assert content["x_shift"] == "day"
    assert "x_note" not in content
    assert row.evidence_digest == evidence.digest_of(content)
    assert subject.extra == {"shift": "day", "note": "内部"}
    line = next(d for d in show.difference(show.get(session, story.decider, row.id)) if d.name == "x_shift")
    assert (line.label, line.new) == ("字段shift", "day")


def test_without_values_a_definition_changes_no_digest(session, story):
    subject = story.created()
    before = evidence.digest_of(decide.KINDS["posting"].content(session, subject))
    define(session)
    assert evidence.digest_of(decide.KINDS["posting"].content(session, subject)) == before


def test_a_change_of_approved_values_waits_and_is_installed(session, story, fields):
    subject, _row = story.decided(x_shift="day", x_beds="4")
    edited = desk.edit(session, story.sender, "posting", subject.id, {"x_shift": "night", "x_beds": None})
    assert edited.kind == "proposed"
    assert subject.extra == {"shift": "day", "beds": 4}
    changed = {d.name: (d.old, d.new) for d in show.difference(edited.round) if d.changed}
    assert changed == {"x_shift": ("day", "night"), "x_beds": (4, None)}
    row = decide.queue.claim(session, story.decider, edited.round.id)
    say(session, story.decider, row)
    session.refresh(subject)
    assert subject.extra == {"shift": "night"}
    decide.undo(session, story.decider, row.id)
    session.refresh(subject)
    assert subject.extra == {"shift": "day", "beds": 4}


def test_what_nobody_reviews_changes_at_once_without_a_round(session, story, fields):
    subject, _row = story.decided(x_shift="day")
    edited = desk.edit(session, story.sender, "posting", subject.id, {"x_note": "合同A7"})
    assert edited.kind == "saved"
    assert subject.extra == {"shift": "day", "note": "合同A7"}
    assert subject.status == "live"
    assert open_round(session, "posting", subject.id) is None
    event = session.scalars(select(ReviewEvent).order_by(ReviewEvent.id.desc()).limit(1)).one()
    assert event.action == "edit"
    assert '"changed":["x_note"]' in event.body
    assert "合同A7" not in event.body


def test_a_mixed_edit_writes_the_one_and_proposes_the_other(session, story, fields):
    subject, _row = story.decided(x_shift="day")
    edited = desk.edit(session, story.sender, "posting", subject.id, {"x_note": "甲", "x_shift": "night"})
    assert edited.kind == "proposed"
    assert subject.extra == {"shift": "day", "note": "甲"}
    assert "x_note" not in edited.round.evidence.content


def test_what_waits_for_review_keeps_its_round_when_an_unreviewed_field_changes(session, story, fields):
    subject, row = story.submitted()
    desk.edit(session, story.sender, "posting", subject.id, {"x_note": "甲"})
    assert open_round(session, "posting", subject.id).id == row.id
    row = decide.queue.claim(session, story.decider, row.id)
    assert say(session, story.decider, row)["state"] == "approved"


def test_an_edit_that_waits_survives_a_change_of_an_unreviewed_field(session, story, fields):
    subject, _row = story.decided()
    waiting = desk.edit(session, story.sender, "posting", subject.id, {"x_beds": 2}).round
    desk.edit(session, story.sender, "posting", subject.id, {"x_note": "甲"})
    assert open_round(session, "posting", subject.id).id == waiting.id


def test_required_fields_are_asked_for_when_sent_in_not_before(session, story):
    define(session, code="shift", options=SHIFTS, required=True)
    define(session, code="note", required=True, reviewed=False)
    subject = story.created()
    with refusal("checks_block") as refused:
        desk.submit(session, story.sender, "posting", subject.id)
    assert [f["field"] for f in refused.value.facts["findings"]] == ["x_shift", "x_note"]
    desk.edit(session, story.sender, "posting", subject.id, {"x_shift": "day", "x_note": "甲"})
    assert desk.submit(session, story.sender, "posting", subject.id) is not None


def test_an_edit_of_live_content_must_fill_what_became_required(session, story):
    subject, _row = story.decided()
    define(session, code="beds", type="int", required=True)
    with refusal("checks_block"):
        desk.edit(session, story.sender, "posting", subject.id, {"address": "别处1号"})
    assert (
        desk.edit(session, story.sender, "posting", subject.id, {"address": "别处1号", "x_beds": 3}).kind == "proposed"
    )


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({"x_shift": "never"}, "not_a_choice", "x_shift"), ({"x_beds": "0"}, "below", "x_beds"),
        ({"x_beds": {"a": ["b"] * 9999}}, "not_whole_number", "x_beds"), ({"x_none": 1}, "unknown_field", "x_none"),
        ({"x_'; DROP TABLE posting; --": 1}, "unknown_field", "x_'; DROP TABLE posting; --"),
        ({"extra": {"shift": "day"}}, "unknown_field", "extra"), ({"x_note": "字" * 200}, "too_long", "x_note"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("live", [False, True])
def test_hostile_values_are_refused_by_name(session, story, fields, live, sent, code, field):
    subject = story.decided()[0] if live else story.created()
    with refusal(code) as refused:
        desk.edit(session, story.sender, "posting", subject.id, sent)
    assert refused.value.field == field
    session.refresh(subject)
    assert subject.extra == {}


def test_a_kind_that_has_no_custom_fields_knows_none(session):
    with refusal("unknown_field"):
        Story(session, "residency").created(x_shift="day")


def test_a_field_of_a_division_is_there_for_its_rows_alone(session, story):
    define(session, code="here", region_code="310000")
    with refusal("unknown_field"):
        story.created(region_code=FOREIGN, x_here="甲")
    subject = story.created(x_here="甲")
    desk.edit(session, story.sender, "posting", subject.id, {"region_code": FOREIGN})
    assert subject.extra == {"here": "甲"}, "hidden, and kept"
    _subject, row = subject, desk.submit(session, story.sender, "posting", subject.id)
    assert "x_here" not in row.evidence.content


def test_a_field_switched_off_is_hidden_and_keeps_its_values(session, story):
    definition = define(session, code="shift", options=SHIFTS)
    subject, row = story.decided(x_shift="day")
    definition.active = False
    session.commit()
    assert "x_shift" not in decide.KINDS["posting"].content(session, subject)
    with refusal("unknown_field"):
        desk.edit(session, story.sender, "posting", subject.id, {"x_shift": "night"})
    later = desk.edit(session, story.sender, "posting", subject.id, {"address": "别处2号"}).round
    say(session, story.decider, decide.queue.claim(session, story.decider, later.id))
    session.refresh(subject)
    assert subject.extra == {"shift": "day"}
    old = {d.name: d.label for d in show.difference(show.get(session, story.decider, row.id))}
    assert old["x_shift"] == "字段shift"


def test_a_unit_changes_its_fields_by_request_and_the_unreviewed_at_once(session):
    define(session, "unit", "shift", options=SHIFTS)
    define(session, "unit", "beds", type="int")
    define(session, "unit", "note", reviewed=False)
    story = Story(session, "unit_change")
    story.unit.extra = {"shift": "day", "beds": 3, "note": "甲"}
    session.commit()
    with refusal("unknown_field"):
        story.created(x_note="乙")
    _subject, row = story.claimed(x_shift="night")
    assert {d.name for d in show.difference(row) if d.changed} >= {"x_shift"}
    assert "x_beds" not in {d.name for d in show.difference(row) if d.changed}
    say(session, story.decider, row)
    session.refresh(story.unit)
    assert story.unit.extra == {"shift": "night", "beds": 3, "note": "甲"}
    decide.undo(session, story.decider, row.id)
    session.refresh(story.unit)
    assert story.unit.extra["shift"] == "day"
    desk.edit(session, story.sender, "unit_registration", story.unit.id, {"x_note": "丙"})
    assert story.unit.extra["note"] == "丙"
    with refusal("wrong_state"):
        desk.edit(session, story.sender, "unit_registration", story.unit.id, {"x_beds": 9})


def test_strangers_write_no_custom_field(session, story, fields):
    subject, _row = story.decided()
    for actor, code in ((story.stranger, "not_found"), (story.decider, "not_allowed")):
        with refusal(code):
            desk.edit(session, actor, "posting", subject.id, {"x_note": "甲"})


def found(session, words: str, *, inner: bool) -> list[int]:
    query = cast(tsquery(words, inner=inner), TSQUERY)
    return list(session.scalars(select(Posting.id).where(Posting.search.op("@@")(query))))


def test_values_join_the_words_a_row_is_found_by(session, story):
    define(session, code="shift", options=SHIFTS, in_search=True, public=True)
    define(session, code="note", in_search=True, reviewed=False)
    define(session, code="silent")
    subject = story.created(x_shift="night", x_note="鸿雁合同", x_silent="白露")
    assert found(session, "夜班", inner=False) == [subject.id]
    assert found(session, "鸿雁", inner=True) == [subject.id]
    assert found(session, "鸿雁", inner=False) == [], "the portal searches the same column"
    assert found(session, "白露", inner=True) == []
    desk.edit(session, story.sender, "posting", subject.id, {"x_shift": "day"})
    assert found(session, "夜班", inner=True) == []
    assert found(session, "白班", inner=True) == [subject.id]
