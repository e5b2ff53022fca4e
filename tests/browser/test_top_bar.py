"""The head of every page under the fingers: Ctrl-K finds and opens by keys alone, the bell reads without a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium


def test_ctrl_k_finds_a_screen_by_initials_and_opens_it_by_enter(visit):
    window = visit("reviewer")
    page = window.page
    window.go("/messageview/list/")
    page.keyboard.press("Control+k")
    box = page.locator("#cmd input")
    expect(box).to_be_focused()
    page.keyboard.type("dwbg")
    first = page.locator("#cmd [role=option]").first
    expect(first).to_have_text("单位变更业务查询")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "find-1-1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/unitchangeview/list/")
    page.keyboard.press("Control+k")
    expect(page.locator("#cmd [role=option]").first).to_have_text("单位变更业务查询")  # what was opened last
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#cmd [aria-selected=true]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#cmd")).not_to_be_visible()
    window.clean()


def test_the_palette_works_on_the_phone_and_says_when_nothing_is_found(visit):
    window = visit("handler", width=390, height=844)
    page = window.page
    window.go("/")
    page.click("a.g-find")
    page.keyboard.type("没有这样的东西")
    expect(page.locator("#cmd .none")).to_be_visible()
    expect(page.locator("#cmd [role=status]")).to_contain_text("没有找到")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("#cmd [data-close]")
    expect(page.locator("#cmd")).not_to_be_visible()
    window.clean()


def test_what_one_tab_reads_the_other_tab_shows_at_once(visit):
    window = visit("seeker")
    window.go("/")
    other = window.context.new_page()
    other.goto(f"{window.url}/messageview/list/")
    there = other.locator(".g-bell summary")
    before = int(there.locator("b").inner_text())
    assert before > 1, "the demo world sends the seeker some messages"
    window.page.click(".g-bell summary")
    window.page.locator(".g-bell li button").first.click()
    expect(there.locator("b")).to_have_text(f"{before - 1}", timeout=5_000)  # far below the minute of the poll
    expect(there).to_have_attribute("aria-label", f"消息，{before - 1}条未读")
    window.clean()


def test_the_bell_reads_one_and_all_without_leaving_the_page(visit):
    window = visit("seeker")
    page = window.page
    window.go("/")
    bell = page.locator(".g-bell summary")
    before = int(bell.locator("b").inner_text())
    assert before > 1, "the demo world sends the seeker some messages"
    bell.focus()
    page.keyboard.press("Enter")
    marks = page.locator(".g-bell li button")
    expect(marks.first).to_be_visible()
    marks.first.click()
    expect(bell).to_have_attribute("aria-label", f"消息，{before - 1}条未读")
    expect(page.locator(".g-bell li button").first).to_be_focused()
    page.click(".g-bell header button")
    expect(bell.locator("b")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(bell).to_be_focused()
    window.clean()
