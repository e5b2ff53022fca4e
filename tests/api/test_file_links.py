"""Files by link: for programs, for minutes, and only as long as whoever asked for the link may see the file."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from flask import g
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update

from app.models.accounts import Hat
from app.models.api_keys import ApiKey
from app.models.media import Medium
from app.models.review import ReviewRound
from app.models.units import Unit
from app.rules.dates import today
from app.views import file_links
from tests.api.desk_clients import program
from tests.review.samples import FOREIGN, REGION, Story
from tests.review.samples import operator as an_operator
from tests.views.people import browser

BYTES = b"the bytes of a picture"
MEDIA = "/api/v1/unit_media"
KEY = {"name": "报表程序", "per_minute": "60", "scopes": ["school:read"]}


@pytest.fixture
def sent(app, session):
    story = Story(session, "unit_media")
    subject, _round = story.submitted()
    storage = app.extensions["storage"]
    subject.file.key = storage.put(BytesIO(BYTES), "jpg")
    session.commit()
    yield story, subject
    storage.delete(subject.file.key)


@pytest.fixture
def reviewer(app, session):
    return program(app, session, region_code="310000")


def opened(app, url: str) -> int:
    """The status for somebody with neither token nor cookie."""
    with app.test_client(use_cookies=False).get(url) as answer:
        return answer.status_code


def link_of(caller, subject) -> dict[str, str]:
    answer = caller.get(f"{MEDIA}/{subject.id}")
    assert answer.status_code == 200, answer.text
    return answer.json["files"][0]


def test_a_record_and_a_round_carry_links_that_need_no_token(app, session, sent, reviewer):
    _story, subject = sent
    found = link_of(reviewer, subject)
    with app.test_client(use_cookies=False).get(found["url"]) as picture:
        assert (picture.status_code, picture.mimetype, picture.data) == (200, found["mime"], BYTES)
        assert picture.headers["Cache-Control"] == "private, no-store"
    assert opened(app, f"/files/{found['id']}") == 404
    claimed = reviewer.post("/api/v1/desk/claim").json["round"]
    assert [one["id"] for one in claimed["files"]] == [found["id"]]
    assert opened(app, claimed["files"][0]["url"]) == 200


def test_who_asks_again_gets_a_new_link_even_if_nothing_changed(reviewer, sent):
    _story, subject = sent
    tag = reviewer.get(f"{MEDIA}/{subject.id}").headers["ETag"]
    again = reviewer.client.get(f"{MEDIA}/{subject.id}", headers=reviewer.headers | {"If-None-Match": tag})
    assert (again.status_code, again.json["files"][0]["id"]) == (200, str(subject.file_id))


def test_a_link_says_nothing_and_cannot_be_changed(app, reviewer, sent):
    found = link_of(reviewer, sent[1])
    assert found["id"] not in found["url"]
    head, _slash, token = found["url"].rpartition("/")
    for other in (token[:-1] + ("A" if token[-1] != "A" else "B"), token[:-4], "nothing", "a:b:c:d", "v1:k1:AA:AA"):
        assert opened(app, f"{head}/{other}") == 410, other


def test_its_time_ends(app, reviewer, sent, monkeypatch):
    url = link_of(reviewer, sent[1])["url"]
    now = time.time()
    monkeypatch.setattr(file_links.time, "time", lambda: now + file_links.SECONDS + 2)
    assert opened(app, url) == 410


@pytest.mark.parametrize("end", ["hat", "password", "account"])
def test_it_ends_with_what_it_stands_on(app, session, reviewer, sent, end):
    url = link_of(reviewer, sent[1])["url"]
    if end == "hat":
        session.execute(update(Hat).where(Hat.account_id == reviewer.account_id).values(active=False))
    elif end == "password":
        session.execute(update(User).where(User.id == reviewer.account_id).values(password="another"))
    else:
        session.execute(update(User).where(User.id == reviewer.account_id).values(active=False))
    session.commit()
    assert opened(app, url) == 410


def test_it_ends_with_the_permission_of_the_file(app, session, sent):
    """The same role, the same login: what was in sight has moved to another division."""
    _story, subject = sent
    near = program(app, session, region_code=REGION)
    url = link_of(near, subject)["url"]
    assert opened(app, url) == 200
    session.execute(update(Unit).where(Unit.id == subject.unit_id).values(region_code=FOREIGN))
    session.execute(update(Medium).where(Medium.id == subject.id).values(region_code=FOREIGN))
    session.execute(update(ReviewRound).where(ReviewRound.subject_id == subject.id).values(region_code=FOREIGN))
    session.commit()
    assert opened(app, url) == 404


def test_a_link_of_a_key_ends_with_the_key(app, session, sent):
    operator = browser(app, session, "operator")
    account_id = session.scalar(select(Hat.account_id).where(Hat.role == "operator").order_by(Hat.id.desc()).limit(1))
    hat_id = session.scalar(select(Hat.id).where(Hat.account_id == account_id, Hat.role == "operator"))
    assert (
        operator.post("/apikeyview/add", {**KEY, "expires_on": (today() + timedelta(days=9)).isoformat()}).status_code
        == 200
    )
    key = session.scalars(select(ApiKey).where(ApiKey.account_id == account_id)).one()
    with app.test_request_context():
        app.preprocess_request()
        g.api_key = key
        asked = replace(an_operator(session), account_id=account_id, hat_id=hat_id)
        url = file_links.links([sent[1].file_id], asked)[0]["url"]
    assert opened(app, url) == 200
    session.execute(update(ApiKey).where(ApiKey.id == key.id).values(key_state="revoked"))
    session.commit()
    assert opened(app, url) == 410
