"""Three administrators: one gives roles, one watches logins, one reads what both did; nobody is two of them (docs/paths/administrators.md)."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

REASON = "终端遗失，先行下线（演示）"


def test_roles_given_a_login_ended_and_both_read_in_the_logs(browser, server, visit):
    system = visit("sysadmin")
    system.go("/accountview/list/?q=auditor")
    system.snap("administrators-1-accounts")
    system.page.locator("main table tbody tr", has_text="auditor").first.locator("th a").click()
    system.page.wait_for_selector(".g-id")
    number = system.page.url.split("?")[0].rsplit("/", 1)[1]
    system.go(f"/hatview/add?account={number}")
    system.page.select_option("[name=role]", "sysadmin")
    system.page.locator("main form button[type=submit]").first.click()
    system.page.wait_for_selector("[role=alert]")
    system.snap("administrators-2-refused")
    system.forgive(422)

    lost = Visit(browser, server.url).login("handler")
    try:
        security = visit("secadmin")
        security.go("/onlineview/list/")
        security.snap("administrators-3-online")
        row = security.page.locator("main table tbody tr", has_text="handler").first
        key = row.locator("th a").get_attribute("href").split("?")[0].rsplit("/", 1)[1]
        security.go(f"/onlineview/move/revoke_session/{key}")
        security.page.fill("[name=reason_text]", REASON)
        security.snap("administrators-4-end")
        security.page.click(".g-act button[type=submit]")
        security.page.wait_for_url(lambda url: "/move/" not in url)
        lost.go("/postingview/list/")
        assert "/login/" in lost.page.url, "the next request of that login is led to the login page"
    finally:
        lost.close()

    auditor = visit("auditor")
    auditor.go("/logineventview/list/")
    auditor.snap("administrators-5-logins")
    auditor.go("/revieweventview/list/?f_action=revoke_session")
    auditor.page.locator("main table tbody tr a").first.click()
    auditor.page.wait_for_selector(".g-id")
    assert REASON in auditor.page.inner_text("main")
    auditor.snap("administrators-6-ledger")
    auditor.go("/requesteventview/list/")
    auditor.snap("administrators-7-requests")
    for window in (system, security, auditor):
        window.clean()
