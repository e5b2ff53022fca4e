"""A unit invites its handler, who accepts and acts for it until unbound (GD-32..37); docs/paths/handlers.md."""

from __future__ import annotations

import pytest

from app.gateways import demo_people
from app.rules.dates import today

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

STUDENT = 5  # the demo accounts take their persons in this order (app/cli/demo/people.py)


def invite(page, who: str, name: str) -> None:
    """The form of an invitation, filled in."""
    page.fill("[name=invited_as]", who)
    page.fill("[name=real_name]", name)
    page.check("[name=grants][value=postings]")
    page.check("[name=grants][value=media]")


def test_invited_accepted_acting_unbound(visit, cookies):
    name = demo_people.people(STUDENT + 1, today())[STUDENT].name
    owner = visit("owner")
    owner.go("/bindingview/list/")
    owner.snap("handlers-1-list")
    owner.go("/bindingview/add")
    invite(owner.page, "student", "查无此人")
    owner.page.click(".g-act button[type=submit]")
    assert "未查询到对应用户，请检查用户信息后重新发起绑定" in owner.page.inner_text("main")
    owner.snap("handlers-2-nobody")
    owner.forgive(422)
    owner.page.fill("[name=real_name]", name)
    owner.page.click(".g-act button[type=submit]")
    owner.page.wait_for_selector("text=待确认")
    owner.snap("handlers-3-invited")
    record = owner.page.url

    student = visit("student")
    student.go("/invitationview/list/")
    student.snap("handlers-4-invitation")
    student.page.click("main table tbody tr:first-child td a, main table tbody tr:first-child th a")
    student.page.click("button:has-text('接受')")
    student.page.wait_for_selector("text=您现在可以代表")
    student.snap("handlers-5-accepted")
    student.page.click(".g-top summary.g-hat")
    student.page.click(".g-pop button:has-text('单位经办人')")
    assert student.go("/postingview/add").status == 200
    student.snap("handlers-6-acting")
    student.clean()

    owner.page.goto(record)
    owner.page.click("a:has-text('立即解除绑定')")
    owner.snap("handlers-7-unbind")
    owner.page.click(".g-act button[type=submit]")
    owner.page.wait_for_selector("text=已解除")
    owner.clean()
    student.go("/postingview/add")
    assert "/login/" in student.page.url, "the logins ended with the binding"
    cookies.pop("student", None)
