"""The desk's API: statuses, scope, fences; a token, never a cookie (review.md 5, invariants 3, 9, 13)."""

from __future__ import annotations

import json

import pytest

from app.models.positions import Posting
from app.review import desk
from tests.api.desk_clients import program, seen
from tests.review.samples import Story
from tests.views.people import browser

ROUNDS = "/api/v1/desk/rounds"
KEYS = {
    "id", "kind", "subject_id", "state", "version", "epoch", "digest", "lease_until", "due_at", "region_code",
    "evidence", "checks", "moves",
}  # fmt: skip


@pytest.fixture
def posted(session):
    """A posting of 奉贤区 (310120) that waits, and its round."""
    story = Story(session, "posting")
    return story, *story.submitted()


@pytest.fixture
def reviewer(app, session):
    return program(app, session, region_code="310000")


def problem(answer, status: int, code: str = "", field: str = ""):
    assert answer.status_code == status, answer.text
    assert answer.content_type.startswith("application/problem+json")
    if code:
        assert answer.json["code"] == code
    if field:
        assert answer.json["field"] == field
    assert answer.json["message"]
    return answer.json


def test_claim_next_gives_the_whole_round_and_then_nothing(reviewer, posted):
    answer = reviewer.post("/api/v1/desk/claim", {"kinds": ["posting"]})
    assert answer.status_code == 200
    found = answer.json["round"]
    assert found.keys() >= KEYS
    assert found["id"] == posted[2].id
    assert found["lease_until"]
    assert "approve" in found["moves"]
    assert found["checks"][0].keys() >= {"code", "severity", "field", "message", "law"}
    nothing = reviewer.post("/api/v1/desk/claim", {"kinds": ["posting"]})
    assert (nothing.status_code, nothing.data) == (204, b"")


def test_sealed_personal_data_is_in_no_answer(app, session, reviewer):
    _subject, row = Story(session, "gig_offer").submitted(phone="13912345678")
    for answer in (reviewer.get(f"{ROUNDS}/{row.id}"), reviewer.post(f"{ROUNDS}/{row.id}/claim")):
        assert "_sealed" not in answer.text
        assert "13912345678" not in answer.text
        assert answer.json["round"]["evidence"]["phone"] == "139****5678"


def test_a_decision_makes_it_public_and_a_repeated_key_gets_the_same_answer(session, reviewer, posted):
    _story, subject, row = posted
    body = seen(reviewer.claim(row.id))
    path = f"{ROUNDS}/{row.id}/decide"
    first = reviewer.post(path, body, **{"Idempotency-Key": "k-1"})
    assert first.status_code == 200, first.text
    assert first.json["state"] == "approved"
    assert first.json.keys() == {"id", "state", "version"}
    assert reviewer.post(path, body, **{"Idempotency-Key": "k-1"}).json == first.json
    problem(reviewer.post(path, body), 409, "wrong_state")
    assert session.get(Posting, subject.id, populate_existing=True).status == "live"


def test_undo_opens_it_again(session, reviewer, posted):
    _story, subject, row = posted
    reviewer.post(f"{ROUNDS}/{row.id}/decide", seen(reviewer.claim(row.id)))
    answer = reviewer.post(f"{ROUNDS}/{row.id}/undo")
    assert answer.status_code == 200, answer.text
    assert answer.json["round"]["state"] == "queued"
    assert session.get(Posting, subject.id, populate_existing=True).status == "pending"


def test_return_needs_a_reason_and_names_the_field(reviewer, posted):
    found = reviewer.claim(posted[2].id)
    path = f"{ROUNDS}/{found['id']}/decide"
    problem(reviewer.post(path, seen(found, "return")), 422, "reason_missing", "reason_code")
    answer = reviewer.post(path, seen(found, "return", reason_code="R07", reason_text="与另一职位相同"))
    assert (answer.status_code, answer.json["state"]) == (200, "need_info")


def test_an_edit_meanwhile_is_stale_with_what_changed(session, reviewer, posted):
    story, subject, row = posted
    found = reviewer.claim(row.id)
    desk.edit(session, story.sender, "posting", subject.id, story.mended(), subject.version)
    answer = problem(reviewer.post(f"{ROUNDS}/{row.id}/decide", seen(found)), 409, "stale")
    assert "address" in answer["changed"]
    assert answer["superseded_by"] > row.id
    assert session.get(Posting, subject.id, populate_existing=True).status == "pending"


