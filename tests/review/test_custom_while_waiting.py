"""Definitions that change while something waits for its verdict: what was pinned is decided on, and nothing gets stuck."""

from __future__ import annotations

import pytest

from app.review import decide, desk, show
from app.rules.refused import Refused
from tests.review.samples import Story, open_round, refusal, say
from tests.review.test_custom_fields import SHIFTS, define

CHANGES = {
    "retired": {"active": False},
    "no longer reviewed": {"reviewed": False},
    "required": {"required": True},
    "renamed": {"label_zh": "改名"},
    "elsewhere": {"region_code": "440200"},
    "options retired": {
        "options": [dict(one, off=True) for one in SHIFTS] + [{"code": "new", "zh": "新", "en": "New"}]
    },
}


@pytest.fixture
def story(session) -> Story:
    return Story(session, "posting")


@pytest.mark.parametrize("name", CHANGES)
def test_what_waits_is_approved_all_the_same(session, story, name):
    field = define(session, code="shift", options=SHIFTS)
    subject, row = story.submitted(x_shift="night")
    for column, value in CHANGES[name].items():
        setattr(field, column, value)
    session.commit()
    row = decide.queue.claim(session, story.decider, row.id)
    assert "x_shift" in {line.name for line in show.difference(row)}
    assert say(session, story.decider, row)["state"] == "approved"
    session.refresh(subject)
    assert (subject.status, subject.extra) == ("live", {"shift": "night"})


@pytest.mark.parametrize("name", CHANGES)
def test_an_edit_that_waits_is_installed_all_the_same(session, story, name):
    field = define(session, code="shift", options=SHIFTS)
    subject, _row = story.decided(x_shift="day")
    desk.edit(session, story.sender, "posting", subject.id, {"x_shift": "night"})
    for column, value in CHANGES[name].items():
        setattr(field, column, value)
    session.commit()
    row = decide.queue.claim(session, story.decider, open_round(session, "posting", subject.id).id)
    assert say(session, story.decider, row)["state"] == "approved"
    session.refresh(subject)
    assert subject.extra == {"shift": "night"}


def test_a_returned_draft_keeps_an_option_that_was_retired_meanwhile(session, story):
    field = define(session, code="shift", options=SHIFTS)
    subject = story.created(x_shift="night")
    field.options = CHANGES["options retired"]["options"]
    session.commit()
    desk.edit(session, story.sender, "posting", subject.id, {"x_shift": "night", "address": "别处3号"})
    assert subject.extra == {"shift": "night"}
    with refusal("not_a_choice"):
        desk.edit(session, story.sender, "posting", subject.id, {"x_shift": "day"})
    assert desk.submit(session, story.sender, "posting", subject.id) is not None


@pytest.mark.parametrize(
    "values", [{"x_shift": "day"}, {"valid_until": "2099-01-01", "x_shift": "day"}, {"extra": {"shift": "day"}}]
)
def test_a_move_carries_no_custom_field(session, story, values):
    define(session, code="shift", options=SHIFTS)
    subject, _row = story.decided(x_shift="night")
    with pytest.raises(Refused):
        desk.move(
            session,
            story.sender,
            "posting",
            subject.id,
            "set_validity",
            version=subject.version,
            reason="理由",
            values=values,
        )
    session.rollback()
    session.refresh(subject)
    assert subject.extra == {"shift": "night"}
