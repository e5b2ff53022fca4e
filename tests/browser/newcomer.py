"""What somebody at a browser does before being known: reads the captcha, and the SMS on the outbox screen."""

from __future__ import annotations

import json
import re

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
