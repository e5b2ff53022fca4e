"""The API beside every screen: the screen's columns, scope and moves; versions as ETags (design section 6)."""

from __future__ import annotations

import pytest

from tests.api.desk_clients import Program, program
from tests.review.samples import Story, posting_content, unit

POSTINGS = "/api/v1/posting"


@pytest.fixture
def story(session):
    return Story(session, "posting")


@pytest.fixture
def handler(app, session, story) -> Program:
    return program(app, session, "unit_handler", unit_id=story.unit.id, grants=["postings"])


def test_a_draft_is_made_changed_submitted_and_withdrawn(handler):
    made = handler.post(f"{POSTINGS}/", posting_content())
    assert made.status_code == 201, made.text
    key, tag = made.json["result"]["id"], made.headers["ETag"]
    fenced = handler.headers | {"If-Match": tag}
    changed = handler.client.put(f"{POSTINGS}/{key}", json={"headcount": 5}, headers=fenced)
    assert changed.status_code == 200, changed.text
    assert changed.json["result"]["headcount"] == 5
    late = handler.client.put(f"{POSTINGS}/{key}", json={"headcount": 6}, headers=fenced)
    assert (late.status_code, late.json["code"]) == (409, "stale")
    version = changed.json["result"]["version"]
    sent = handler.post(f"{POSTINGS}/{key}/submit", {"version": version})
    assert sent.status_code == 200, sent.text
    assert sent.json["result"]["status"] == "pending"
    assert "withdraw" in sent.json["moves"]
    back = handler.post(f"{POSTINGS}/{key}/withdraw", {"version": sent.json["result"]["version"]})
    assert back.json["result"]["status"] == "draft"


def test_list_and_record_stay_inside_the_scope(app, session, story, handler):
    mine = story.created()
    other = program(app, session, "unit_handler", unit_id=unit(session).id, grants=["postings"])
    listed = handler.get(f"{POSTINGS}/").json
    assert mine.id in [row["id"] for row in listed["result"]]
    assert listed["count"] == len(listed["result"])
    assert handler.get(f"{POSTINGS}/{mine.id}").json["result"]["title"] == mine.title
    assert mine.id not in [row["id"] for row in other.get(f"{POSTINGS}/").json["result"]]
    assert other.get(f"{POSTINGS}/{mine.id}").status_code == 404
    assert other.post(f"{POSTINGS}/{mine.id}/delete", {"version": mine.version}).status_code == 404
    body = {"headcount": 9, "version": mine.version}
    assert other.client.put(f"{POSTINGS}/{mine.id}", json=body, headers=other.headers).status_code == 404


@pytest.mark.parametrize(
    ("move", "body", "status"),
    [
        ("approve", {"version": 1}, 403),
        ("explode", {"version": 1}, 404),
        ("take_down", {"version": 1}, 409),
        ("submit", {"version": "abc"}, 422),
        ("submit", {}, 422),
    ],
)
def test_moves_that_are_not_to_be(story, handler, move, body, status):
    mine = story.created()
    answer = handler.post(f"{POSTINGS}/{mine.id}/{move}", body)
    assert answer.status_code == status, answer.text
    assert answer.content_type.startswith("application/problem+json")


def test_roles_without_a_grant_and_callers_without_a_token(app, session, story, handler):
    assert program(app, session, "auditor").get(f"{POSTINGS}/").status_code == 403
    reviewer = program(app, session, region_code="310000")
    assert reviewer.post(f"{POSTINGS}/", posting_content()).status_code == 403
    assert app.test_client().get(f"{POSTINGS}/").status_code == 401
    unknown = handler.post(f"{POSTINGS}/", {"status": "live"})
    assert (unknown.status_code, unknown.json["field"]) == (422, "status")


def test_sealed_columns_are_masked(app, session):
    offer = Story(session, "gig_offer").submitted(phone="13912345678")[0]
    reviewer = program(app, session, region_code="310000")
    answer = reviewer.get(f"/api/v1/gig_offer/{offer.id}")
    assert answer.status_code == 200, answer.text
    assert "13912345678" not in answer.text