@pytest.mark.parametrize("wrong", [{"epoch": 99}, {"digest": "0" * 64}, {"version": 77}])
def test_anything_but_what_was_shown_is_409(reviewer, posted, wrong):
    found = reviewer.claim(posted[2].id)
    assert reviewer.post(f"{ROUNDS}/{found['id']}/decide", seen(found, **wrong)).status_code == 409


def test_a_claim_given_back_no_longer_decides(reviewer, posted):
    found = reviewer.claim(posted[2].id)
    assert reviewer.post(f"{ROUNDS}/{found['id']}/renew").status_code == 200
    assert reviewer.post(f"{ROUNDS}/{found['id']}/release").status_code == 200
    problem(reviewer.post(f"{ROUNDS}/{found['id']}/decide", seen(found)), 409, "lease_lost")
    problem(reviewer.post(f"{ROUNDS}/{found['id']}/renew"), 409, "lease_lost")


def test_two_people_one_item(app, session, reviewer, posted):
    second = program(app, session, region_code="310120")
    reviewer.claim(posted[2].id)
    problem(second.post(f"{ROUNDS}/{posted[2].id}/claim"), 409, "taken")


def test_another_division_sees_nothing_at_all(app, session, posted):
    """A reviewer of 韶关 (440200) and a round of 奉贤区: by list, id, claim and every move."""
    stranger, row = program(app, session, region_code="440200"), posted[2]
    assert row.id not in [r["id"] for r in stranger.get(ROUNDS).json["rounds"]]
    assert stranger.post("/api/v1/desk/claim").status_code == 204
    problem(stranger.get(f"{ROUNDS}/{row.id}"), 404, "not_found")
    for move in ("claim", "renew", "release", "skip", "undo"):
        problem(stranger.post(f"{ROUNDS}/{row.id}/{move}"), 404, "not_found")
    body = {"verdict": "approve", "version": 1, "epoch": 1, "digest": row.evidence_digest}
    problem(stranger.post(f"{ROUNDS}/{row.id}/decide", body), 404, "not_found")


@pytest.mark.parametrize("role", ["seeker", "operator", "sysadmin", "auditor"])
def test_other_hats_are_refused(app, session, posted, role):
    other = program(app, session, role)
    problem(other.get(ROUNDS), 403, "not_allowed")
    problem(other.post("/api/v1/desk/claim"), 403, "not_allowed")


def test_a_cookie_opens_nothing(app, session, posted):
    person = browser(app, session, "reviewer", region_code="310000")
    assert person.get("/desk/").status_code == 200
    assert person.get(ROUNDS).status_code == 401
    assert person.client.post("/api/v1/desk/claim", json={}).status_code == 401
    assert app.test_client().get(f"{ROUNDS}/{posted[2].id}").status_code == 401
    assert person.get(ROUNDS, Authorization="Bearer nonsense").status_code == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"version": "abc"}, "version"),
        ({"version": True}, "version"),
        ({"version": 10**30}, "version"),
        ({"version": None}, "version"),
        ({"epoch": -1}, "epoch"),
        ({"epoch": 1.5}, "epoch"),
        ({"digest": 7}, "digest"),
        ({"digest": ""}, "digest"),
        ({"verdict": "maybe"}, "verdict"),
        ({"verdict": ["approve"]}, "verdict"),
        ({"reason_codes": {"a": 1}}, "reason_codes"),
        ({"acknowledged": [1, 2]}, "acknowledged"),
        ({"reason_text": "x" * 2001}, "reason_text"),
        ({"reason_text": "a\x00b"}, "reason_text"),
    ],
)
def test_bad_values_are_named(reviewer, posted, change, field):
    body = seen(reviewer.claim(posted[2].id)) | change
    problem(reviewer.post(f"{ROUNDS}/{posted[2].id}/decide", body), 422, field=field)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad_json"),
        (b"\xff\xfe", 400, "bad_json"),
        (b"[" * 100_000, 400, "bad_json"),
        (b'{"version": ' + b"9" * 5000 + b"}", 400, "bad_json"),
        (b"[1]", 422, "not_an_object"),
        (b"null", 422, "not_an_object"),
        (b" " * 300_000, 413, "too_large"),
    ],
)
def test_broken_bodies_are_answered(reviewer, posted, body, status, code):
    for path in ("/api/v1/desk/claim", f"{ROUNDS}/{posted[2].id}/decide"):
        problem(reviewer.raw(path, body), status, code)


