"""What surrounds every request: headers, errors, language, health, forged requests (screens.md 2, traps 5, 8, 10)."""

from __future__ import annotations

import logging
import re

import pytest
from flask import g

from app.views import home
from tests.views.people import browser, handler, posting, unit

PHONE, SQL = "138" + "00001234", "SELECT" + " secret"


@pytest.fixture
def mine(app, session):
    return handler(app, session, unit(session))


@pytest.fixture
def broken(app, monkeypatch):
    """An application whose start page fails with personal data in the message."""

    def fail():
        raise ValueError(f"phone {PHONE} is bad") from KeyError(SQL)

    monkeypatch.setattr(home.menu, "groups", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    return app


@pytest.mark.parametrize("path", ["/login/", "/", "/postingview/list/", "/nothing"])
def test_every_page_carries_the_policy(mine, path):
    headers = mine.get(path).headers
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(r"[0-9a-f]{32}", headers["X-Request-ID"])


@pytest.mark.parametrize("path", ["/login/", "/", "/postingview/list/", "/postingview/add", "/password/"])
def test_no_page_has_inline_script_or_style(mine, path):
    text = mine.get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text)
    assert "http://" not in text.replace("http://localhost", "")


def test_the_callers_request_number_is_kept_if_it_is_one(mine):
    assert mine.get("/", **{"X-Request-ID": "abc-12345678"}).headers["X-Request-ID"] == "abc-12345678"
    assert mine.get("/", **{"X-Request-ID": "a b<script>"}).headers["X-Request-ID"] != "a b<script>"


def test_looking_at_pages_writes_no_cookie(mine):
    for path in ("/", "/postingview/list/", "/postingview/add", "/postingview/list/?sort=title"):
        mine.get(path)
        assert "Set-Cookie" not in mine.get(path).headers


@pytest.mark.parametrize("path", ["/postingview/add", "/logout/", "/hat/1", "/password/", "/postingview/moves"])
def test_a_post_without_token_is_refused(mine, path):
    answer = mine.client.post(path, data={"title": "x"})
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"


def test_errors_are_pages_here_and_problems_under_the_api(app, mine):
    page = mine.get("/nothing?lang=en")
    assert page.status_code == 404
    assert page.headers["X-Request-ID"] in page.text
    answer = app.test_client().get("/api/v1/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


def test_a_fault_of_ours_is_logged_by_number_and_place_without_its_message(broken, session, caplog):
    who = browser(broken, session, "seeker")
    with caplog.at_level(logging.ERROR, "app.errors"):
        answer = who.get("/")
    assert answer.status_code == 500
    logged = caplog.text
    assert answer.headers["X-Request-ID"] in logged
    assert "ValueError < KeyError" in logged
    for secret in (PHONE, SQL):
        assert secret not in logged
        assert secret not in answer.text


def test_health(app, session):
    client = app.test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ok"}


def test_not_ready_with_another_schema(app, session):
    from sqlalchemy import text

    session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    session.commit()
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["part"]) == (503, "schema")
    assert app.test_client().get("/healthz").status_code == 200


def test_language_is_chosen_by_query_and_kept_in_a_cookie_of_its_own(app):
    client = app.test_client()
    assert 'lang="zh-CN"' in client.get("/login/").text
    english = client.get("/login/?lang=en")
    assert 'lang="en"' in english.text
    assert "lang=en" in english.headers["Set-Cookie"]
    assert 'lang="en"' in client.get("/login/").text
    assert 'lang="en"' in client.get("/login/?lang=xx").text


def test_preferences_are_rendered_by_the_server_and_only_known_ones(mine):
    mine.client.set_cookie("gj-theme", "dark")
    mine.client.set_cookie("gj-size", 'large" onload="x')
    text = mine.get("/").text
    assert 'data-bs-theme="dark"' in text
    assert 'data-size="normal"' in text


def test_a_swap_gets_the_middle_of_the_page_only(mine):
    whole, part = mine.get("/postingview/list/"), mine.get("/postingview/list/", **{"HX-Request": "true"})
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert '<main id="main"' in part.text
    assert "HX-Request" in part.headers["Vary"]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:/evil",
        "/\tx",
        "\\\\evil",
    ],
)
def test_nobody_is_led_to_another_site(app, session, target):
    from tests.views.people import PASSWORD, account

    name, _id, _hat = account(app, session, "seeker")
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)[1]
    answer = client.post(
        "/login/", query_string={"next": target}, data={"csrf_token": token, "username": name, "password": PASSWORD}
    )
    assert answer.location == "/"


def test_fab_pages_we_do_not_use_are_gone(mine):
    for name in ("actor", "hat", "hats", "unread"):  # as in the server, where a request begins without them
        g.pop(name, None)
    for path in (
        "/back",
        "/lang/en",
        "/users/list/",
        "/roles/list/",
        "/postingview/download/x",
        "/postingview/action/x/1",
    ):
        assert mine.get(path).status_code == 404, path


def test_a_conflict_page_says_what_is_safe(app, session):
    own = unit(session)
    row, who = posting(session, own), handler(app, session, own)
    answer = who.post(f"/postingview/move/take_down/{row.id}?lang=en", {"version": "99"})
    assert answer.status_code == 409
    assert "was not applied" in answer.text
