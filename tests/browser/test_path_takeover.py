"""A unit is there already and its owner is lost: a successor claims it, the bureau decides (GD-22, GD-23); docs/paths/takeover.md."""

from __future__ import annotations

import re

import pytest

from app.gateways import demo_papers

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

PAPERS = {
    "handler_id": "经办人身份证件", "holder_photo": "手持证件照片", "licence": "营业执照", "letter": "授权委托书",
}  # fmt: skip


def paper(slot: str, name: str, number: int) -> dict[str, object]:
    """A material to choose."""
    data = demo_papers.paper(PAPERS[slot], (("名称", name), ("说明", "演示材料")), 870 + number)
    return {"name": f"{PAPERS[slot]}.jpg", "mimeType": "image/jpeg", "buffer": data}


def test_claimed_with_four_materials_and_decided_at_the_desk(visit):
    reviewer = visit("reviewer2")
    reviewer.go("/unitview/list/?tab=approved")
    row = reviewer.page.locator("main table tbody tr").last
    name = row.locator("a").first.inner_text().strip()
    code = re.search(r"\b[0-9A-HJ-NPQRTUWXY]{18}\b", row.inner_text())[0]

    person = visit("seeker")
    page = person.page
    person.go("/unitstart/")
    page.fill("[name=name]", name)
    page.fill("[name=uscc]", code)
    page.click(".g-act button[type=submit]")
    page.wait_for_selector("text=单位证件号码已经被使用")
    person.snap("takeover-1-there-already")
    person.faults.clear()  # the refused form itself: 422
    page.click("main a[href*='/unittakeoverview/add']")
    page.wait_for_selector("[name=reason]")
    assert (page.input_value("[name=uscc]"), page.input_value("[name=name]")) == (code, name)
    page.fill("[name=reason]", "原经办人上月离职，手机停机；单位现由本人负责招聘（演示）。")
    for number, slot in enumerate(PAPERS):
        page.set_input_files(f"[name=file_{slot}]", paper(slot, name, number))
    page.check("[name=agreed]", force=True)
    page.evaluate("window.scrollTo(0, 0)")
    person.snap("takeover-2-claim")
    page.click("form[data-guard] .g-act button[value=submit]")
    page.wait_for_selector(".g-id:has-text('待审核')")
    record = page.url.split("?")[0]

    second = visit("reviewer")
    for colleague, shot in ((reviewer, "takeover-3-desk"), (second, "takeover-3-second")):
        colleague.go("/desk/?kind=unit_takeover")
        colleague.page.locator(".g-q a", has_text=name).first.click()
        colleague.page.wait_for_selector(f".g-ev h2:has-text('{name}')")
        colleague.snap(shot)
        for box in colleague.page.locator("[data-must]").all():  # an owner who was seen lately has to be asked before
            box.check()
        ground = colleague.page.locator("#d-ground")
        if ground.count():
            ground.fill("已电话联系原管理员，本人同意移交（演示）。")
            ground.press("Control+Enter")
        else:
            colleague.page.keyboard.press("a")
        colleague.page.wait_for_function("n => !document.querySelector('.g-ev h2')?.textContent.includes(n)", arg=name)
        colleague.clean()
        if colleague is reviewer:
            page.goto(record)
            assert "待审核" in page.inner_text(".g-id"), "one person alone hands nothing over"
    page.goto(record)
    assert "已通过" in page.inner_text(".g-id")
    person.snap("takeover-4-approved")
    person.clean()
