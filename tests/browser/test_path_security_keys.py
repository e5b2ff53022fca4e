"""A member of staff enrols a device with the code handed over, adds a security key, and logs in with it (virtual authenticator)."""

from __future__ import annotations

import re
import time

import pytest

from app.rules import second_factor as rules
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium

WORD = "Erste-2026-Leitung"


def password(page, url: str, name: str) -> None:
    page.goto(f"{url}/login/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", WORD)
    page.click("main form button[type=submit]")


def test_enrolled_by_a_code_and_in_by_a_key(browser, server):
    name = f"key{int(time.time())}"
    made = server.flask(
        "create-admin", "--username", name, "--name", "钥匙", "--email", f"{name}@example.cn", "--password", WORD
    )
    handed = re.search(r"[a-z2-9]{5}-[a-z2-9]{5}", made.stdout)[0]
    window = Visit(browser, server.url.replace("127.0.0.1", "localhost"))
    page, url = window.page, window.url
    try:
        password(page, url, name)
        page.wait_for_url("**/second-factor/**")
        window.snap("security-keys-1-enrol")
        secret = "".join(page.locator("code").first.inner_text().split())
        page.fill("#enrolment", "aaaaa-bbbbb")
        page.fill("#code", rules.code_at(secret, time.time()))
        page.click("main form button[type=submit]")
        assert page.locator("[role=alert]").first.is_visible()
        window.forgive(401)
        secret = "".join(page.locator("code").first.inner_text().split())
        page.fill("#enrolment", handed)
        page.fill("#code", rules.code_at(secret, time.time()))
        page.click("main form button[type=submit]")
        page.get_by_text(re.compile(r"^[a-z2-9]{5}-[a-z2-9]{5}$")).first.wait_for()

        tool = window.context.new_cdp_session(page)
        tool.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        tool.send(
            "WebAuthn.addVirtualAuthenticator",
            {"options": options | {"isUserVerified": True, "automaticPresenceSimulation": True}},
        )
        window.go("/factor/")
        page.click("a[href$='/factor/key']")
        page.fill("#name", "办公电脑")
        window.snap("security-keys-2-add")
        page.click("main form button[type=submit]")
        page.wait_for_url("**/factor/")
        assert page.get_by_text("办公电脑").is_visible()
        window.snap("security-keys-3-list")

        window.context.clear_cookies()
        password(page, url, name)
        page.wait_for_url("**/second-factor/**")
        key = page.locator("form[data-webauthn=get] button")
        window.snap("security-keys-4-login")
        sent = []
        page.on("request", lambda r: sent.append(r.post_data or "") if r.method == "POST" else None)
        key.click()
        page.wait_for_selector(".g-side", state="attached")
        assert any("credential=" in body for body in sent)

        window.context.clear_cookies()  # the same answer once more, in another login: its challenge was used
        password(page, url, name)
        page.wait_for_url("**/second-factor/**")
        again = next(body for body in sent if "credential=" in body)
        replay = re.search(r"credential=([^&]+)", again)[1]
        page.evaluate(
            """said => { const f = document.querySelector('form[data-webauthn=get]');
            f.elements.credential.value = decodeURIComponent(said.replace(/\\+/g, ' ')); HTMLFormElement.prototype.submit.call(f); }""",
            replay,
        )
        page.wait_for_selector(".g-note.bad[role=alert]:not([hidden])")
        assert "/second-factor/" in page.url
        window.forgive(401)
        window.clean()
    finally:
        window.close()
