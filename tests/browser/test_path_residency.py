"""Residency end to end: withdrawn, applied for again, admitted, revoked with a reason (HL-54..57); docs/paths/residency.md.

In between what it opens: a need posted, responded to, added to, and read (HL-57, HL-89..98); docs/paths/cooperation.md.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.rules.dates import today

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

STATEMENT = "面向机械、物流专业毕业生，每年提供二十个岗位（演示）。"
NEED = "现代物流订单班（演示）"


def opened(who, path: str, row: str):
    """The record that this row of a list leads to; its address without what is asked of it."""
    who.go(path)
    who.page.locator("main table tbody tr", has_text=row).locator("a").first.click()
    who.page.wait_for_selector(".g-id")
    return who.page.url.split("?")[0]


def press(who, word: str) -> None:
    """A button in the head of a record, by its whole word."""
    who.page.locator(".g-id :is(a, button)").filter(has_text=re.compile(rf"^\s*{word}\s*$")).click()


def cooperate(owner, school) -> str:
    """The unit asks, the school declines and then responds, adds to it, the unit reads it; where the school sees the need."""
    owner.go("/cooperationneedview/list/")
    owner.page.click("a:has-text('新增需求')")
    owner.page.select_option("[name=topic]", "joint_course")
    for field, typed in (
        ("title", NEED),
        ("body", "希望与物流管理专业合办订单班，企业讲师每周授课一天，毕业后择优录用。"),
        ("valid_until", (today() + timedelta(days=60)).isoformat()),
        ("contact_name", "李演示"),
        ("contact_phone", "19900009912"),
    ):
        owner.page.fill(f"[name={field}]", typed)
    owner.snap("cooperation-1-post")
    owner.page.click(".g-act button[type=submit]")
    owner.page.wait_for_selector(".g-id")

    record = opened(school, "/cooperationcallview/list/", NEED)
    assert "19900009912" not in school.page.content(), "the telephone comes with the response"
    press(school, "不回应")
    school.page.wait_for_selector("main dd:has-text('不回应')")
    press(school, "回应")
    school.page.fill("[name=reason_text]", "我校物流管理专业有意合作，请下周来校面谈。")
    school.snap("cooperation-2-respond")
    school.page.click(".g-act button[type=submit]")
    school.page.wait_for_selector("text=19900009912")
    press(school, "补充回应")
    school.page.fill("[name=reason_text]", "请带课程方案和讲师简历。")
    school.page.click(".g-act button[type=submit]")
    school.page.wait_for_selector("text=请带课程方案和讲师简历")
    school.snap("cooperation-3-answered")

    opened(owner, "/cooperationneedview/list/", NEED)
    owner.snap("cooperation-4-need")
    answer = owner.page.locator("main table tbody a[href*='/cooperationanswerview/show/']").first
    answer.click()
    owner.page.wait_for_selector("text=请带课程方案和讲师简历")
    owner.snap("cooperation-5-answer")
    return record


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

    need = cooperate(owner, school)

    school.go(f"/residencyview/move/revoke/{number}")
    school.page.fill("[name=reason_text]", "本学期未向我校学生提供职位（演示）")
    school.snap("residency-5-revoke")
    school.page.click(".g-act button[type=submit]")
    school.page.wait_for_url(lambda url: "/move/" not in url)
    owner.page.goto(record)
    assert "本学期未向我校学生提供职位" in owner.page.inner_text(".g-tl")
    owner.snap("residency-6-revoked")
    owner.clean()
    assert school.page.goto(need).status == 404, "revoked, the unit's needs are the school's no longer"
    school.forgive(404)
    school.clean()
