"""The desk under the fingers: every key of review.md 9 does what its hint says, once, and loses nothing typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.newcomer import log_out
from tests.browser.postings import DUTIES, Postings, Sent

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

UNLAWFUL = f"{DUTIES}限男性。"
DESK, ITEM, CURRENT = "#desk > .g-desk", ".g-q a[data-open-item]", ".g-q a[aria-current]"


@pytest.fixture(scope="module")
def program(server) -> Postings:
    return Postings(server.url)


@pytest.fixture
def made(program) -> Iterator[Postings]:
    """Makes postings; they are withdrawn or taken down after the test, so that nothing grows."""
    yield program
    program.clear()


def opened(window, posting: Sent) -> Page:
    """The desk with this posting open in it."""
    window.go(posting.desk)
    expect(window.page.locator(".g-ev h2").first).to_have_text(posting.title)
    return window.page


def gone_on(page: Page, posting: Sent) -> None:
    """Another item is open (or none), and it may be decided."""
    expect(page.locator(f"{DESK}:not([data-item='{posting.round_id}'])")).to_be_attached()
    expect(page.locator("#desk:not(.d-busy):not(.d-fresh)")).to_be_attached()


def decided(page: Page) -> int:
    """今日已决: what this person decided today, as the head of the desk says."""
    return int(page.locator(".kinds b.num").first.inner_text())


def verdicts(window, posting: Sent) -> list[str]:
    """The verdicts in the history of the item, oldest first."""
    page = opened(window, posting)
    return page.eval_on_selector_all(".g-tl li[data-k]:not([data-k=now])", "all => all.map(e => e.dataset.k).reverse()")


def record(visit, posting: Sent, user: str = "handler") -> Page:
    """The posting as its sender sees it."""
    window = visit(user)
    window.go(f"/postingview/show/{posting.id}")
    window.clean()
    return window.page


def test_j_and_k_move_through_the_list_and_open_what_they_rest_on(visit, made):
    first, _second = made.sent(), made.sent()
    window = visit("reviewer2")
    page = opened(window, first)
    places = [int(n) for n in page.eval_on_selector_all(ITEM, "all => all.map(a => a.dataset.openItem)")]
    here = places.index(first.round_id)
    page.keyboard.press("j")
    expect(page.locator(CURRENT)).to_have_attribute("data-open-item", str(places[here + 1]))
    expect(page.locator(DESK)).to_have_attribute("data-item", str(places[here + 1]))
    page.keyboard.press("k")
    expect(page.locator(DESK)).to_have_attribute("data-item", str(first.round_id))
    assert page.url.endswith(first.desk)
    for _ in range(len(places) + 2):  # past the end the mark stays on the last item
        page.keyboard.press("j")
    expect(page.locator(CURRENT)).to_have_attribute("data-open-item", str(places[-1]))
    window.clean()


def test_r_opens_the_letter_prefilled_and_ctrl_enter_sends_it(visit, made):
    posting = made.sent(description=UNLAWFUL)
    window = visit("reviewer2")
    page = opened(window, posting)
    page.keyboard.press("r")
    letter = page.locator("#d-return[open]")
    expect(letter.locator("input[value=R08]")).to_be_checked()
    text = letter.locator("textarea[name=text-R08]")
    expect(text).to_be_focused()
    prefilled = text.input_value()
    assert "限男性" in prefilled
    assert "r" not in prefilled, "the key that opened the letter landed in it"
    letter.locator("textarea[name=reason_text]").fill("请于修改后重新提交，谢谢配合。")
    page.keyboard.press("Control+Enter")
    gone_on(page, posting)
    expect(page.locator(".g-toast")).to_contain_text(posting.title)
    assert made.state(posting) == "need_info"
    window.clean()
    told = record(visit, posting).inner_text("main")
    for words in ("退回修改", "限男性", "请于修改后重新提交，谢谢配合。"):
        assert words in told


def test_a_login_that_ended_meanwhile_is_said_and_what_was_typed_stays(visit, made, cookies):
    posting = made.sent(description=UNLAWFUL)
    window = visit("reviewer2")
    page = opened(window, posting)
    page.keyboard.press("r")
    typed = page.locator("#d-return[open] textarea[name=reason_text]")
    typed.fill("请于修改后重新提交，谢谢配合。")
    tab = visit("reviewer2")  # the same login
    tab.go("/")
    log_out(tab)
    cookies.pop("reviewer2", None)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#d-return[open] .d-err")).to_contain_text("登录已结束")
    expect(typed).to_have_value("请于修改后重新提交，谢谢配合。")
    assert made.state(posting) == "queued"


def test_u_takes_a_decision_back_and_the_item_is_there_again_with_its_evidence(visit, made):
    posting = made.sent()
    window = visit("reviewer2")
    page = opened(window, posting)
    page.keyboard.press("a")
    gone_on(page, posting)
    assert made.state(posting) == "approved"
    page.keyboard.press("u")
    expect(page.locator(DESK)).to_have_attribute("data-item", str(posting.round_id))
    expect(page.locator(".g-ev h2").first).to_have_text(posting.title)
    expect(page.locator("#content")).to_contain_text(DUTIES)
    expect(page.locator("[data-key=a]")).to_be_enabled()
    assert made.state(posting) != "approved"
    window.clean()
    outside = visit()
    assert outside.go(f"/portal/postings/{posting.id}").status == 404
    outside.forgive(404)
    outside.clean()


def test_u_does_nothing_once_the_time_for_undoing_is_over(visit, made):
    posting = made.sent()
    window = visit("reviewer2")
    page = opened(window, posting)
    page.keyboard.press("a")
    gone_on(page, posting)
    expect(page.locator(".g-toast")).to_have_count(0, timeout=12_000)  # the seconds of undo run down on the page
    page.keyboard.press("u")
    assert made.state(posting) == "approved"
    window.clean()


def test_x_rejects_with_a_reason(visit, made):
    posting = made.sent(title="浏览器测试 假岗位")
    window = visit("reviewer2")
    page = opened(window, posting)
    page.keyboard.press("x")
    letter = page.locator("#d-reject[open]")
    expect(letter.locator("input[name=reason_codes]").first).to_be_focused()
    page.keyboard.press("Control+Enter")  # without a reason nothing is decided
    expect(letter.locator("[role=alert]")).to_be_visible()
    assert made.state(posting) == "queued"
    letter.locator("input[value=R99]").check()
    letter.locator("textarea[name=text-R99]").fill("经电话核实，该岗位并不存在。")
    page.keyboard.press("Control+Enter")
    gone_on(page, posting)
    assert made.state(posting) == "rejected"
    window.forgive(422)
    window.clean()
    told = record(visit, posting).inner_text("main")
    assert "不予通过" in told
    assert "经电话核实，该岗位并不存在。" in told


def test_q_asks_the_sender(visit, made):
    posting = made.sent()
    window = visit("reviewer2")
    page = opened(window, posting)
    page.keyboard.press("q")
    field = page.locator("#d-ask[open] textarea[name=questions]")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    field.fill("工作地点在几号门？\n是否提供工作服？")
    page.keyboard.press("Control+Enter")
    gone_on(page, posting)
    window.clean()
    told = record(visit, posting).inner_text("main")
    assert "工作地点在几号门？" in told
    assert "是否提供工作服？" in told


def test_s_skips_for_me_only(visit, made):
    posting = made.sent()
    window = visit("reviewer2")
    page = opened(window, posting)
    page.keyboard.press("s")
    gone_on(page, posting)
    expect(page.locator(f".g-q a[data-open-item='{posting.round_id}']")).to_have_count(0)
    window.clean()
    other = visit("reviewer")
    other.go("/desk/?kind=posting")
    expect(other.page.locator(f".g-q a[data-open-item='{posting.round_id}']")).to_have_count(1)
    other.clean()


def test_h_puts_on_hold_with_a_day_and_a_reason(visit, made):
    posting = made.sent()
    window = visit("reviewer2")
    page = opened(window, posting)
    page.keyboard.press("h")
    letter = page.locator("#d-hold[open]")
    expect(letter.locator("textarea[name=reason]")).to_be_focused()
    assert letter.locator("input[name=until]").input_value() > "2000-01-01"
    page.keyboard.type("等候市场监管部门回函")
    page.keyboard.press("Control+Enter")
    gone_on(page, posting)
    expect(page.locator(f".g-q a[data-open-item='{posting.round_id}']")).to_have_count(0)
    assert made.state(posting) == "held"
    window.clean()


def test_t_hands_the_item_to_a_colleague(visit, made):
    posting = made.sent()
    window = visit("reviewer2")
    page = opened(window, posting)
    page.keyboard.press("t")
    choice = page.locator("#d-transfer[open] select[name=to]")
    expect(choice).to_be_focused()
    names = choice.locator("option").all_inner_texts()
    name = next(t for t in names if t.endswith("审核员 · 上海市"))
    choice.select_option(label=name)
    page.fill("#d-transfer textarea[name=reason]", "请协助核实单位")
    page.keyboard.press("Control+Enter")
    gone_on(page, posting)
    window.clean()
    other = visit("reviewer")
    page = opened(other, posting)
    expect(page.locator("[data-key=a]")).to_be_enabled()
    expect(page.locator(".g-tl")).to_contain_text("请协助核实单位")
    other.clean()


def test_help_opens_and_single_keys_can_be_switched_off(visit, made):
    posting = made.sent()
    window = visit("reviewer2")
    page = opened(window, posting)
    page.keyboard.press("?")
    help_ = page.locator("#keys[open]")
    expect(help_).to_be_visible()
    assert "通过" in help_.inner_text()
    help_.locator("[data-keys]").uncheck()
    page.keyboard.press("Escape")
    expect(help_).to_have_count(0)
    page.keyboard.press("r")
    page.keyboard.press("a")
    page.reload()
    page.keyboard.press("a")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(DESK)).to_have_attribute("data-item", str(posting.round_id))
    page.keyboard.press("?")  # the one key that stays
    help_.locator("[data-keys]").check()
    page.keyboard.press("Escape")
    expect(help_).to_have_count(0)
    page.keyboard.press("r")
    expect(page.locator("#d-return[open]")).to_be_visible()
    assert made.state(posting) == "queued"
    window.clean()


def test_digits_tick_reasons_here_and_in_the_letter(visit, made):
    posting = made.sent(description=f"{DUTIES}限男性，入职须交押金500元。")
    window = visit("reviewer2")
    page = opened(window, posting)
    quick = page.locator(".d-quick input")
    expect(quick).to_have_count(3)
    for number in (1, 2, 3):
        before, code = quick.nth(number - 1).is_checked(), quick.nth(number - 1).get_attribute("data-mirror")
        page.keyboard.press(str(number))
        expect(quick.nth(number - 1)).to_be_checked(checked=not before)
        expect(page.locator(f"#d-return input[value={code}]")).to_be_checked(checked=not before)
    assert page.locator("#d-reject input[name=reason_codes]:checked").count() == 0
    window.clean()


def test_a_is_locked_until_every_red_finding_is_ticked_and_asks_why_it_may_pass(visit, made):
    """Nothing grave passes by one person's key: a tick each, a ground, and a second person."""
    posting = made.sent(description=f"{DUTIES}限男性，入职须交押金500元。")
    window = visit("reviewer2")
    page = opened(window, posting)
    approve, red = page.locator("[data-key=a]"), page.locator(".g-checks [data-must]")
    expect(red).to_have_count(2)
    expect(approve).to_be_disabled()
    page.keyboard.press("a")
    red.first.check()
    expect(approve).to_be_disabled()
    red.last.check()
    expect(approve).to_be_enabled()
    page.keyboard.press("a")  # the tick just made has the focus; it is no field to type in
    expect(page.locator("#d-ground")).to_be_focused()
    assert made.state(posting) == "queued"
    page.keyboard.type("已电话核实：引号内为引用的反面例子。")
    page.keyboard.press("Control+Enter")
    gone_on(page, posting)
    assert made.state(posting) == "second"
    window.clean()


