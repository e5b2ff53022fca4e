"""The bureau's daily job: a list from a job site comes in, its rows are decided by keys, the good ones are public."""

from __future__ import annotations

import csv
import io
import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

# The columns of the job sites' export.
HEAD = [
    "posting_no",
    "title",
    "unit_name",
    "benefits",
    "pay",
    "description",
    "place",
    "ownership",
    "size",
    "industry",
    "posted_on",
]
CLEAN = "负责客户来访登记、会议安排和办公用品管理，协助部门完成日常行政事务，要求做事细心、有条理。"
UNLAWFUL = CLEAN + "本岗位限男性。"
DUTIES = {
    "行政专员": CLEAN,
    "仓库文员": CLEAN,
    "客服专员": CLEAN,
    "会务助理": CLEAN,
    "前台接待": UNLAWFUL,
    "档案管理员": CLEAN,
}
RETURNED = "前台接待"


def table(mark: str) -> bytes:
    """Six postings of a unit nobody knows yet, and a seventh row with two faults."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for number, (title, duties) in enumerate(DUTIES.items(), 1):
        writer.writerow([f"{mark}{number}", f"{title}{mark}", f"浏览器{mark}商务有限公司", "五险一金 带薪年假", "6-8千/月",
                         duties, "上海-奉贤区", "民营公司", "50-150人", "贸易/进出口", "04-21"])  # fmt: skip
    writer.writerow(
        [f"{mark}9", "", f"浏览器{mark}商务有限公司", "", "高薪", CLEAN, "上海-奉贤区", "民营公司", "", "", ""]
    )
    return text.getvalue().encode()


def current(page: Page) -> str:
    """The heading of the open item."""
    return page.locator(".g-ev h2").first.inner_text()


def settled(page: Page) -> None:
    """The desk has taken the last key and shows what came of it."""
    expect(page.locator("#desk:not(.d-busy):not(.d-fresh)")).to_be_attached()


def step_to(page: Page, titles: set[str]) -> str:
    """J until one of these is open; returns its title."""
    settled(page)
    for _ in range(60):
        if current(page) in titles:
            return current(page)
        item = page.locator("#desk > .g-desk").get_attribute("data-item")
        page.keyboard.press("j")
        expect(page.locator(f"#desk > .g-desk:not([data-item='{item}'])")).to_be_attached()
        settled(page)
    raise AssertionError(f"none of {titles} in the queue")


def upload(page: Page, mark: str, data: bytes) -> None:
    """The list of that mark, for the division of the reviewer."""
    page.select_option("[name=region]", "310120")
    page.set_input_files("[name=file]", {"name": f"招聘{mark}.csv", "mimeType": "text/csv", "buffer": data})
    page.click("form[enctype] button[type=submit]")


@pytest.mark.timeout(180)
def test_a_list_is_tried_imported_and_decided_by_keys(visit):
    mark = uuid4().hex[:5]
    titles = {f"{title}{mark}" for title in DUTIES}
    window = visit("reviewer2")
    page = window.page

    window.go("/imports/")
    page.click("main a.btn[href$='/imports/new/posting']")
    upload(page, mark, table(mark).replace(b"title", "招什么人".encode(), 1))

    # A heading nobody knows: a person says once what it is.
    page.wait_for_url(re.compile(r"/imports/\d+/columns"))
    expect(page.locator("main .g-note.warn")).to_contain_text("职位名称")
    window.snap("import-columns")
    page.get_by_label("招什么人").select_option("title")
    page.click("main form .g-act button.btn-primary")
    page.wait_for_url(re.compile(r"/imports/\d+$"))

    window.snap("import-dry-run")
    # The dry run: nothing is written, each fault has its line and column.
    assert page.locator(".g-stat b.ok").inner_text() == "6"
    assert page.locator(".g-stat b.bad").inner_text() == "1"
    faults = page.locator("tbody tr").all_inner_texts()
    assert len(faults) == 2
    assert any("8" in f and "招什么人" in f and "为空" in f for f in faults), faults
    assert any("8" in f and "pay" in f and "高薪" in f for f in faults), faults
    outside = visit()
    outside.go(f"/portal/?q={mark}")
    expect(outside.page.locator(f"main a:has-text('{mark}')")).to_have_count(0)

    page.click("form[action$='/start'] button.btn-primary")
    to_queue = page.locator("a.btn-primary[href*='/desk/']")
    expect(to_queue).to_be_visible(timeout=60_000)  # the page renews itself until the import is through
    assert page.locator(".g-stat b.ok").inner_text() == "6"
    to_queue.click()

    left = set(titles)
    while left:
        title = step_to(page, left)
        item = page.locator("#desk > .g-desk").get_attribute("data-item")
        if title.startswith(RETURNED):
            expect(page.locator("[data-key=a]")).to_be_disabled()
            page.keyboard.press("r")
            expect(page.locator("#d-return[open] input[value=R08]")).to_be_checked()
            page.keyboard.press("Control+Enter")
        else:
            page.keyboard.press("a")
        expect(page.locator(f"#desk > .g-desk:not([data-item='{item}'])")).to_be_attached()
        left.discard(title)
    settled(page)
    assert not titles & set(page.locator(".g-q .ttl").all_inner_texts())
    window.clean()

    outside.clean()
    outside = visit()  # another reader: the first one's browser may keep the page for a minute
    outside.go(f"/portal/?q={mark}")
    found = outside.page.inner_text("main")
    for title in titles:
        assert (title in found) == (not title.startswith(RETURNED)), title
    outside.page.click(f"main a:has-text('行政专员{mark}')")
    expect(outside.page.locator("h1")).to_contain_text(f"行政专员{mark}")
    assert "6,000–8,000" in outside.page.inner_text("main")
    outside.clean()

    window.go("/imports/new/posting")  # the same headings are known now, the same list again changes nothing
    upload(page, mark, table(mark).replace(b"title", "招什么人".encode(), 1))
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    assert page.locator(".g-stat b.ok").inner_text() == "0"
    assert page.locator("form[action$='/start']").count() == 0
    window.clean()
