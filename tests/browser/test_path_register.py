"""A person registers, proves the document, chooses, changes the phone and renews a forgotten password (TJ-06..16); docs/paths/register.md."""

from __future__ import annotations

import pytest

from app.rules.codes.person import resident_check_char
from tests.browser.newcomer import ask_code, read_code

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

PHONE, NEW_PHONE = "19955550001", "19955550002"
NUMBER = "44020319990101002" + resident_check_char("44020319990101002")
WORD, NEW_WORD = "Bamboo-2026", "Camphor-2027"
SEND = "main .btn-primary"


def test_registered_proven_and_reached_again(visit, server):
    who, operator = visit(), visit("operator")
    page = who.page
    ask_code(who, server, "/register/", PHONE, "register-1-phone")
    page.wait_for_url("**/register/details")
    code = read_code(operator)
    operator.snap("register-2-outbox")
    page.fill("#code", code)
    page.fill("#name", "黎晓明")
    page.fill("#id_number", NUMBER)
    page.fill("#username", "lixiaoming")
    page.fill("#password", WORD)
    page.fill("#again", WORD)
    page.check("#agreed")
    who.snap("register-3-details")
    page.click(SEND)
    page.wait_for_selector("text=注册成功")
    who.snap("register-4-home")
    who.go("/me/")
    assert "L1" in page.inner_text("main") and PHONE not in page.content() and NUMBER not in page.content()
    who.snap("register-5-me")

    admin = visit("sysadmin")
    admin.go("/accountview/list/?q=lixiaoming")
    number = admin.page.get_attribute("main table a:has-text('lixiaoming')", "href").split("?")[0].rsplit("/", 1)[1]
    admin.go(f"/accountview/move/identity_seen/{number}")
    admin.page.fill("[name=reason_text]", "大厅核验居民身份证原件（演示）")
    admin.snap("register-6-document")
    admin.page.click(".g-act button[type=submit]")
    admin.page.wait_for_url(lambda url: "/move/" not in url)
    who.go("/me/")
    assert "L2" in page.inner_text("main")

    who.go("/my-notices/")
    page.check("[value='recruit:sms']")
    page.click(SEND)
    who.snap("register-7-notices")
    who.go("/my-data/")
    who.snap("register-8-data")
    _new_phone(who, operator)
    page.click(".g-top summary.g-hat")
    page.click(".g-pop button:has-text('退出')")
    _forgotten(who, operator, server)
    for window in (who, operator, admin):
        window.clean()


def _new_phone(who, operator) -> None:
    page = who.page
    who.go("/me/phone")
    page.click("button:has-text('发送验证码')")
    page.fill("#code", read_code(operator))
    page.click(SEND)
    page.fill("#phone", NEW_PHONE)
    page.click("button:has-text('发送验证码')")
    page.wait_for_selector("#code")
    page.fill("#code", read_code(operator))
    who.snap("register-9-phone")
    page.click(SEND)
    page.wait_for_url("**/me/")


def _forgotten(who, operator, server) -> None:
    page = who.page
    ask_code(who, server, "/code/forgot/", NEW_PHONE)
    page.wait_for_url("**/code/renew/**")
    page.fill("#code", read_code(operator))
    page.fill("#new", NEW_WORD)
    page.fill("#again", NEW_WORD)
    who.snap("register-10-forgot")
    page.click(SEND)
    page.wait_for_url("**/login/**")
    who.login(NEW_PHONE, NEW_WORD)
