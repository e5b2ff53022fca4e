"""My QR code on the telephone, read at the counter: once, within a minute, and masked (TJ-65); docs/paths/my-code.md."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # a real server and a real Chromium


def test_shown_on_the_telephone_and_read_at_the_counter(visit):
    who, counter = visit("seeker", width=390, height=844), visit("reviewer")
    page = who.page
    who.go("/my-code/")
    who.snap("my-code-1-shown")
    text = page.text_content("main code")
    held = page.locator("main img").screenshot()
    desk = counter.page
    counter.go("/scan/")
    counter.snap("my-code-2-counter")
    desk.set_input_files("#picture", {"name": "code.png", "mimeType": "image/png", "buffer": held})
    desk.click("main .btn-primary")
    desk.wait_for_selector("main [role=status]")
    assert "*" in desk.inner_text("main [role=status] dl")
    counter.snap("my-code-3-read")
    desk.fill("#code", text)
    desk.click("main .btn-primary")
    desk.wait_for_selector("main [role=alert]")
    counter.snap("my-code-4-once")
    counter.forgive(409)
    for window in (who, counter):
        window.clean()
