"""A real-named person registers a unit step by step, saves, submits; the bureau approves (GD-23..29, HL-12, HL-13); docs/paths/unit.md."""

from __future__ import annotations

import re

import pytest

from app.gateways import demo_papers, demo_people
from app.rules.dates import today
from tests.browser.newcomer import read_code
from tests.browser.test_main_path import choose

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

NAME = "上海演示新办商贸有限公司"
CODE = demo_people.unit_code("91", "310120", 995)
PAPERS = {"licence": "营业执照", "handler_id": "经办人身份证件", "letter": "授权委托书"}


def paper(slot: str, number: int) -> dict[str, object]:
    """A material to choose."""
    lines = (("名称", NAME), ("信用代码", CODE), ("说明", "演示材料"))
    data = demo_papers.paper(PAPERS[slot], lines, 820 + number)
    if slot == "licence":  # the electronic one, as it comes: a PDF of two pages
        more = demo_papers.paper("经营范围附页", lines, 830)
        return {"name": "电子营业执照.pdf", "mimeType": "application/pdf", "buffer": demo_papers.bound(data, more)}
    return {"name": f"{PAPERS[slot]}.jpg", "mimeType": "image/jpeg", "buffer": data}


def reads_page_two(page) -> None:
    """The desk shows the pages of the PDF one by one."""
    page.locator(".g-strip button", has_text="2/2 营业执照").click()
    shown = page.locator("#pictures .g-pair:visible img")
    shown.evaluate("img => img.decode()")
    assert re.search(r"/files/[0-9a-f-]{36}/pages/2$", shown.get_attribute("src"))
    assert shown.evaluate("img => img.naturalWidth") == 1600
    page.keyboard.press("+")
    assert page.locator("#pictures .g-pair:visible .g-pic").evaluate("p => p.style.getPropertyValue('--z')") == "2"
    page.keyboard.press("-")


def opens_large(page) -> None:
    """On the record by keyboard alone: the first page, then the second."""
    page.locator(".g-up a[data-full]:visible", has=page.locator("img[alt*='共2页']")).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".viewer-in .viewer-canvas img[src$='/pages/1']")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".viewer-in .viewer-canvas img[src$='/pages/2']")
    page.keyboard.press("Escape")
    page.wait_for_selector(".viewer-in", state="detached")


def fill_basic(page) -> None:
    """The first part."""
    page.select_option("[name=nature]", "enterprise")
    page.select_option("[name=account_kind]", "own")
    page.fill("[name=legal_rep]", "演示法人")
    page.fill("[name=founded_on]", "2019-05-06")
    choose(page, "region", "奉贤", "奉贤区")


def fill_rest(page) -> None:
    """Detailed data, contact, materials."""
    page.fill("[name=address]", "上海市奉贤区南桥镇演示路95号")
    page.fill("[name=staff_count]", "20")
    page.fill("[name=intro]", "从事日用百货批发，现有员工约20人（演示）。")
    page.fill("[name=contact_name]", "演示联系人")
    page.fill("[name=contact_phone]", "13600136995")
    page.fill("[name=letter_valid_until]", today().replace(year=today().year + 1, day=1).isoformat())
    for number, slot in enumerate(PAPERS):
        page.set_input_files(f"[name=file_{slot}]", paper(slot, number))


def checked(page, gone: str) -> None:
    """The panel beside the form has heard of what was filled in."""
    page.wait_for_function("gone => !document.querySelector('#f-panels').textContent.includes(gone)", arg=gone)


def test_registered_saved_submitted_approved(visit):
    person = visit("seeker")
    page = person.page
    person.go("/unitstart/")
    page.fill("[name=name]", NAME)
    page.fill("[name=uscc]", CODE)
    person.snap("unit-1-who-and-which")
    page.click(".g-act button[type=submit]")
    page.wait_for_selector("[name=code]")
    person.snap("unit-2-code")
    operator = visit("operator")
    code = read_code(operator)
    operator.clean()
    page.fill("[name=code]", code)
    page.click(".g-act button[type=submit]")
    page.wait_for_selector("[name=legal_rep]")
    assert page.input_value("[name=uscc]") == CODE
    fill_basic(page)
    checked(page, "还需填写")
    person.snap("unit-3-basic")
    page.click("form[data-guard] .g-act button[value=next]")
    page.wait_for_selector("[name=contact_phone]")
    fill_rest(page)
    checked(page, "缺少材料")
    page.evaluate("window.scrollTo(0, 0)")
    person.snap("unit-4-detail")
    page.click("form[data-guard] .g-act button[value=save]")
    page.wait_for_url(re.compile(r"/show/\d+"))
    assert "草稿" in page.inner_text(".g-id")
    person.snap("unit-5-saved")
    opens_large(page)
    page.locator(".g-up a[href$='/pages/']").click()
    page.wait_for_selector(".r-pages img")
    page.locator(".r-pages img").last.evaluate("img => img.decode()")
    person.snap("unit-5-paper")
    page.go_back()
    page.wait_for_selector("button:has-text('提交审核')")
    record = page.url.split("?")[0]
    page.locator("main a[href$='/pages/']").first.click()
    page.wait_for_selector(".r-pages img")
    person.snap("unit-5-pages")
    page.goto(record)
    page.click("button:has-text('提交审核')")
    page.wait_for_selector(".g-id:has-text('待审核')")

    reviewer = visit("reviewer2")
    reviewer.go("/desk/?kind=unit_registration")
    reviewer.page.locator(".g-q a", has_text=NAME).first.click()
    reviewer.page.wait_for_selector(f".g-ev h2:has-text('{NAME}')")
    reviewer.snap("unit-6-desk")
    reads_page_two(reviewer.page)
    reviewer.snap("unit-6-pdf")
    reviewer.page.keyboard.press("a")
    reviewer.page.wait_for_function("n => !document.querySelector('.g-ev h2')?.textContent.includes(n)", arg=NAME)
    reviewer.clean()
    page.goto(record)
    assert "已通过" in page.inner_text(".g-id")
    person.snap("unit-7-approved")
    person.clean()
