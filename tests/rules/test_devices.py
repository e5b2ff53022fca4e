"""What a browser says of itself, in a few words."""

import pytest

from app.rules.devices import device_of

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "kind", "name"),
    [
        (CHROME, "computer", "Chrome · Windows"),
        (f"{CHROME} Edg/140.0.0.0", "computer", "Edge · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "computer", "Firefox · Linux"),
        (f"{IPHONE} Version/18.0 Mobile/15E148 Safari/604.1", "phone", "Safari · iOS"),
        (f"{IPHONE} Mobile/15E148 MicroMessenger/8.0.50", "phone", "WeChat · iOS"),
        ("Mozilla/5.0 (Linux; Android 14; V2) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "phone", "Chrome · Android"),
        ("Mozilla/5.0 (Linux; Android 14; Pad) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "tablet", "Chrome · Android"),
        ("Werkzeug/3.1", "program", ""),
        ("", "program", ""),
        ("<script>" * 500, "program", ""),
    ],
)  # fmt: skip
def test_a_device_in_words(said, kind, name):
    assert device_of(said) == (kind, name)
