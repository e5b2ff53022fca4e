"""What somebody at a browser does before being known: reads the captcha, and the SMS on the outbox screen."""

from __future__ import annotations

import io
import json
import re

from PIL import Image

from app.gateways import vault


def read_captcha(server, page) -> None:
    """Types the digits of the picture. The test holds the key of the server it has started."""
    keys = json.loads((server.data_dir / "secrets.json").read_text())
    head = page.input_value("[name=captcha_token]").rpartition(".")[0]
    mark = vault.from_settings(keys["FIELD_KEYS"], keys["INDEX_KEY"]).blind(head, "captcha.answer")
    page.fill("[name=captcha]", f"{int(mark[:15], 16) % 10**5:05d}")


def read_code(operator) -> str:
    """The code of the newest SMS, as the outbox shows it in a demonstration on the own machine."""
    operator.go("/dispatchview/list/")
    return re.search(r"验证码 (\d{6})", operator.page.text_content("main table tbody"))[1]


SEND = "main .btn-primary"
WORD = "Bamboo-2026"


def ask_code(who, server, path: str, phone: str, snap: str = "") -> None:
    """By a page that asks for a phone and the digits of the picture: the SMS is on its way afterwards."""
    who.go(path)
    who.page.fill("#phone", phone)
    read_captcha(server, who.page)
    if snap:
        who.snap(snap)
    who.page.click(SEND)


def register(who, operator, server, *, phone: str, name: str, number: str, username: str) -> None:
    """Somebody new registers as a seeker and is logged in afterwards."""
    page = who.page
    ask_code(who, server, "/register/", phone)
    page.wait_for_url("**/register/details")
    page.fill("#code", read_code(operator))
    for field, typed in (
        ("name", name),
        ("id_number", number),
        ("username", username),
        ("password", WORD),
        ("again", WORD),
    ):
        page.fill(f"#{field}", typed)
    page.check("#agreed")
    page.click(SEND)
    page.wait_for_selector("text=注册成功")


def log_out(who) -> None:
    """By the menu in the head."""
    who.page.click(".g-top summary.g-hat")
    who.page.click(".g-pop button:has-text('退出')")
    who.page.wait_for_url("**/login/**")


def photograph(seed: int) -> dict:
    """A jpg for an upload, another one for each number."""
    made = io.BytesIO()
    Image.effect_noise((900, 620), seed).convert("RGB").save(made, "JPEG", quality=80)
    return {"name": f"IMG_{seed}.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}
