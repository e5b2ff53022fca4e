"""The main job, as a new user would do it: write, submit, decide by keys, see it public, read the message."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.rules.dates import today

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

TITLE = "浏览器测试 仓储管理员"
DUTIES = "负责仓库货物的收发、登记与盘点，保持库区整洁有序，配合配送人员装卸。"


def choose(page, name: str, words: str, text: str) -> None:
    """Picks from a remote select: types, waits for the answer, presses it."""
    control = page.locator(f"select[name={name}] + .ts-wrapper")
    control.click()
    control.locator("input").fill(words)
    page.locator(f".ts-dropdown .option:has-text('{text}')").first.click()


def fill_posting(page, title: str = TITLE) -> None:
    """The posting form with everything the law wants."""
    page.fill("[name=title]", title)
    page.fill("[name=headcount]", "2")
    page.select_option("[name=education]", "senior")
    choose(page, "region", "奉贤", "奉贤区")
    page.fill("[name=address]", "演示路 8 号")
    page.fill("[name=pay_min]", "5000")
    page.fill("[name=pay_max]", "6500")
    page.fill("[name=description]", DUTIES)
    page.fill("[name=requirements]", "能吃苦耐劳，有仓储经验者优先。")
    page.fill("[name=valid_until]", (today() + timedelta(days=30)).isoformat())


@pytest.fixture(scope="module")
def submitted(browser, server):
    """A posting of the handler, sent in once for this module; its id."""
    from tests.browser.conftest import Visit

    window = Visit(browser, server.url).login("handler")
    window.go("/postingview/add")
    fill_posting(window.page)
    window.page.click("button[name=then][value=submit]")
    window.page.wait_for_url(re.compile(r"/postingview/show/\d+"))
    window.clean()
    number = int(window.page.url.rsplit("/", 1)[1].split("?")[0])
    window.close()
    return number


def test_what_waits_is_not_public(visit, submitted):
    window = visit()
    assert window.go(f"/portal/postings/{submitted}").status == 404
    window.faults.clear()  # the browser notes the 404 itself
    window.clean()


def test_a_reviewer_approves_with_one_key_and_the_next_item_opens(visit, submitted):
    window = visit("reviewer2")
    window.go("/desk/?kind=posting")
    page = window.page
    link = page.locator(".g-q a", has_text=TITLE).first
    link.click()
    page.wait_for_selector(f".g-ev h2:has-text('{TITLE}')")
    page.keyboard.press("a")
    page.wait_for_function(f"() => !document.querySelector('.g-ev h2')?.textContent.includes('{TITLE}')")
    assert page.locator(".g-toast").count() == 1
    window.clean()
    outside = visit()
    assert outside.go(f"/portal/postings/{submitted}").status == 200
    assert TITLE in outside.page.inner_text("main")
    outside.clean()


def test_the_sender_reads_the_message_in_both_languages(visit, server, submitted):
    window = visit("handler")
    page = window.page
    good_news = page.locator(f"tbody a:has-text('{TITLE}')").filter(has_text="通过")
    for _ in range(30):  # the notice waits for the seconds of undo, then for the job that delivers
        page.goto(f"{server.url}/messageview/list/")
        if good_news.count():
            break
        page.wait_for_timeout(1000)
    good_news.first.click()
    assert "通过" in page.inner_text("main h1")
    page.goto(page.url + "?lang=en")
    assert "Approved" in page.inner_text("main")
    page.goto(f"{server.url}/?lang=zh")
    window.clean()


def test_the_ledger_is_whole(server, submitted):
    done = server.flask("ledger", "verify")
    assert done.returncode == 0 and done.stdout.startswith("ok")
