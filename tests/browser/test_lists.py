"""Lists under the fingers: rows by keys, the place kept on return, values to narrow down by, a cell edited in place."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium


def test_a_row_is_opened_by_keys_and_the_list_is_found_again_as_it_was(visit):
    window = visit("reviewer")
    page = window.page
    window.go("/postingview/list/?size=50&sort=title")
    for _ in range(12):
        page.keyboard.press("j")
    page.keyboard.press("k")
    here = page.evaluate("document.activeElement.pathname")
    top = page.evaluate("document.querySelector('.g-list .g-scroll').scrollTop = 150")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{here}")
    page.locator(".g-crumb a").first.click()
    page.wait_for_url("**/postingview/list/?size=50&sort=title")
    expect(page.locator("tr[data-here]")).to_have_count(1)
    assert page.evaluate("document.activeElement.pathname") == here
    assert page.evaluate("document.querySelector('.g-list .g-scroll').scrollTop") == top
    page.keyboard.press("x")
    expect(page.locator("tr[data-here]")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#q-words")).to_be_focused()
    window.clean()


def test_values_narrow_the_list_down_and_chips_widen_it_again(visit):
    window = visit("reviewer")
    page = window.page
    window.go("/postingview/list/")
    before = page.locator("[data-announce] b").inner_text()
    page.click(".g-facets summary")
    value = page.locator(".g-face a").first
    count = value.locator("b").inner_text()
    value.click()
    expect(page.locator(".g-chip")).to_have_count(1)
    expect(page.locator("[data-announce] b")).to_have_text(count)
    page.click(".g-chip .g-x")
    expect(page.locator("[data-announce] b")).to_have_text(before)


def test_a_cell_is_edited_in_its_place(visit):
    window = visit("sysadmin")
    page = window.page
    window.go("/dictitemview/list/?size=20")
    cell = page.locator("td[data-c=sort]").first
    before = cell.inner_text()
    cell.locator(".g-pen").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".g-cell input.form-control")).to_be_focused()
    page.keyboard.type("x")
    page.keyboard.press("Enter")
    expect(page.locator(".g-wrong")).to_be_visible()
    page.keyboard.press("Escape")
    expect(cell).to_have_text(re.compile(rf"^\s*{before}\s*$"))
    expect(cell.locator(".g-pen")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator(".g-cell input.form-control").fill("77")
    page.keyboard.press("Enter")
    expect(cell).to_have_text(re.compile("77"))
    expect(page.locator(".g-toasts")).to_have_text("已保存。")
    expect(cell.locator(".g-pen")).to_be_focused()
    cell.locator(".g-pen").click()
    page.locator(".g-cell input.form-control").fill(before)
    page.keyboard.press("Enter")
    expect(cell).to_have_text(re.compile(rf"^\s*{before}\s*$"))
