"""Forms and lists in a real browser: nothing typed is lost, faults are named, batches, copies, phones, languages."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from app.rules.dates import ZONE, today
from tests.browser.postings import DUTIES, Postings
from tests.browser.test_main_path import fill_posting

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

SAVE = "form[data-guard] .g-act button[value=save]"
SUBMIT = "form[data-guard] .g-act button[value=submit]"
SHOWN = re.compile(r"/show/\d+")


@pytest.fixture(scope="module")
def program(server) -> Postings:
    return Postings(server.url)


@pytest.fixture
def made(program) -> Iterator[Postings]:
    """Makes postings; they are withdrawn or taken down after the test."""
    yield program
    program.clear()


def picture(shade: int) -> dict[str, object]:
    """A file to choose: a small PNG unlike the others."""
    out = io.BytesIO()
    Image.new("RGB", (320, 240), (shade, 120, 255 - shade)).save(out, "PNG")
    return {"name": f"现场{shade}.png", "mimeType": "image/png", "buffer": out.getvalue()}


def gig(program: Postings) -> int:
    """A draft of a gig 招工; its key."""
    content = {
        "type_code": "other", "title": f"浏览器测试 搬运 {uuid4().hex[:6]}", "headcount": 3, "region_code": "310120",
        "start_at": (datetime.now(ZONE) + timedelta(days=3)).isoformat(timespec="minutes"), "address": "演示路 9 号",
        "mode": "onsite", "pay_amount": "200", "pay_unit": "day", "quantity": 2, "quantity_unit": "day",
        "description": "搬运展板和桌椅，共两天，提供手套和饮水。", "phone": "13900139000", "phone_public": False,
        "valid_until": (today() + timedelta(days=20)).isoformat(), "agreed": True,
    }  # fmt: skip
    return program.ask("handler", "POST", "/api/v1/gig_offer/", content)["result"]["id"]


def row(page: Page, title: str):
    """The line of the list with this title."""
    return page.locator("tbody tr", has_text=title)


def test_bad_values_keep_everything_typed_and_name_the_field(visit):
    window = visit("handler")
    window.go("/postingview/add")
    page = window.page
    title = f"浏览器测试 保留 {uuid4().hex[:6]}"
    fill_posting(page, title)
    page.fill("[name=headcount]", "两个")
    page.fill("[name=pay_min]", "五千")
    page.click(SUBMIT)
    summary = page.locator(".g-sum")
    expect(summary).to_be_focused()
    assert "招聘人数" in summary.inner_text()
    assert "最低月薪" in summary.inner_text()
    kept = {
        "title": title,
        "headcount": "两个",
        "pay_min": "五千",
        "pay_max": "6500",
        "description": DUTIES,
        "address": "演示路 8 号",
    }
    for name, value in kept.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    expect(page.locator("[name=education]")).to_have_value("senior")
    expect(page.locator("select[name=region] + .ts-wrapper .item")).to_contain_text("奉贤区")
    expect(page.locator("[name=headcount]")).to_have_attribute("aria-invalid", "true")
    summary.locator("a", has_text="招聘人数").click()
    expect(page.locator("[name=headcount]")).to_be_focused()
    window.forgive(422)
    page.fill("[name=headcount]", "2")  # the rules of postings speak next: pay turned round, a day that is over
    page.fill("[name=pay_min]", "9000")
    page.fill("[name=valid_until]", (today() - timedelta(days=1)).isoformat())
    for field, mended in (("最高月薪", ("pay_min", "5000")), ("有效期", ("address", "演示路 8 号"))):
        page.click(SUBMIT)
        expect(page.locator(".g-sum")).to_be_focused()
        expect(page.locator(".g-sum")).to_contain_text(field)
        expect(page.locator("[name=title]")).to_have_value(title)
        expect(page.locator("[name=description]")).to_have_value(DUTIES)
        page.fill(f"[name={mended[0]}]", mended[1])
        window.forgive(422)
    page.fill("[name=valid_until]", (today() + timedelta(days=9)).isoformat())
    page.click(SAVE)
    page.wait_for_url(SHOWN)
    assert title in page.inner_text("h1")
    window.clean()


def test_a_gig_takes_three_pictures_and_refuses_the_fourth(visit, program):
    key = gig(program)
    window = visit("handler")
    window.go(f"/gigofferview/edit/{key}")
    page = window.page
    page.set_input_files("[name=file_environment]", [picture(40), picture(110), picture(200)])
    page.click(SAVE)
    page.wait_for_url(SHOWN)
    expect(page.locator("[data-gallery] img")).to_have_count(3)
    window.go(f"/gigofferview/edit/{key}")
    expect(page.locator("[name=kept_environment]:checked")).to_have_count(3)
    page.fill("[name=address]", "改过的地址 1 号")
    page.set_input_files("[name=file_environment]", picture(250))
    page.click(SAVE)
    expect(page.locator(".g-sum")).to_contain_text("3")
    expect(page.locator(".g-sum")).to_contain_text("工作环境")
    expect(page.locator("[name=address]")).to_have_value("改过的地址 1 号")
    expect(page.locator("[name=kept_environment]")).to_have_count(4)  # nothing uploaded is lost: one is to be unticked
    page.locator("[name=kept_environment]").first.uncheck()
    page.click(SAVE)
    page.wait_for_url(SHOWN)
    expect(page.locator("[data-gallery] img")).to_have_count(3)
    window.forgive(422)
    window.clean()


def test_a_picture_that_is_a_program_is_refused_in_words(visit, program):
    window = visit("handler")
    window.go(f"/gigofferview/edit/{gig(program)}")
    page = window.page
    page.fill("[name=address]", "别丢的地址 2 号")
    fake = {"name": "现场.png", "mimeType": "image/png", "buffer": b"<?php system($_GET['c']); ?>" * 40}
    page.set_input_files("[name=file_environment]", fake)
    page.click(SAVE)
    summary = page.locator(".g-sum")
    expect(summary).to_be_focused()
    assert "工作环境" in summary.inner_text()
    assert "现场.png" in summary.inner_text()
    assert "不符" in summary.inner_text()
    expect(page.locator("[name=address]")).to_have_value("别丢的地址 2 号")
    window.forgive(422)
    window.clean()


def test_validity_of_two_rows_is_changed_in_one_go(visit, made):
    mark = uuid4().hex[:6]
    two = [made.live(f"有效期{mark}甲"), made.live(f"有效期{mark}乙")]
    window = visit("handler")
    window.go(f"/postingview/list/?q={mark}")
    page, day = window.page, (today() + timedelta(days=45)).isoformat()
    for posting in two:
        row(page, posting.title).locator("input[name=row]").check()
    expect(page.locator(".g-bulk [data-n]")).to_have_text("2")
    page.click(".g-bulk button[value=set_validity]")
    page.fill("[name=valid_until]", (today() - timedelta(days=1)).isoformat())
    page.fill("[name=reason_text]", "延长招聘")
    page.click("form .g-act button[type=submit]")
    expect(page.locator(".g-sum, .g-st[data-st=bad]").first).to_be_visible()  # a day that is over is refused in words
    window.forgive(422)
    window.go(f"/postingview/list/?q={mark}")
    for posting in two:
        row(page, posting.title).locator("input[name=row]").check()
    page.click(".g-bulk button[value=set_validity]")
    page.fill("[name=valid_until]", day)
    page.click("form .g-act button[type=submit]")
    page.wait_for_url(re.compile("/postingview/list/"))
    for posting in two:
        assert made.ask("handler", "GET", f"/api/v1/posting/{posting.id}")["result"]["valid_until"] == day
    window.clean()


def test_take_down_in_batch_ends_publication(visit, made):
    mark = uuid4().hex[:6]
    two = [made.live(f"下架{mark}甲"), made.live(f"下架{mark}乙")]
    window = visit("handler")
    window.go(f"/postingview/list/?q={mark}")
    page = window.page
    page.locator("thead .g-tick input").check()
    expect(page.locator(".g-bulk [data-n]")).to_have_text("2")
    page.click(".g-bulk button[value=take_down]")
    page.fill("[name=reason_text]", "已招满")
    page.click("form .g-act button[type=submit]")
    page.wait_for_url(re.compile("/postingview/list/"))
    expect(page.locator(".g-note.ok")).to_be_visible()
    outside = visit()
    for posting in two:
        assert outside.go(f"/portal/postings/{posting.id}").status == 404
    window.clean()


def test_a_copy_is_a_draft_of_its_own_and_a_preview_publishes_nothing(visit, made):
    posting = made.live()
    window = visit("handler")
    window.go(f"/postingview/show/{posting.id}")
    page = window.page
    page.click("form[action*='/copy/'] button")
    page.wait_for_url(re.compile(r"/postingview/edit/\d+"))
    copy = int(re.search(r"/edit/(\d+)", page.url)[1])
    assert copy != posting.id
    expect(page.locator("[name=title]")).to_have_value(posting.title)
    expect(page.locator("[name=description]")).to_have_value(DUTIES)
    page.fill("[name=title]", f"{posting.title}副本")
    page.click(SAVE)
    page.wait_for_url(SHOWN)
    window.go(f"/postingview/preview/{copy}")
    assert f"{posting.title}副本" in page.inner_text("h1")
    assert DUTIES in page.inner_text("main")
    window.clean()
    outside = visit()
    assert outside.go(f"/portal/postings/{copy}").status == 404


def test_an_edit_of_a_live_posting_is_public_only_after_its_approval(visit, made):
    posting = made.live()
    new = "负责冷库货物的收发、温度记录与设备巡检，认真填写交接班记录。"
    window = visit("handler")
    window.go(f"/postingview/edit/{posting.id}")
    page = window.page
    page.fill("[name=description]", new)
    page.click(SAVE)
    page.wait_for_url(SHOWN)
    assert new in page.inner_text("main")  # the sender sees what waits
    window.clean()
    before = visit()
    before.go(f"/portal/postings/{posting.id}")
    assert DUTIES in before.page.inner_text("main")
    assert new not in before.page.inner_text("main")
    before.clean()
    round_id = made.round_of(posting.id)
    desk = visit("reviewer2")
    desk.go(f"/desk/{round_id}?kind=posting")
    expect(desk.page.locator("#content tr.chg ins").first).to_be_visible()
    desk.page.keyboard.press("a")
    expect(desk.page.locator(f"#desk > .g-desk:not([data-item='{round_id}'])")).to_be_attached()
    desk.clean()
    after = visit()
    after.go(f"/portal/postings/{posting.id}")
    assert new in after.page.inner_text("main")
    assert DUTIES not in after.page.inner_text("main")
    after.clean()


def test_on_a_phone_the_list_is_cards_and_the_menu_opens(visit):
    window = visit("handler", width=390, height=844)
    window.go("/postingview/list/")
    page = window.page
    assert page.locator("tbody tr").first.evaluate("e => getComputedStyle(e).display") in ("block", "grid", "flex")
    expect(page.locator("thead").first).not_to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    expect(page.locator(".g-side a").first).not_to_be_in_viewport()
    page.click("[data-toggle=nav]")
    expect(page.locator(".g-side a").first).to_be_in_viewport()
    page.locator(".g-side a[href='/messageview/list/']").first.click()
    page.wait_for_url(re.compile("/messageview/list/"))
    window.clean()


def test_both_languages_on_the_same_page(visit):
    window = visit("handler")
    page = window.page
    window.go("/postingview/list/?lang=zh")
    assert page.inner_text("h1") == "职位"
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.click("header details:has([data-set]) > summary")
    page.click(".g-pop a[hreflang=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.inner_text("h1") == "Postings"
    heads = " ".join(page.locator("thead th").all_inner_texts())
    assert not re.search(r"[\u4e00-\u9fff]", heads + page.inner_text(".g-side")), "Chinese in the English page"
    page.reload()
    assert page.inner_text("h1") == "Postings"  # the choice stays
    window.go("/postingview/list/?lang=zh")
    assert page.inner_text("h1") == "职位"
    window.clean()


def test_large_type_and_the_dark_theme_stay_after_a_reload(visit):
    window = visit("handler")
    window.go("/")
    page, root = window.page, window.page.locator("html")
    page.click("header details:has([data-set]) > summary")
    page.click("[data-set='theme:dark']")
    page.click("[data-set='size:large']")
    for _ in range(2):
        expect(root).to_have_attribute("data-bs-theme", "dark")
        expect(root).to_have_attribute("data-size", "large")
        page.reload()
    sent = page.request.get(page.url).text()  # the server itself draws it so: no flash of the other theme
    assert 'data-bs-theme="dark"' in sent
    assert 'data-size="large"' in sent
    window.clean()


def test_a_person_with_two_hats_changes_them(visit, cookies):
    window = visit("owner")
    window.go("/")
    page = window.page
    expect(page.locator(".g-hat")).to_contain_text("单位")
    assert page.locator(".g-side a[href^='/postingview/']").count() == 1
    page.click("summary.g-hat")
    page.click(".g-pop button:has-text('求职者')")
    expect(page.locator(".g-hat")).to_contain_text("求职者")
    assert page.locator(".g-side a[href^='/postingview/']").count() == 0
    assert window.go("/postingview/list/").status == 403
    window.forgive(403)
    window.go("/")
    page.click("summary.g-hat")
    page.click(".g-pop button:has-text('单位')")
    expect(page.locator(".g-side a[href^='/postingview/']")).to_have_count(1)
    cookies.pop("owner")  # a change of hats gives the login a new number: the one kept for other tests is worth nothing
    window.clean()


# What has the focus: whether its middle is free of the bars that stick to the window, and whether a ring shows it.
FOCUSED = """() => {
  const e = document.activeElement, r = e.getBoundingClientRect(), ring = s => getComputedStyle(s).outlineStyle !== 'none';
  const at = document.elementFromPoint(r.left + r.width / 2, Math.min(r.top + 12, r.bottom - 1));
  const around = [...document.querySelectorAll('.ts-wrapper.focus, :focus-within')];
  return { id: e.id, free: e.contains(at) || !at.closest('.g-top,.g-act'), ring: [e, ...around].some(ring) };
}"""


def test_tab_shows_where_it_is_and_no_bar_covers_it(visit):
    window = visit("handler")
    page = window.page
    page.emulate_media(reduced_motion="reduce")
    window.go("/postingview/add")
    page.locator("#title").focus()
    seen, hidden = set(), []
    for _ in range(24):
        here = page.evaluate(FOCUSED)
        seen.add(here["id"])
        hidden += [here] if not (here["free"] and here["ring"]) else []
        page.keyboard.press("Tab")
    assert {"region-ts-control", "benefits", "description", "requirements", "schools-ts-control", "valid_until"} <= seen
    assert hidden == []
    window.clean()
