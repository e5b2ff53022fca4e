"""A commercial agency is recommended, approved by the operator and completes its data (ZX-26..30); docs/paths/agency.md.

Then it works: a unit asks for association, the agency agrees and posts for it, the unit ends it (ZX-10, ZX-31..37).
"""

from __future__ import annotations

import re

import pytest

from tests.browser.test_main_path import choose, fill_posting

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

AGENCY = "上海演示园区人力资源有限公司"
TITLE = "代招 园区仓储管理员"


def test_recommended_approved_completed(visit, cookies):
    applicant = visit("student")
    applicant.go("/agencyentryview/list/")
    applicant.snap("agency-1-entry")
    applicant.page.click(f"main table a:has-text('{AGENCY}')")
    applicant.page.wait_for_selector(".g-id")
    applicant.snap("agency-2-materials")
    record = applicant.page.url.split("?")[0]
    number = record.rsplit("/", 1)[1]

    bureau = visit("reviewer2")
    bureau.go(f"/agencyentryview/move/recommend/{number}")
    bureau.page.fill("[name=reason_text]", "产业园区重点人力资源机构，经营规范（演示）")
    bureau.snap("agency-3-recommend")
    bureau.page.click(".g-act button[type=submit]")
    bureau.page.wait_for_url(lambda url: "/move/" not in url)
    bureau.clean()

    applicant.page.goto(record)
    applicant.page.click("button:has-text('提交审核')")
    applicant.page.wait_for_selector(".g-id:has-text('待审核')")

    operator = visit("operator")
    operator.go("/desk/?kind=agency_entry")
    operator.page.locator(".g-q a", has_text=AGENCY).first.click()
    operator.page.wait_for_selector(f".g-ev h2:has-text('{AGENCY}')")
    operator.snap("agency-4-desk")
    operator.page.keyboard.press("a")
    operator.page.wait_for_function("a => !document.querySelector('.g-ev h2')?.textContent.includes(a)", arg=AGENCY)
    operator.clean()

    applicant.page.goto(record)
    assert "已通过" in applicant.page.inner_text(".g-id")
    applicant.page.click(".g-top summary.g-hat")
    applicant.page.click(".g-pop button:has-text('职介')")
    applicant.go("/agencyview/list/")
    applicant.page.click(f"main table a:has-text('{AGENCY}')")
    applicant.page.wait_for_selector(".g-id")
    applicant.page.click(".g-id a:has-text('编辑')")
    applicant.page.fill("[name=address]", "上海市奉贤区南桥镇演示路18号")
    applicant.page.fill("[name=phone]", "021-00000000")
    applicant.page.fill("[name=service_hours]", "周一至周五 8:30-17:00")
    applicant.page.fill("[name=intro]", "为园区企业提供招聘、用工咨询服务（演示）。")
    applicant.snap("agency-5-data")
    applicant.page.click(".g-act button[type=submit]")
    applicant.page.wait_for_selector("text=正常")
    applicant.snap("agency-6-open")
    applicant.clean()
    cookies.pop("student", None)


def test_associated_posts_for_the_unit_and_ended(visit, cookies):
    """The agency of the test before."""
    owner = visit("owner")
    owner.go("/agencyunitview/list/")
    owner.page.click("a:has-text('申请关联职介')")
    choose(owner.page, "agency", "园区", AGENCY)
    owner.page.fill("[name=statement]", "请代招仓储和配送人员（演示）。")
    owner.snap("association-1-ask")
    owner.page.click(".g-act button[type=submit]")
    owner.page.wait_for_selector("main dd:has-text('待职介确认')")
    record = owner.page.url.split("?")[0]

    agent = visit("student")
    agent.page.click(".g-top summary.g-hat")
    agent.page.click(".g-pop button:has-text('职介')")
    agent.go("/agencyunitview/list/")
    agent.page.locator("main table tbody a").first.click()
    agent.page.wait_for_selector(".g-id")
    agent.snap("association-2-agree")
    agent.page.click(".g-id :is(a, button):has-text('同意')")
    agent.page.wait_for_selector("main dd:has-text('已关联')")

    agent.go("/agencypostingview/add")
    choose(agent.page, "unit", "", "")
    fill_posting(agent.page, TITLE)
    agent.page.wait_for_selector("main >> text=还需填写", state="detached")
    agent.snap("association-3-posting")
    agent.page.click("button[name=then][value=submit]")
    agent.page.wait_for_url(re.compile(r"/agencypostingview/show/\d+"))
    number = agent.page.url.split("?")[0].rsplit("/", 1)[1]

    lead = visit("lead")
    lead.go("/desk/?kind=posting")
    lead.page.locator(".g-q a", has_text=TITLE).first.click()
    lead.page.wait_for_selector(f".g-ev h2:has-text('{TITLE}')")
    lead.page.keyboard.press("a")
    lead.page.wait_for_function("t => !document.querySelector('.g-ev h2')?.textContent.includes(t)", arg=TITLE)
    lead.clean()

    public = visit()
    public.go("/portal/agencies")
    public.page.fill("[name=q]", "园区")
    public.page.keyboard.press("Enter")
    public.page.click(f".p-results a:has-text('{AGENCY}')")
    public.page.wait_for_selector(f"main a:has-text('{TITLE}')")
    public.snap("association-4-page")
    assert public.go(f"/portal/postings/{number}").status == 200

    owner.page.goto(record)
    owner.page.click(".g-id :is(a, button):has-text('解除关联')")
    owner.page.fill("[name=reason_text]", "改由本单位自行招聘（演示）")
    owner.snap("association-5-end")
    owner.page.click(".g-act button[type=submit]")
    owner.page.wait_for_selector("main dd:has-text('已解除')")
    another = visit()  # who has just read it may see it from the own cache for a minute
    assert another.go(f"/portal/postings/{number}").status in (404, 410), "gone from the public with the same click"
    agent.page.goto(record)
    assert "改由本单位自行招聘" in agent.page.inner_text("main")
    for who in (owner, agent, public):
        who.clean()
    cookies.pop("student", None)
