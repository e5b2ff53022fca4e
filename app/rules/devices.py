"""What kind of device a browser says it runs on, in a few words. It is a hint for people, never a proof."""

from __future__ import annotations

from typing import Final, NamedTuple

COMPUTER, PHONE, TABLET, PROGRAM = "computer", "phone", "tablet", "program"
# The first word found counts: the browsers of others call themselves Chrome and Safari too.
_BROWSERS: Final = (
    ("MicroMessenger", "WeChat"),
    ("AlipayClient", "Alipay"),
    ("QQBrowser", "QQ Browser"),
    ("360SE", "360"),
    ("UCBrowser", "UC Browser"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


class Device(NamedTuple):
    """Kind of a device, and browser and system by their own names."""

    kind: str
    name: str


def _first(text: str, table: tuple[tuple[str, str], ...]) -> str:
    return next((name for sign, name in table if sign in text), "")


def device_of(user_agent: str) -> Device:
    """The device behind a User-Agent header; what calls itself nothing known is a program."""
    text = user_agent[:400]
    browser, system = _first(text, _BROWSERS), _first(text, _SYSTEMS)
    name = " · ".join(part for part in (browser, system) if part)
    if not browser:
        return Device(PROGRAM, name)
    if "iPad" in text or "Tablet" in text or ("Android" in text and "Mobile" not in text):
        return Device(TABLET, name)
    return Device(PHONE if "Mobile" in text or "iPhone" in text else COMPUTER, name)
