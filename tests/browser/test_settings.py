"""Words and due days changed in the running system: the next submission has them, the reviewer offers them, the sender reads them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from app.rules.dates import today
from tests.browser.postings import Postings

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium; a message waits out the undo

WORDS = "请按测试要求补充说明。"


@pytest.fixture
def program(server) -> Iterator[Postings]:
    """Makes postings; puts the settings back as they were."""
    made = Postings(server.url)
    before = {path: made.ask("sysadmin", "GET", path)["result"] for path in paths(made)}
    yield made
    made.clear()
    for path, old in before.items():
        names = ("text_zh",) if "reason" in path else ("working_days",)
        version = made.ask("sysadmin", "GET", path)["result"]["version"]
        made.ask("sysadmin", "PUT", path, {name: old[name] for name in names} | {"version": version})


def paths(program: Postings) -> list[str]:
    rows: list[dict[str, Any]] = program.ask("sysadmin", "GET", "/api/v1/reviewpolicy/?f_kind=posting")["result"]
    nation = next(row for row in rows if row["region"] is None)
    return ["/api/v1/reviewreason/R99", f"/api/v1/reviewpolicy/{nation['id']}"]


def save(page) -> None:
    page.click("button[name=then][value=save]")
    page.wait_for_url(re.compile(r"/show/"))


def test_what_an_administrator_sets_is_met_by_reviewer_and_sender(visit, program):
    admin = visit("sysadmin")
    admin.go(paths(program)[1].replace("/api/v1/reviewpolicy/", "/reviewpolicyview/edit/"))
    admin.page.fill("[name=working_days]", "9")
    save(admin.page)
    admin.go("/reviewreasonview/edit/R99")
    admin.page.fill("[name=text_zh]", WORDS)
    admin.page.wait_for_selector(f"#preview .g-letter:has-text('{WORDS}')")
    save(admin.page)
    admin.clean()

    sent = program.sent()
    seen = program.ask("lead", "POST", f"/api/v1/desk/rounds/{sent.round_id}/claim")["round"]
    assert date.fromisoformat(seen["due_at"][:10]) >= today() + timedelta(days=9), "nine working days"
    reviewer = visit("lead")
    reviewer.go("/reviewreasonview/show/R99")
    assert WORDS in reviewer.page.inner_text("main")
    reviewer.clean()
    said = {"verdict": "return", "reason_codes": ["R99"], "reason_text": "缺少说明"}
    shown = {name: seen[name] for name in ("version", "epoch", "digest")}
    program.ask("lead", "POST", f"/api/v1/desk/rounds/{sent.round_id}/decide", said | shown)

    sender = visit("handler")
    end = time.monotonic() + 60
    while WORDS not in sender.page.inner_text("body") and time.monotonic() < end:
        time.sleep(2)
        sender.go("/messageview/list/")
        link = sender.page.locator(f"main a:has-text('{sent.title}')")
        if link.count():
            link.first.click()
            sender.page.wait_for_load_state()
    assert WORDS in sender.page.inner_text("main")
    sender.clean()
