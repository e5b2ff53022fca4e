"""A commercial agency is recommended, approved by the operator and completes its data (ZX-26..30); docs/paths/agency.md."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

AGENCY = "上海演示园区人力资源有限公司"


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
