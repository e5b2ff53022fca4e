"""Residency end to end: withdrawn, applied for again, admitted, revoked with a reason (HL-54..57); docs/paths/residency.md."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

STATEMENT = "面向机械、物流专业毕业生，每年提供二十个岗位（演示）。"


def test_withdrawn_applied_again_admitted_and_revoked(visit):
    owner = visit("owner")
    owner.go("/residencyview/list/")
    owner.snap("residency-1-list")
    owner.page.locator("main table tbody tr:has-text('待审核') a").first.click()
    owner.page.wait_for_selector(".g-id")
    record = owner.page.url.split("?")[0]
    number = record.rsplit("/", 1)[1]
    owner.page.click("button:has-text('撤回')")
    owner.page.wait_for_selector(".g-id:has-text('已撤回')")
    owner.go(f"/residencyview/edit/{number}")
    owner.page.fill("[name=statement]", STATEMENT)
    owner.snap("residency-2-apply")
    owner.page.click("button[name=then][value=submit]")
    owner.page.wait_for_selector(".g-id:has-text('待审核')")

    school = visit("school")
    school.go("/desk/?kind=residency")
    unit = owner.page.inner_text("h1").split(" – ")[0].split("\n")[0].strip()
    school.page.locator(".g-q a", has_text=unit).first.click()
    school.page.wait_for_selector(f".g-ev h2:has-text('{unit}')")
    school.snap("residency-3-desk")
    school.page.keyboard.press("a")
    school.page.wait_for_function("u => !document.querySelector('.g-ev h2')?.textContent.includes(u)", arg=unit)
    owner.page.goto(record)
    assert "已入驻" in owner.page.inner_text(".g-id")
    owner.snap("residency-4-resident")

    school.go(f"/residencyview/move/revoke/{number}")
    school.page.fill("[name=reason_text]", "本学期未向我校学生提供职位（演示）")
    school.snap("residency-5-revoke")
    school.page.click(".g-act button[type=submit]")
    school.page.wait_for_url(lambda url: "/move/" not in url)
    owner.page.goto(record)
    assert "本学期未向我校学生提供职位" in owner.page.inner_text(".g-tl")
    owner.snap("residency-6-revoked")
    owner.clean()
    school.clean()
