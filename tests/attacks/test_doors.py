"""The ways in: many passwords, many codes, what an answer betrays, forms without their token, ways to other sites."""

from __future__ import annotations

import re
import time
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.security import generate_password_hash

from app.models.accounts import LoginEvent
from app.models.dispatch import OneTimeCode
from app.review import codes
from app.rules.actor import Role
from app.rules.refused import Refused
from app.views.page import safe_next
from tests.views import world as made
from tests.views.people import PASSWORD, account
from tests.views.test_registering import code_of

OURS = "http://localhost/"


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


def knock(app, name: str, password: str, **environ: str):
    """One try of a login, from a fresh browser."""
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)[1]
    sent = {"csrf_token": token, "username": name, "password": password}
    return client.post("/login/", data=sent, environ_overrides=environ)


@pytest.mark.slow
def test_thirty_passwords_open_nothing_and_the_thirty_first_is_not_looked_at(app, session):
    """Slow: thirty logins. From thirty addresses, in every way of writing the name, with headers that claim to come from elsewhere."""
    name, _id, _hat = account(app, session, "reviewer", region_code="310000")
    answers = []
    for n in range(30):
        said = name.upper() if n % 2 else f"  {name} "
        answers.append(
            knock(app, said, f"Falsch-{n}", REMOTE_ADDR=f"192.0.2.{n}", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}").status_code
        )
    assert answers[0] != 302
    assert set(answers[5:]) == {429}
    later = knock(app, name, PASSWORD, REMOTE_ADDR="192.0.2.98")
    assert 60 <= int(later.headers["Retry-After"]) <= 30 * 60
    assert knock(app, name, PASSWORD, REMOTE_ADDR="192.0.2.99").status_code == 429
    counted = select(func.count()).select_from(LoginEvent).where(LoginEvent.user_name.ilike(f"%{name}%"))
    assert session.scalar(counted.where(LoginEvent.outcome == "wrong")) == 5
    assert session.scalar(counted.where(LoginEvent.outcome == "locked")) == 27


@pytest.mark.slow
def test_a_thousand_codes_are_five_tries(app, session):
    """Slow: a thousand tries. Of a million codes five can be tried; a new one is sent a minute later at the earliest, some a day."""
    phone = "13900001111"
    codes.issue(session, "login", phone, "192.0.2.1")
    mark = codes._blind(phone)
    wrong = 0
    for n in range(1000):
        with pytest.raises(Refused):
            codes.check(session, "login", phone, f"x{n:05d}")
        wrong += 1
    row = session.scalars(select(OneTimeCode).where(OneTimeCode.target_hash == mark)).one()
    assert (wrong, row.tries) == (1000, codes.MOST_TRIES)
    right = code_of(session)
    with pytest.raises(Refused):
        codes.check(session, "login", phone, right)
    with pytest.raises(Refused, match="code_too_soon"):
        codes.issue(session, "login", phone, "192.0.2.2")


def test_the_answer_betrays_nobody(app, session):
    """Known, unknown and switched-off names: the same words, the same status, the same work for the password."""
    known, _id, _hat = account(app, session, "seeker")
    off, off_id, _hat = account(app, session, "seeker")
    app.extensions["appbuilder"].sm.get_user_by_id(off_id).active = False
    session.commit()
    answers = {}
    for name in (known, off, "nobody-of-this-name"):
        answer = knock(app, name, "Falsch-2026", REMOTE_ADDR="192.0.2.7")
        text = re.sub(r'value="[^"]*"|[0-9a-f]{32}|nonce-\S+', "", answer.text).replace(name, "")
        answers[name] = (answer.status_code, text)
    assert len(set(answers.values())) == 1
    fake = app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"]
    assert fake.split("$")[0] == generate_password_hash("x").split("$")[0], "as slow as a real one"


@pytest.mark.slow
def test_the_time_it_takes_betrays_nobody(app, session):
    """Slow: the best of several tries each, because a machine under load is late at random, never early."""
    known, known_id, _hat = account(app, session, "seeker")
    app.extensions["appbuilder"].sm.get_user_by_id(known_id).password = generate_password_hash(
        "Richtig-2026"
    )  # a real one
    session.commit()
    took = {}
    for name in (known, "nobody-of-this-name"):
        times = []
        for n in range(4):
            begun = time.perf_counter()
            knock(app, name, f"Falsch-{n}", REMOTE_ADDR=f"198.51.100.{n}")
            times.append(time.perf_counter() - begun)
        took[name] = min(times)
    quick, slow = sorted(took.values())
    assert slow < quick * 1.5 + 0.03, took


@pytest.mark.slow
def test_every_form_wants_its_token(world):
    """Slow: every form there is. Each address that takes a POST, asked by somebody logged in, without a token and with somebody else's."""
    # A login of its own: what is knocked at here must not meet those who use the world afterwards.
    foreign, client, wrong = world.people[Role.SEEKER].token(), made.another_login(world, Role.SYSADMIN).client, []
    for rule in world.app.url_map.iter_rules():
        if "POST" not in rule.methods or rule.rule.startswith("/api/"):
            continue
        with world.app.test_request_context():
            path = rule.build(dict.fromkeys(rule.arguments, 1))[1]
        for sent in ({}, {"csrf_token": foreign}):
            status = client.post(path, data=sent).status_code
            if status != 400:
                wrong.append((rule.endpoint, path, sent, status))
    assert wrong == []


@pytest.mark.slow
def test_no_move_is_made_by_a_link(world):
    """Slow: every such address. A GET changes nothing: asked of every address that also takes a POST, no row of any kind changes its state."""
    from app.extensions import db
    from app.models.review import ReviewEvent

    with made.undone(world):
        before = db.session.scalar(select(func.count()).select_from(ReviewEvent))
        client = made.another_login(world, Role.HANDLER).client
        for rule in world.app.url_map.iter_rules():
            if "POST" in rule.methods and "GET" in rule.methods and not rule.rule.startswith(("/api/", "/desk")):
                with world.app.test_request_context():
                    path = rule.build(dict.fromkeys(rule.arguments, 1))[1]
                client.get(path, query_string={"sure": "1", "confirm": "1", "_method": "POST"})
        assert db.session.scalar(select(func.count()).select_from(ReviewEvent)) == before


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@example("//evil.example/")
@example("/\\evil.example")
@example("/\t/evil.example")
@example("///evil.example")
@example("/%2f/evil.example")
@example("http://localhost//evil.example")
@example("http://localhost@evil.example/")
@example("javascript:alert(1)")
@example("/.\n/evil")
@given(st.text(alphabet=st.sampled_from(list("/\\:@.?#%\t\n\r evilhtpjs2f5c\u3000\uff0f")), max_size=24))
def test_the_way_back_stays_on_this_site(app, target):
    """Slow: two hundred addresses. Whatever stands in `next`, a browser that follows it is still here."""
    with app.test_request_context("/", base_url=OURS):
        found = safe_next(target)
    if found:
        where = urlsplit(urljoin(OURS, found.replace("\\", "/")))
        assert (where.scheme, where.netloc) == ("http", "localhost"), (target, found)
        assert not re.search(r"[\x00-\x1f\\]", found)
