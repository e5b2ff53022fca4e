"""A sealed value in full: for a reason, with a fresh proof, on the ledger, a few times an hour, on one page only."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from app.models.review import ReviewEvent
from app.review.unmasked import ACTION
from app.rules import unmasking
from tests.review import samples
from tests.views.people import Browser, browser, unit

PHONE = "13912345678"
SENT = {"reason": "match", "reason_text": "与公函上的电话核对"}


@pytest.fixture
def seen(session):
    made = unit(session)
    made.contact_phone = PHONE
    session.commit()
    return made


@pytest.fixture
def reviewer(app, session) -> Browser:
    return browser(app, session, "reviewer", region_code="310000")


def address(of) -> str:
    return f"/unitview/unmask/{of.id}/contact_phone"


def events(session) -> list[ReviewEvent]:
    return list(session.scalars(select(ReviewEvent).where(ReviewEvent.action == ACTION).order_by(ReviewEvent.id)))


def test_the_record_shows_the_mask_and_the_way_to_more(seen, reviewer):
    page = reviewer.get(f"/unitview/show/{seen.id}").text
    assert PHONE not in page
    assert address(seen) in page


def test_for_a_reason_it_is_shown_once_and_stands_on_the_ledger(session, seen, reviewer):
    asked = reviewer.get(address(seen))
    assert PHONE not in asked.text
    assert asked.headers["Cache-Control"] == "no-store"
    answer = reviewer.post(address(seen), SENT)
    assert answer.status_code == 200
    assert PHONE in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    (event,) = events(session)
    assert (event.actor_id, event.actor_role, event.subject_id) == (reviewer.account_id, "reviewer", seen.id)
    facts = json.loads(event.body)["facts"]
    wanted = {"table": "unit", "row": str(seen.id), "column": "contact_phone", "hat": reviewer.hat_id}
    assert facts == wanted | {"screen": "UnitView", "reason": "match", "words": SENT["reason_text"]}
    assert PHONE not in event.body
    assert PHONE not in reviewer.get(address(seen)).text
    assert PHONE not in reviewer.get(f"/unitview/show/{seen.id}").text


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"reason": "match"},
        {"reason_text": "与公函上的电话核对"},
        SENT | {"reason": "fun"},
        SENT | {"reason_text": "啊"},
    ],
)
def test_without_a_reason_nothing_is_shown(session, seen, reviewer, sent):
    answer = reviewer.post(address(seen), sent)
    assert answer.status_code == 422
    assert PHONE not in answer.text
    assert events(session) == []


def test_an_old_proof_is_not_enough(session, seen, reviewer):
    reviewer.unproven(session, minutes=11)
    for answer in (reviewer.get(address(seen)), reviewer.post(address(seen), SENT)):
        assert answer.status_code == 302
        assert answer.location.startswith("/proof/?next=")
    assert events(session) == []


def test_a_few_an_hour_and_no_more(session, seen, reviewer, monkeypatch):
    monkeypatch.setattr("app.review.unmasked.PER_HOUR", 2)
    assert [reviewer.post(address(seen), SENT).status_code for _ in range(3)] == [200, 200, 429]
    refused = reviewer.post(address(seen), SENT)
    assert PHONE not in refused.text
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert len(events(session)) == 2


def test_only_columns_that_the_record_shows_masked(app, session, seen, reviewer):
    for column in ("phone_hash", "legal_rep", "password", "contact_phone_masked", "__class__"):
        assert reviewer.post(f"/unitview/unmask/{seen.id}/{column}", SENT).status_code == 404, column
    assert events(session) == []


def test_rows_out_of_reach_and_roles_without_the_right(app, session, seen):
    elsewhere = browser(app, session, "reviewer", region_code="440000")
    assert elsewhere.post(address(seen), SENT).status_code == 404
    for role in ("operator", "auditor", "sysadmin"):
        assert browser(app, session, role).post(address(seen), SENT).status_code == 403, role
    assert events(session) == []


def test_on_the_desk_the_value_is_that_of_the_evidence(app, session, reviewer):
    subject, row = samples.Story(session, "unit_registration").submitted(contact_phone=PHONE)
    subject.contact_phone = "13700000000"
    session.commit()
    path = f"/desk/{row.id}/unmask/contact_phone"
    page = reviewer.get(f"/desk/{row.id}").text
    assert path in page
    assert PHONE not in page
    assert PHONE in reviewer.post(path, SENT).text
    (event,) = events(session)
    assert (event.round_id, event.subject_id) == (row.id, subject.id)
    assert reviewer.post(f"/desk/{row.id}/unmask/legal_rep", SENT).status_code == 404
    far = browser(app, session, "reviewer", region_code="440000")
    assert far.post(path, SENT).status_code == 404


def test_the_auditor_reads_who_saw_what_and_why(app, session, seen, reviewer):
    reviewer.post(address(seen), SENT)
    auditor = browser(app, session, "auditor")
    page = auditor.get("/unmaskeventview/list/").text
    assert SENT["reason_text"] in page
    assert PHONE not in page
    assert session.scalar(select(func.count()).where(ReviewEvent.action == ACTION)) == 1
    assert reviewer.get("/unmaskeventview/list/").status_code == 403


def test_the_name_behind_a_mask():
    assert unmasking.unmaskable("phone_masked") == "phone"
    assert unmasking.unmaskable("phone") == "phone"
