"""A custom field through a browser: an administrator adds it, the unit fills it in, the reviewer decides on it, everybody reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.postings import Postings

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

SAVE = "form[data-guard] .g-act button[value=save]"
SUBMIT = "form[data-guard] .g-act button[value=submit]"
SHOWN = re.compile(r"/show/\d+")


@pytest.fixture
def made(server) -> Iterator[Postings]:
    """Makes postings; they are withdrawn or taken down after the test."""
    program = Postings(server.url)
    yield program
    program.clear()


def test_from_the_administrator_to_the_public(visit, made):
    mark = uuid4().hex[:6]
    admin = visit("sysadmin")
    admin.go("/")
    page = admin.page
    page.click(".g-side a[href='/customfieldview/list/']")
    page.click("main a[href='/customfieldview/add']")
    for name, shown in (("text", False), ("int", False), ("choices", True)):
        page.select_option("[name=type]", name)
        expect(page.locator("#options")).to_be_visible(visible=shown)
    expect(page.locator("[name=at_least]")).to_be_hidden()
    page.select_option("[name=entity]", "posting")
    page.fill("[name=label_zh]", f"班次{mark}")
    page.fill("[name=label_en]", f"Shift {mark}")
    page.fill("[name=options-0-zh]", "白班")
    page.click(SAVE)
    expect(page.locator(".g-sum")).to_be_focused()
    admin.forgive(422)
    page.locator(".g-sum a").first.click()
    expect(page.locator("#options")).to_be_focused()
    page.fill("[name=options-0-en]", "Day")
    page.click("[data-options] button")
    number = page.locator("[data-options] tbody tr").count() - 1
    expect(page.locator(f"[name=options-{number}-zh]")).to_be_focused()
    page.keyboard.type("<b>夜班</b>")
    page.fill(f"[name=options-{number}-en]", "Night")
    for name in ("in_list", "in_filter", "in_search", "public"):
        page.check(f"[name={name}]")
    page.click(SAVE)
    page.wait_for_url(SHOWN)
    field = page.url.split("/show/")[1].split("?")[0]
    expect(page.locator("main")).to_contain_text("白班；<b>夜班</b>")
    code = f"x_shift_{mark}"
    try:
        draft = made.draft()
        clerk = visit("handler")
        clerk.go(f"/postingview/edit/{draft['id']}")
        box = clerk.page.locator(f"#{code}")
        expect(box).to_have_attribute("role", "group")
        box.locator("label", has_text="夜班").click()
        clerk.page.click(SUBMIT)
        clerk.page.wait_for_url(SHOWN)
        expect(clerk.page.locator("main")).to_contain_text("<b>夜班</b>")
        clerk.clean()
        made.made.append(draft["id"])
        round_id = made.round_of(draft["id"])
        judge = visit("reviewer2")
        judge.go(f"/desk/{round_id}?kind=posting")
        line = judge.page.locator("#content tr", has_text=f"班次{mark}")
        expect(line).to_contain_text("<b>夜班</b>")
        judge.page.keyboard.press("a")
        expect(judge.page.locator(f"#desk > .g-desk:not([data-item='{round_id}'])")).to_be_attached()
        judge.clean()
        outside = visit()
        outside.go(f"/portal/postings/{draft['id']}")
        expect(outside.page.locator("main")).to_contain_text(f"班次{mark}")
        expect(outside.page.locator("main")).to_contain_text("<b>夜班</b>")
        outside.clean()
    finally:
        admin.go(f"/customfieldview/edit/{field}")
        page.uncheck("[name=active]")
        page.click(SAVE)
        page.wait_for_url(SHOWN)
    admin.clean()
