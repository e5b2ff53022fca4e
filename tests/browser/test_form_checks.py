"""The panel beside a form, and entries that survive the tab, in a real browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from app.rules.dates import today
from tests.browser.test_main_path import choose

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

DRAFTS = "Object.keys(localStorage).filter(k => k.startsWith('gj-draft:'))"


def lamp(page: Page, code: str):
    """The finding of a check among what is to be mended."""
    return page.locator(".f-checks > .in > .g-checks > li", has=page.locator("code", has_text=code))


def test_the_lamp_lights_beside_the_form_and_goes_out_and_a_silent_server_stops_nobody(visit):
    window = visit("handler")
    page = window.page
    page.on("dialog", lambda dialog: dialog.accept())
    window.go("/postingview/add")
    page.fill("[name=title]", "浏览器测试 前台接待")
    page.fill("[name=requirements]", "限男性，做事细心。")
    expect(lamp(page, "J05")).to_contain_text("限男性")
    expect(lamp(page, "J05")).to_contain_text("可能被退回")
    expect(page.locator(".f-face")).to_contain_text("前台接待")
    lamp(page, "J05").locator("a").click()
    expect(page.locator("[name=requirements]")).to_be_focused()
    assert page.evaluate("getSelection().toString()").startswith("限男")
    page.keyboard.type("认真")  # over the words that were found
    expect(lamp(page, "J05")).to_have_count(0)
    choose(page, "region", "奉贤", "奉贤区")
    expect(page.locator(".f-face")).to_contain_text("奉贤区")

    asked: list[Route] = []  # a server that takes the question and does not answer
    page.route("**/precheck*", lambda route: asked.append(route))
    page.fill("[name=requirements]", "限女性。")
    expect(page.locator("#f-side")).to_have_attribute("aria-busy", "true")
    page.locator("[name=address]").press_sequentially("演示路 8 号")
    expect(page.locator("[name=address]")).to_have_value("演示路 8 号")
    for _ in range(40):  # the next pause asks again and gives the first question up: its answer can no longer come
        if len(asked) > 1 and asked[0].request.failure:
            break
        page.wait_for_timeout(50)
    assert "ERR_ABORTED" in str(asked[0].request.failure)
    page.unroute("**/precheck*")
    page.route("**/precheck*", lambda route: route.abort())
    page.fill("[name=address]", "演示路 9 号")
    expect(page.locator("#f-state")).to_contain_text("没有响应")
    page.unroute("**/precheck*")
    page.fill("[name=address]", "演示路 10 号")
    expect(lamp(page, "J05")).to_contain_text("限女性")
    expect(page.locator("#f-state")).to_be_empty()
    page.fill("[name=requirements]", "做事细心。")
    page.locator(".g-act button[value=save]").click()
    page.wait_for_url(re.compile(r"/postingview/show/\d+"))
    assert page.evaluate(DRAFTS) == []
    window.faults = [fault for fault in window.faults if "net::ERR_FAILED" not in fault]
    window.clean()


def test_entries_survive_the_tab_without_the_personal_ones_and_go_with_reset_and_log_out(visit):
    window = visit().login("student")  # a session of its own: it is ended here
    page = window.page
    page.on("dialog", lambda dialog: dialog.accept())
    window.go("/gigwantedview/add")
    page.fill("[name=title]", "周末搬运")
    page.fill("[name=phone]", "13712345678")
    page.select_option("[name=type_code]", index=2)
    page.fill("[name=valid_until]", (today() + timedelta(days=9)).isoformat())
    choose(page, "region", "奉贤", "奉贤区")
    page.wait_for_function(f"() => {DRAFTS}.length === 1 && JSON.stringify(localStorage).includes('奉贤区')")
    assert "13712345678" not in page.evaluate("JSON.stringify(localStorage)")
    page.reload()
    expect(page.locator("[name=title]")).to_have_value("")
    page.click("#f-draft [data-draft=restore]")
    expect(page.locator("[name=title]")).to_have_value("周末搬运")
    expect(page.locator("[name=phone]")).to_have_value("")
    expect(page.locator("select[name=region] + .ts-wrapper .item")).to_contain_text("奉贤区")
    expect(page.locator(".f-face")).to_contain_text("周末搬运")
    page.click("[data-reset]")
    expect(page.locator("[name=title]")).to_have_value("")
    expect(page.locator("#f-draft")).to_be_hidden()
    assert page.evaluate(DRAFTS) == []
    page.fill("[name=title]", "平日搬运")
    page.wait_for_function(f"() => {DRAFTS}.length === 1")
    page.click("summary.g-hat")
    page.click("form[action='/logout/'] button")
    page.wait_for_load_state()
    assert page.evaluate(DRAFTS) == []
    window.clean()
