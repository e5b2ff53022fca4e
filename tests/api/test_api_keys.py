"""Keys for programs: scoped, kept as digests, ending, revocable, paced; last use shown; nothing beyond their owner's role."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.gateways.pace import Pace
from app.models.accounts import Hat
from app.models.api_keys import ApiKey
from app.models.review import ReviewEvent
from app.rules.dates import today
from app.views import key_identity
from tests.views.people import Browser, browser


@pytest.fixture
def operator(app, session) -> Browser:
    return browser(app, session, "operator")


@pytest.fixture(autouse=True)
def own_pace(app, monkeypatch):
    """Counters of this test alone."""
    monkeypatch.setitem(app.extensions, "pace", Pace())


def made(who: Browser, *scopes: str, **more: str) -> str:
    """A key as its page shows it."""
    sent = {"name": "报表程序", "per_minute": "60", "expires_on": (today() + timedelta(days=30)).isoformat()} | more
    answer = who.post("/apikeyview/add", {**sent, "scopes": list(scopes)})
    assert answer.status_code == 200, answer.text[:3000]
    assert answer.headers["Cache-Control"] == "no-store"
    return re.search(r"<code[^>]*>(gj_[\w-]{43})</code>", answer.text)[1]


def asks(app, key: str, path: str = "/api/v1/school/", method: str = "get", **more):
    return getattr(app.test_client(use_cookies=False), method)(path, headers={"X-Api-Key": key}, **more)


def test_a_key_opens_what_it_was_made_for(app, session, operator):
    key = made(operator, "school:read")
    assert asks(app, key).status_code == 200
    for path, method in (
        ("/api/v1/school/", "post"),
        ("/api/v1/agency/", "get"),
        ("/api/v1/menu/", "get"),
        ("/api/v1/security/refresh", "post"),
    ):
        refused = asks(app, key, path, method, json={})
        assert (refused.status_code, refused.json["code"]) == (403, "key_scope"), path
    writes = made(operator, "school:write")
    assert asks(app, writes).status_code == 403
    assert asks(app, writes, method="post", json={}).status_code == 422


def test_only_its_digest_is_kept_and_the_page_comes_once(session, operator):
    key = made(operator, "school:read")
    row = session.scalars(select(ApiKey)).one()
    assert row.key_hash == key_identity.digest(key)
    assert all(key not in str(value) for value in vars(row).values())
    assert key[len(row.prefix) :] not in operator.get("/apikeyview/list/").text
    assert row.prefix in operator.get("/apikeyview/list/").text
    event = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "key_made")).one()
    assert key not in event.body
    assert event.facts["scopes"] == ["school:read"]


def test_it_ends_on_its_day_and_when_it_is_revoked(app, session, operator):
    key = made(operator, "school:read", expires_on=today().isoformat())
    assert asks(app, key).status_code == 200
    session.execute(update(ApiKey).values(expires_on=today() - timedelta(days=1)))
    session.commit()
    assert (asks(app, key).status_code, asks(app, key).json["code"]) == (401, "key_wrong")
    other = made(operator, "school:read")
    row = session.scalars(select(ApiKey).where(ApiKey.key_hash == key_identity.digest(other))).one()
    assert operator.post(f"/apikeyview/move/revoke_key/{row.id}").status_code == 302
    assert asks(app, other).status_code == 401
    assert operator.post(f"/apikeyview/move/revoke_key/{row.id}").status_code == 409


def test_it_ends_with_the_account_and_with_the_role(app, session, operator):
    key = made(operator, "school:read")
    user = app.extensions["appbuilder"].sm.get_user_by_id(operator.account_id)
    user.active = False
    session.commit()
    assert asks(app, key).status_code == 401
    user.active = True
    session.commit()
    assert asks(app, key).status_code == 401, "what has ended stays so"
    other = made(browser(app, session, "operator"), "school:read")
    session.execute(update(Hat).where(Hat.role == "operator").values(active=False))
    session.commit()
    assert asks(app, other).status_code == 401


def test_a_key_never_sees_more_than_its_role(app, session):
    """An agency's key for postings reads the agency's own; another hat named beside it changes nothing."""
    agency = browser(app, session, "operator")
    offered = set(re.findall(r'name="scopes" value="([^"]+)"', agency.get("/apikeyview/add").text))
    assert "school:write" in offered
    assert not {one for one in offered if one.startswith(("account", "hat", "student", "desk"))}
    sent = {"name": "x", "per_minute": "60", "expires_on": today().isoformat(), "scopes": ["gig_wanted:read"]}
    assert agency.post("/apikeyview/add", sent).status_code == 422
    key = made(agency, "school:read")
    other = browser(app, session, "sysadmin")
    answer = app.test_client(use_cookies=False).get(
        "/api/v1/school/", headers={"X-Api-Key": key, "X-Hat": str(other.hat_id)}
    )
    assert answer.status_code == 200
    assert session.scalar(select(func.count()).select_from(ApiKey).where(ApiKey.account_id == other.account_id)) == 0


def test_too_many_requests_are_told_when_to_come_back(app, operator):
    key, free = made(operator, "school:read", per_minute="3"), made(operator, "school:read")
    assert [asks(app, key).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = asks(app, key)
    assert refused.json["code"] == "key_pace"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert asks(app, free).status_code == 200, "each key has its own count"


def test_guessing_keys_is_slowed_down(app, session, monkeypatch):
    monkeypatch.setattr(key_identity, "WRONG", 3)
    assert [asks(app, f"gj_{n}").status_code for n in range(5)] == [401, 401, 401, 429, 429]


def test_last_use_is_shown(app, session, operator):
    key = made(operator, "school:read")
    assert session.scalars(select(ApiKey.last_used_at)).one() is None
    asks(app, key)
    session.expire_all()
    row = session.scalars(select(ApiKey)).one()
    assert row.last_used_at is not None
    assert row.last_address == "127.0.0.1"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("expires_on", "2000-01-01"),
        ("expires_on", "2999-01-01"),
        ("per_minute", "0"),
        ("per_minute", "601"),
        ("scopes", ""),
        ("name", ""),
    ],
)
def test_what_is_wrong_with_a_key_is_named(session, operator, field, value):
    sent = {"name": "x", "per_minute": "60", "expires_on": today().isoformat(), "scopes": "school:read"} | {
        field: value
    }
    answer = operator.post("/apikeyview/add", sent)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert session.scalar(select(func.count()).select_from(ApiKey)) == 0


def test_making_one_takes_a_fresh_proof_and_a_role_that_may(app, session, operator):
    operator.unproven(session, minutes=11)
    assert operator.get("/apikeyview/add").location.startswith("/proof/")
    for role in ("seeker", "auditor", "secadmin"):
        assert browser(app, session, role).get("/apikeyview/add").status_code == 403, role


def test_a_cookie_and_a_key_are_two_things(app, operator):
    """The pages know no key: it opens the interface only."""
    key = made(operator, "school:read")
    answer = app.test_client(use_cookies=False).get("/schoolview/list/", headers={"X-Api-Key": key})
    assert (answer.status_code, answer.location) == (302, "/login/?next=/schoolview/list/")


def test_a_shared_counter_that_is_away_stops_nobody(caplog):
    pace = Pace("redis://127.0.0.1:1/0")
    assert [pace.hit("k", 2).allowed for _ in range(3)] == [True, True, False]
    assert caplog.text.count("the shared counter is away") == 1