def test_keys_rest_while_somebody_types(visit, made):
    posting = made.sent()
    window = visit("reviewer2")
    page = opened(window, posting)
    page.keyboard.press("q")
    field = page.locator("#d-ask[open] textarea[name=questions]")
    expect(field).to_be_focused()
    page.keyboard.type("axsrhtjk?1")
    expect(field).to_have_value("axsrhtjk?1")
    assert page.locator("dialog[open]").count() == 1
    assert made.state(posting) == "queued"
    window.clean()


def test_a_decision_on_a_text_edited_meanwhile_shows_the_difference_and_keeps_what_was_typed(visit, made):
    posting = made.sent(description=UNLAWFUL)
    window = visit("reviewer2")
    page = opened(window, posting)
    page.keyboard.press("r")
    typed = page.locator("#d-return[open] textarea[name=reason_text]")
    typed.fill("打了很久的一段话")
    sender = visit("handler")
    sender.go(f"/postingview/edit/{posting.id}")
    sender.page.fill("[name=headcount]", "17")
    sender.page.click("form[data-guard] .g-act button.btn-primary")
    sender.page.wait_for_url(f"**/postingview/show/{posting.id}*")
    sender.clean()
    page.keyboard.press("Control+Enter")
    refusal = page.locator("#d-return[open] .d-refusal")
    expect(refusal.locator(".g-diff")).to_contain_text("招聘人数")
    expect(refusal.locator("ins")).to_have_text("17")
    expect(typed).to_have_value("打了很久的一段话")
    refusal.locator("a[data-open-item]").click()
    gone_on(page, posting)
    expect(page.locator(".g-ev h2").first).to_have_text(posting.title)
    expect(page.locator("[data-key=a]")).to_be_visible()
    expect(page.locator("#content")).to_contain_text("17")
    assert made.state(posting) == "superseded"
    window.forgive(409)
    window.clean()


