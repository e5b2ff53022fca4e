"""Login by somebody else's word: set up by an administrator, linked once, used ever after (OpenID Connect); docs/paths/openid.md."""

from __future__ import annotations

import pytest

from app.rules.codes.person import resident_check_char
from tests.browser.newcomer import SEND, WORD, log_out, register
from tests.views.openid_server import SECRET, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server, a real provider and a real Chromium

NUMBER = "44020319980203004" + resident_check_char("44020319980203004")
NAME, LOGIN = "江望月", "jiangwangyue"
PROVIDER = "省统一身份认证（测试）"


def test_linked_once_and_logged_in_ever_after(visit, server):
    with running() as provider:
        provider.person = {"sub": "yue-1", "name": NAME, "id_number": NUMBER}
        admin, operator, who = visit("sysadmin"), visit("operator"), visit()
        _set_up(admin, provider)
        page = who.page
        register(who, operator, server, phone="19955550011", name=NAME, number=NUMBER, username=LOGIN)
        log_out(who)
        way = page.get_by_role("link", name=PROVIDER)
        who.snap("openid-2-login")
        way.click()
        page.wait_for_url("**/openid/found/**")
        assert NAME not in page.inner_text("main") and NUMBER not in page.content()
        who.snap("openid-3-not-linked")
        page.click(SEND)
        page.fill("input[name=username]", LOGIN)
        page.fill("input[name=password]", WORD)
        page.click("form button[type=submit]")
        page.wait_for_url("**/openid/found/**")
        who.snap("openid-4-confirm")
        page.click(SEND)
        page.wait_for_url("**/openid/")
        assert PROVIDER in page.inner_text("main")
        who.snap("openid-5-linked")
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, "the button fits a telephone"
        page.set_viewport_size({"width": 1366, "height": 768})
        _once_more(page)
        who.go("/me/")
        assert "L3" in page.inner_text("main")
        who.snap("openid-6-level")
        log_out(who)
        page.get_by_role("link", name=PROVIDER).click()
        page.wait_for_selector("#todo, .h-stats")
        assert NAME in page.inner_text(".g-top")
        who.snap("openid-7-home")
        provider.lies = {"nonce": "another"}
        log_out(who)
        page.get_by_role("link", name=PROVIDER).click()
        page.wait_for_selector("main")
        assert "/openid/callback" in page.url, "a lie logs nobody in"
        who.snap("openid-8-refused")
        who.forgive(403)
        who.foreign = [url for url in who.foreign if not url.startswith(provider.url)]
        _end(admin)
    for window in (who, admin, operator):
        window.clean()


def _once_more(page) -> None:
    """Ended and linked again from the own page: a form may not lead a browser elsewhere, so a page in between does."""
    page.click("button:has-text('解除关联')")
    page.wait_for_selector("button:has-text('关联此账号')")
    page.click("button:has-text('关联此账号')")
    page.wait_for_url("**/openid/found/**")
    page.click(SEND)
    page.wait_for_selector("button:has-text('解除关联')")


def _set_up(admin, provider) -> None:
    page = admin.page
    admin.go("/identityproviderview/add")
    typed = {
        "code": "test-idp", "name_zh": PROVIDER, "name_en": "Provincial login (test)", "issuer": provider.url,
        "client_id": "gongjiu", "client_secret": SECRET, "level": "3",
    }  # fmt: skip
    for field, value in typed.items():
        page.fill(f"main [name={field}]", value)
    if not page.is_checked("main [name=active]"):
        page.check("main [name=active]")
    page.evaluate("scrollTo(0, 0)")
    admin.snap("openid-1-provider")
    page.click(".g-act button[type=submit]")
    page.wait_for_url(lambda url: "/add" not in url)


def _end(admin) -> None:
    """Nobody is offered a provider that is gone."""
    page = admin.page
    admin.go("/identityproviderview/list/?q=test-idp")
    page.locator("main table tbody th a").first.click()
    page.wait_for_selector(".g-id")
    page.locator("main a[href*='/edit/']").first.click()
    page.wait_for_selector("main [name=active]")
    page.uncheck("main [name=active]")
    page.click(".g-act button[type=submit]")
    page.wait_for_url(lambda url: "/edit/" not in url)