@pytest.mark.parametrize("path", ["0", str(2**63), "9" * 40])
def test_impossible_keys_are_not_found(reviewer, path):
    problem(reviewer.get(f"{ROUNDS}/{path}"), 404, "not_found")


def test_unknown_kinds_and_cursors_are_named(reviewer):
    problem(reviewer.post("/api/v1/desk/claim", {"kinds": ["nothing"]}), 422, field="kinds")
    problem(reviewer.get(f"{ROUNDS}?state=none"), 422, field="state")
    problem(reviewer.get(f"{ROUNDS}?cursor=%00"), 422, field="cursor")
    problem(reviewer.get(f"{ROUNDS}?cursor=zzz"), 422, field="cursor")
    problem(reviewer.get(f"{ROUNDS}?limit=-5"), 422, field="limit")


def test_the_list_goes_on_by_keyset(session, reviewer):
    story = Story(session, "posting")
    made = {story.submitted()[1].id for _ in range(3)}
    first = reviewer.get(f"{ROUNDS}?state=queued&kind=posting&limit=2").json
    assert len(first["rounds"]) == 2
    second = reviewer.get(f"{ROUNDS}?state=queued&kind=posting&limit=2&cursor={first['next_cursor']}").json
    assert second["next_cursor"] is None
    assert {r["id"] for r in first["rounds"] + second["rounds"]} == made


def test_ask_hold_and_transfer(app, session, reviewer):
    story = Story(session, "posting")
    colleague = program(app, session, region_code="310120")
    first, second, third = (story.submitted()[1].id for _ in range(3))
    for round_id in (first, second, third):
        reviewer.claim(round_id)
    problem(reviewer.post(f"{ROUNDS}/{first}/ask", {"questions": []}), 422, field="questions")
    assert reviewer.post(f"{ROUNDS}/{first}/ask", {"questions": ["工作地点在哪一栋？"]}).json["state"] == "need_info"
    problem(reviewer.post(f"{ROUNDS}/{second}/hold", {"until": "soon", "reason": "x"}), 422, field="until")
    assert reviewer.post(f"{ROUNDS}/{second}/hold", {"until": "2099-01-01", "reason": "等协查"}).json["state"] == "held"
    moved = reviewer.post(f"{ROUNDS}/{third}/transfer", {"to": colleague.account_id, "reason": "同一单位由其办理"})
    assert moved.status_code == 200, moved.text
    assert colleague.post(f"{ROUNDS}/{third}/renew").status_code == 200


def test_the_api_is_described(app):
    with app.app_context():
        paths = {rule.rule for rule in app.url_map.iter_rules()}
        spec = app.extensions["appbuilder"].baseviews
    assert f"{ROUNDS}/<int:round_id>/decide" in paths
    api = next(view for view in spec if type(view).__name__ == "DeskApi")
    assert all("description" in (method.__doc__ or "") for method in (api.claim_next, api.decide, api.rounds, api.undo))


def test_answers_are_json_with_chinese_kept(reviewer, posted):
    raw = reviewer.get(f"{ROUNDS}/{posted[2].id}").data
    assert json.loads(raw)["round"]["title"] == posted[1].title
    assert posted[1].title.encode() in raw


def test_a_skip_hides_from_this_reviewer_only(app, session, reviewer, posted):
    assert reviewer.post(f"{ROUNDS}/{posted[2].id}/skip").status_code == 200
    assert reviewer.post("/api/v1/desk/claim").status_code == 204
    other = program(app, session, region_code="310120")
    assert other.post("/api/v1/desk/claim").json["round"]["id"] == posted[2].id


def test_claim_and_decide_together_stay_within_twelve_statements(statements, reviewer, posted):
    """At most 12 statements for claim and decide together, the program's identity aside."""
    row_id = posted[2].id
    identity = 2  # the account and its hats, in each request
    statements.clear()
    found = reviewer.claim(row_id)
    assert reviewer.post(f"{ROUNDS}/{row_id}/decide", seen(found)).status_code == 200
    assert len(statements) - 2 * identity <= 12, statements
