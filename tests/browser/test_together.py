"""Two tabs, two people, a slow line: nothing happens twice, nothing typed is lost, everybody is told what changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.postings import Postings
from tests.browser.test_desk_keys import gone_on, opened
from tests.browser.test_main_path import choose

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

SAVE = "form[data-guard] .g-act button[value=save]"
SLOW = 700  # ms that a request takes on the slow line
# Presses a button, presses it again a moment later; how button, form and announcement look in between.
PRESS_TWICE = """async selector => {
  const button = document.querySelector(selector), form = button.form;
  button.click();
  await new Promise(done => setTimeout(done, 50));
  const looks = [button.getAttribute('aria-disabled'), form.getAttribute('aria-busy'), document.querySelector('.g-toasts').textContent];
  button.click();
  return looks;
}"""


@pytest.fixture(scope="module")
def program(server) -> Postings:
    return Postings(server.url)


@pytest.fixture
def made(program) -> Iterator[Postings]:
    """Makes postings; they are withdrawn or taken down after the test."""
    yield program
    program.clear()


def slow(page: Page, pattern: str) -> list[Request]:
    """Delays every POST to these addresses; what was sent."""
    sent: list[Request] = []

    def late(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request)
            page.wait_for_timeout(SLOW)
        route.continue_()

    page.route(pattern, late)
    return sent


def test_the_second_of_two_tabs_is_told_what_changed_and_keeps_its_words(visit, made):
    draft = made.draft()
    first, second = visit("handler"), visit("handler")
    for window in (first, second):
        window.page.on("dialog", lambda dialog: dialog.accept())
        window.go(f"/postingview/edit/{draft['id']}")
    first.page.fill("[name=headcount]", "7")
    first.page.click(SAVE)
    first.page.wait_for_url(re.compile("/show/"))
    page = second.page
    page.fill("[name=headcount]", "9")
    page.fill("[name=address]", "第二个标签页写的地址")
    page.click(SAVE)
    table = page.locator("form .g-diff")
    expect(table.locator("tr", has_text="招聘人数").locator("td")).to_have_text(["7", "9"])
    expect(page.locator(".g-sum")).to_be_focused()
    expect(page.locator("[name=headcount]")).to_have_value("9")
    expect(page.locator("[name=address]")).to_have_value("第二个标签页写的地址")
    stored = made.ask("handler", "GET", f"/api/v1/posting/{draft['id']}")["result"]
    assert stored["headcount"] == 7, "the refused save wrote nothing"
    page.click(SAVE)  # having read what changed
    page.wait_for_url(re.compile("/show/"))
    stored = made.ask("handler", "GET", f"/api/v1/posting/{draft['id']}")["result"]
    assert (stored["headcount"], stored["address"]) == (9, "第二个标签页写的地址")
    second.forgive(409)
    first.clean()
    second.clean()


def test_a_reviewer_whose_item_was_decided_meanwhile_is_told_and_keeps_the_letter(visit, made):
    posting = made.sent()
    first, second = visit("reviewer2"), visit("reviewer")
    page = opened(first, posting)
    page.keyboard.press("r")
    letter = page.locator("#d-return[open]")
    letter.locator("input[value=R99]").check()
    letter.locator("textarea[name=text-R99]").fill("请补充工作时间")
    letter.locator("textarea[name=reason_text]").fill("打了很久的一段话")
    made.ask("reviewer2", "POST", f"/api/v1/desk/rounds/{posting.round_id}/release")  # in another tab
    opened(second, posting)
    second.page.keyboard.press("a")
    gone_on(second.page, posting)
    page.keyboard.press("Control+Enter")
    refusal = letter.locator(".d-refusal")
    expect(refusal).to_contain_text("审核员甲")
    expect(refusal).to_contain_text("通过")
    expect(letter.locator("textarea[name=reason_text]")).to_have_value("打了很久的一段话")
    expect(letter.locator("textarea[name=text-R99]")).to_have_value("请补充工作时间")
    assert made.state(posting) == "approved"
    first.forgive(409)
    first.clean()
    second.clean()


def test_a_form_sent_twice_on_a_slow_line_goes_off_once_and_its_button_shows_that_it_works(visit, made):
    window = visit("handler")
    page = window.page
    window.go("/postingview/add")
    page.fill("[name=title]", "浏览器测试 慢线路")
    choose(page, "region", "奉贤", "奉贤区")
    sent = slow(page, "**/postingview/add")
    looks = page.evaluate(PRESS_TWICE, SAVE)  # in the page: Playwright itself would wait for the answer
    assert looks == ["true", "true", "正在发送……"]
    page.wait_for_url(re.compile(r"/postingview/show/\d+"))
    assert len(sent) == 1
    page.go_back()  # whoever comes back may send again
    expect(page.locator(SAVE)).not_to_have_class(re.compile("is-busy"))
    window.clean()


def test_a_late_answer_never_replaces_what_was_asked_for_since(visit):
    window = visit("handler")
    page = window.page
    window.go("/postingview/add")
    held: list[Route] = []
    page.route(
        re.compile(r"/related/region\?q=$"), lambda route: held.append(route)
    )  # what the picker asks when it is opened
    box = page.locator("select[name=region] + .ts-wrapper input")
    box.click()
    page.wait_for_timeout(400)
    box.press_sequentially("奉贤")
    wanted = page.locator(".ts-dropdown .option", has_text="奉贤区")
    expect(wanted).to_have_count(1)
    before = page.locator(".ts-dropdown .option").count()
    assert len(held) == 1
    with page.expect_response(re.compile(r"/related/region\?q=$")):
        held[0].continue_()
    page.wait_for_timeout(200)
    expect(page.locator(".ts-dropdown .option")).to_have_count(before)
    wanted.click()
    expect(page.locator("select[name=region] + .ts-wrapper .item")).to_contain_text("奉贤区")
    window.clean()


def test_a_key_pressed_twice_on_a_slow_line_decides_once(visit, made):
    first, _second = made.sent(), made.sent()
    window = visit("reviewer2")
    page = opened(window, first)
    sent = slow(page, "**/decide")
    page.keyboard.press("a")
    expect(page.locator("#desk")).to_have_attribute("aria-busy", "true")
    page.keyboard.press("a")
    page.keyboard.press("a")
    gone_on(page, first)
    assert [made.state(first), len(sent)] == ["approved", 1]
    window.clean()


PAGES = {
    "/": ["Ctrl K"], "/postingview/list/": ["/", "J / K", "N"], "/postingview/add": ["Ctrl S"], "/portal/": ["/"],
}  # fmt: skip


def test_the_help_with_keys_opens_by_key_and_by_mouse_and_names_the_keys_of_the_page(visit):
    window = visit("handler")
    page = window.page
    for path, keys in PAGES.items():
        window.go(path)
        page.keyboard.press("?")
        shown = page.locator("#keys[open]")
        expect(shown).to_be_visible()
        assert {*keys, "?"} <= set(shown.locator("kbd").all_inner_texts()), path
        page.keyboard.press("Escape")
        expect(shown).to_have_count(0)
        page.click("header [data-open='#keys']")
        expect(shown).to_be_visible()
        page.click("#keys [data-close]")
    window.clean()


def test_rows_are_walked_chosen_and_opened_by_keys(visit, made):
    made.draft()
    window = visit("handler")
    page = window.page
    window.go("/postingview/list/")
    rows = page.locator(".g-tbl tbody tr")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1).locator("a").first).to_be_focused()
    page.keyboard.press("x")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("k")
    expect(rows.nth(0).locator("a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/postingview/show/\d+"))
    page.go_back()
    page.keyboard.press("/")
    expect(page.locator(".g-filter input").first).to_be_focused()
    page.keyboard.type("nx")  # in a field these are letters
    expect(page.locator(".g-filter input").first).to_have_value("nx")
    window.clean()


def test_a_list_prints_whole_names_and_a_record_nothing_that_is_for_colleagues(visit):
    window = visit("reviewer")
    page = window.page
    window.go("/unitview/list/")
    first = page.locator(".g-tbl tbody th a").first
    href = first.get_attribute("href")
    page.emulate_media(media="print")
    cut = page.eval_on_selector_all(".g-tbl .clip", "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).length")
    assert cut == 0, "names are cut on paper"
    expect(page.locator(".g-side")).to_be_hidden()
    window.go(str(href))
    expect(page.locator("h1")).to_be_visible()
    for part in ("#comments", ".g-top", "[data-print]"):
        expect(page.locator(part)).to_be_hidden()
    window.clean()
