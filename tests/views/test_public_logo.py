"""Pictures a unit shows are approved ones; its logo is the newest of them (GD-51, HL-25)."""

from __future__ import annotations

import re

import pytest

from app.models.units import Unit
from app.review import desk, queue
from tests.review import samples
from tests.review.samples import Story, say


@pytest.fixture
def story(app, session):
    return Story(session, "unit_media")


def send(story: Story, slot: str = "logo", title: str = "标志"):
    """A picture of the unit, sent in: the row, its round and the address of its file."""
    files = samples.attached(story.session, story.sender.account_id, slot)
    row = desk.create(story.session, story.sender, story.key, {"slot": slot, "title": title, "files": files})
    opened = desk.submit(story.session, story.sender, story.key, row.id)
    return row, opened, f"/files/{files[0]['file_id']}"


def decide(story: Story, opened, verdict: str = "approve") -> None:
    say(story.session, story.decider, queue.claim(story.session, story.decider, opened.id), verdict)


def shown(app, unit: Unit) -> list[str]:
    """The addresses of the logos on the unit's public page."""
    page = app.test_client().get(f"/portal/units/{unit.id}")
    assert page.status_code == 200
    return re.findall(r'<img class="logo" src="([^"]+)"', page.text)


def everywhere(app, unit: Unit, address: str) -> list[bool]:
    """Whether an address stands on the page and in the public API."""
    client = app.test_client()
    return [
        address in client.get(f"/portal/units/{unit.id}").text,
        address in client.get(f"/api/v1/public/units/{unit.id}").text,
    ]


def test_a_unit_without_an_approved_logo_shows_none(app, story):
    send(story)
    assert shown(app, story.unit) == []


def test_a_new_logo_takes_the_place_of_the_old_one_once_it_is_approved(app, story):
    _row, first, old = send(story)
    decide(story, first)
    assert shown(app, story.unit) == [old]
    _row, second, new = send(story)
    assert shown(app, story.unit) == [old], "what waits is not public"
    decide(story, second)
    assert shown(app, story.unit) == [new]
    assert everywhere(app, story.unit, new) == [True, True]
    assert everywhere(app, story.unit, old) == [False, False]


def test_a_refused_logo_leaves_the_old_one(app, story):
    _row, first, old = send(story)
    decide(story, first)
    _row, second, _new = send(story)
    decide(story, second, "reject")
    assert shown(app, story.unit) == [old]


def test_a_second_logo_waits_until_the_first_is_decided(app, story):
    """So the newest that was sent is the newest that was approved, also where one was returned and mended."""
    _row, first, old = send(story)
    decide(story, first)
    row, second, new = send(story)
    with samples.refusal("picture_limit"):
        send(story)
    decide(story, second, "return")
    with samples.refusal("picture_limit"):
        send(story)
    assert shown(app, story.unit) == [old]
    story.session.refresh(row)
    desk.edit(story.session, story.sender, story.key, row.id, {"title": "新标志"}, row.version)
    decide(story, desk.submit(story.session, story.sender, story.key, row.id))
    assert shown(app, story.unit) == [new]


def test_when_the_newest_is_taken_away_the_one_before_is_shown(app, story):
    _row, first, old = send(story)
    decide(story, first)
    row, second, _new = send(story)
    decide(story, second)
    story.session.refresh(row)
    desk.move(story.session, story.decider, story.key, row.id, "remove", version=row.version, reason="模糊")
    assert shown(app, story.unit) == [old]


def test_the_logo_of_another_unit_and_other_pictures_change_nothing(app, session, story):
    _row, first, old = send(story)
    decide(story, first)
    _row, picture, _address = send(story, "image", "车间")
    decide(story, picture)
    other = Story(session, "unit_media")
    _row, foreign, theirs = send(other)
    decide(other, foreign)
    assert shown(app, story.unit) == [old]
    assert shown(app, other.unit) == [theirs]


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_a_picture_is_shown_once_it_is_approved(app, story, verdict):
    _row, opened, address = send(story, "image", "车间")
    assert everywhere(app, story.unit, address) == [False, False]
    decide(story, opened, verdict)
    assert everywhere(app, story.unit, address) == [verdict == "approve"] * 2
