"""A person proves the name by documents at the desk of the division and reaches level 2 (GD-09, GD-12, GD-13); docs/paths/identity.md."""

from __future__ import annotations

import pytest

from app.rules.codes.person import resident_check_char
from tests.browser.newcomer import photograph, register
from tests.browser.test_main_path import choose

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

NUMBER = "44020319960405001" + resident_check_char("44020319960405001")
NAME = "邵明远"
SUBMIT = ".g-act button:has-text('提交审核')"


def test_proven_by_documents(visit, server):
    operator, who = visit("operator"), visit(width=390, height=844)
    page = who.page
    register(who, operator, server, phone="19955550032", name=NAME, number=NUMBER, username="shaomy")
    assert "L1" in page.inner_text("#todo")
    who.snap("identity-1-home")
    page.click("#todo a:has-text('实名认证')")
    page.wait_for_selector("main [name=id_number]")
    assert page.input_value("main [name=real_name]") == NAME
    page.fill("main [name=id_number]", NUMBER)
    who.snap("identity-2-form")
    page.click(SUBMIT)
    page.wait_for_selector("main [role=alert]")
    who.snap("identity-3-mend")
    who.forgive(422)
    choose(page, "region", "奉贤", "奉贤区")
    page.set_input_files("#file_id_front-in", photograph(61))
    page.set_input_files("#file_id_back-in", photograph(33))
    page.check("main [name=agreed]")
    page.click(SUBMIT)
    page.wait_for_selector(".g-id:has-text('待审核')")
    who.snap("identity-4-sent")

    bureau = visit("reviewer2")
    desk = bureau.page
    bureau.go("/desk/?kind=identity_proof")
    desk.locator(".g-q a", has_text="邵").first.click()
    desk.wait_for_selector(".g-ev h2:has-text('邵')")
    for box in desk.locator("[data-must]").all():
        box.check()
    bureau.snap("identity-5-desk")
    desk.keyboard.press("a")
    desk.wait_for_function("() => !document.querySelector('.g-ev h2')?.textContent.includes('邵')")

    who.go("/me/")
    assert "L2" in page.inner_text("main") and NUMBER not in page.content()
    who.snap("identity-6-level")
    who.go("/")
    assert page.locator("#todo a[href*='/identityproofview/add']").count() == 0
    who.go("/unitstart/")
    assert "L2" in page.inner_text("main")
    who.snap("identity-7-unit")
    for window in (who, operator, bureau):
        window.clean()
