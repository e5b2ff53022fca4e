"""Two accounts of one person: found by one administrator, merged by another, on record (GD-16); docs/paths/merging.md."""

from __future__ import annotations

import pytest

from app.rules.codes.person import resident_check_char
from tests.browser.newcomer import WORD, log_out, register

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

NUMBER = "44020319970304007" + resident_check_char("44020319970304007")
NAME, KEPT, CLOSED = "易双全", "yishuangquan", "yishuangquan2"
REASON = "窗口核验身份证原件，两个账号为同一人（演示）"


def test_found_by_one_and_merged_by_another(visit, server):
    operator, who = visit("operator"), visit()
    register(who, operator, server, phone="19955550021", name=NAME, number=NUMBER, username=KEPT)
    log_out(who)
    register(who, operator, server, phone="19955550022", name=NAME, number=NUMBER, username=CLOSED)
    log_out(who)

    system = visit("sysadmin")
    page = system.page
    system.go("/accountmergeview/list/")
    page.click("main a:has-text('疑似同一人')")
    row = page.locator("main table tbody tr", has_text=KEPT).first
    row.scroll_into_view_if_needed()
    assert NUMBER not in page.content()
    system.snap("merging-1-candidates")
    row.locator("a").click()
    page.wait_for_selector("main [name=reason]")
    page.fill("main [name=reason]", REASON)
    system.snap("merging-2-asked")
    page.click(".g-act button[type=submit]")
    page.wait_for_url(lambda url: "/add" not in url)
    address = page.url
    assert page.locator("a[href*='/move/merge/'], button[formaction*='/move/merge/']").count() == 0, "not whoever asked"

    security = visit("secadmin")
    page = security.page
    number = _newest(security) if "/show/" not in address else address.split("?")[0].rsplit("/", 1)[1]
    security.go(f"/accountmergeview/show/{number}")
    security.snap("merging-3-second")
    security.go(f"/accountmergeview/move/merge/{number}")
    security.snap("merging-4-sure")
    page.click(".g-act button[type=submit]")
    page.wait_for_url(lambda url: "/move/" not in url)
    security.go(f"/accountmergeview/show/{number}")
    security.snap("merging-5-done")

    page = who.page
    page.goto(f"{server.url}/login/")
    page.fill("input[name=username]", CLOSED)
    page.fill("input[name=password]", WORD)
    page.click("form button[type=submit]")
    page.wait_for_selector("[role=alert]")
    who.forgive(401)
    who.login(KEPT, WORD)
    auditor = visit("auditor")
    auditor.go("/revieweventview/list/?f_action=merge")
    auditor.page.locator("main table tbody tr a").first.click()
    auditor.page.wait_for_selector(".g-id")
    auditor.snap("merging-6-ledger")
    for window in (who, operator, system, security, auditor):
        window.clean()


def _newest(window) -> str:
    window.go("/accountmergeview/list/")
    return window.page.locator("main table tbody th a").first.get_attribute("href").split("?")[0].rsplit("/", 1)[1]