def test_the_second_reviewer_sees_who_has_the_item(visit, made):
    posting = made.sent()
    first, second = visit("reviewer2"), visit("reviewer")
    opened(first, posting)
    page = opened(second, posting)
    expect(page.locator(".d-note")).to_contain_text("审核员乙")
    expect(page.locator(".g-dec")).to_have_count(0)
    for key in "arxs":
        page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert made.state(posting) == "queued"
    first.page.keyboard.press("a")
    gone_on(first.page, posting)
    assert made.state(posting) == "approved"
    first.clean()
    second.clean()


def test_two_deciding_at_once_one_wins_and_the_other_is_told(visit, made):
    posting = made.sent()
    first, second = visit("reviewer2"), visit("reviewer2")  # the same person at two screens
    page = opened(first, posting)
    opened(second, posting)
    page.keyboard.press("a")
    gone_on(page, posting)
    second.page.keyboard.press("a")
    expect(second.page.locator(".d-note [role=alert]")).to_be_visible()
    assert verdicts(second, posting) == ["ok"]
    second.forgive(409)
    first.clean()
    second.clean()


@pytest.mark.parametrize("pause", [0, 300])
def test_a_double_click_approves_once_and_nothing_else(visit, made, pause):
    first, second = made.sent(), made.sent()
    window = visit("reviewer2")
    page = opened(window, first)
    box = page.locator("[data-key=a]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = decided(page)
    page.mouse.click(x, y)
    if pause:  # slow fingers: the next item is there before the second click
        expect(page.locator(f"{DESK}:not([data-item='{first.round_id}'])")).to_be_attached()
    page.mouse.click(x, y)
    gone_on(page, first)
    assert decided(page) == before + 1
    assert made.state(second) == "queued"
    assert verdicts(window, first) == ["ok"]
    window.clean()


def test_a_key_held_down_decides_one_item(visit, made):
    first = made.sent()
    window = visit("reviewer2")
    page = opened(window, first)
    before = decided(page)
    page.keyboard.down("a")
    gone_on(page, first)
    for _ in range(3):
        page.keyboard.down("a")  # what the keyboard repeats
    page.keyboard.up("a")
    expect(page.locator("#desk:not(.d-busy)")).to_be_attached()
    assert decided(page) == before + 1
    window.clean()
