"""Makes the pictures of the README by walking its path in a real browser against a demo instance of its own.

Usage: screenshots.py [FOLDER]   (default docs/pictures; needs Chromium on the PATH)
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.rules.dates import today
from app.rules.demo import PASSWORD

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TITLE = "仓储管理员"
UNDO = 5  # seconds: the notice leaves after them
COLOURS = 160  # a page keeps its text sharp in few colours
LARGEST = 60_000  # bytes; a page with photographs grows larger that way and loses some sharpness instead


def serve(data_dir: Path) -> tuple[subprocess.Popen, str]:
    """A demo instance on a port of its own, ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {
        "DATA_DIR": str(data_dir),
        "PORT": str(port),
        "DEMO": "1",
        "UNDO_SECONDS": str(UNDO),
        "WORKERS": "1",
    }
    process = subprocess.Popen([sys.executable, "run.py"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    url, end = f"http://127.0.0.1:{port}", time.monotonic() + 300
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):  # noqa: S310 - loopback only
                return process, url
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError("the demo instance did not start")


def save(page: Page, path: Path) -> None:
    """What the window shows, as a small WebP."""
    seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    few = seen.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    few.save(path, "WEBP", lossless=True, method=6)
    for quality in (60, 45, 30):
        if path.stat().st_size <= LARGEST:
            return
        seen.save(path, "WEBP", quality=quality, method=6)


class Camera:
    """Somebody's browser and where the pictures go."""

    def __init__(self, browser, url: str, folder: Path) -> None:
        self.browser, self.url, self.folder = browser, url, folder
        self.logins: dict[str | None, object] = {}  # a password is hashed slowly on purpose: once for each

    def page(self, login: str | None = None, width: int = 1366, height: int = 768) -> Page:
        """A window, logged in if a name is given."""
        window = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", storage_state=self.logins.get(login)
        )
        page = window.new_page()
        if login and login not in self.logins:
            page.goto(f"{self.url}/login/")
            page.fill("input[name=username]", login)
            page.fill("input[name=password]", PASSWORD)
            page.click("form button.btn-primary")
            page.wait_for_selector(".g-side", state="attached")
            self.logins[login] = window.storage_state()
        return page

    def take(self, page: Page, name: str) -> None:
        """One picture."""
        page.wait_for_timeout(400)
        save(page, self.folder / f"{name}.webp")


def pick(page: Page, name: str, words: str, text: str) -> None:
    """Chooses from a remote select."""
    control = page.locator(f"select[name={name}] + .ts-wrapper")
    control.click()
    control.locator("input").fill(words)
    page.locator(f".ts-dropdown .option:has-text('{text}')").first.click()


def walk(camera: Camera) -> None:
    """The README's path, a picture at each step."""
    url = camera.url
    page = camera.page()
    page.goto(f"{url}/login/")
    camera.take(page, "1-login")
    sender = camera.page("handler")
    sender.goto(f"{url}/postingview/add")
    for name, value in {
        "title": TITLE, "headcount": "2", "address": "金海公路 8 号", "pay_min": "5000", "pay_max": "6500",
        "description": "负责仓库货物的收发、登记与盘点，保持库区整洁有序，配合配送人员装卸。",
        "requirements": "能吃苦耐劳，有仓储经验者优先。", "valid_until": (today() + timedelta(days=30)).isoformat(),
    }.items():  # fmt: skip
        sender.fill(f"[name={name}]", value)
    sender.select_option("[name=education]", "senior")
    pick(sender, "region", "奉贤", "奉贤区")
    sender.evaluate("scrollTo(0, 0)")
    camera.take(sender, "2-form")
    sender.click("button[name=then][value=submit]")
    sender.wait_for_url("**/postingview/show/*")
    number = sender.url.rsplit("/", 1)[1].split("?")[0]
    camera.take(sender, "3-submitted")
    decide(camera, number)
    for _ in range(30):
        sender.goto(f"{url}/messageview/list/")
        good = sender.locator(f"tbody a:has-text('{TITLE}')").filter(has_text="通过")
        if good.count():
            good.first.click()
            break
        sender.wait_for_timeout(1000)
    camera.take(sender, "6-message")
    sender.goto(f"{url}/postingview/list/")
    camera.take(sender, "7-list")
    others(camera)


def decide(camera: Camera, number: str) -> None:
    """The reviewer's key, and the public page."""
    reviewer = camera.page("reviewer2")
    reviewer.goto(f"{camera.url}/desk/?kind=posting")
    reviewer.locator(".g-q a", has_text=TITLE).last.click()
    reviewer.wait_for_selector(f".g-ev h2:has-text('{TITLE}')")
    camera.take(reviewer, "4-desk")
    reviewer.keyboard.press("a")
    reviewer.wait_for_selector(".g-toast")
    outside = camera.page(width=390, height=844)
    outside.goto(f"{camera.url}/portal/postings/{number}")
    camera.take(outside, "5-public-phone")


def others(camera: Camera) -> None:
    """The desk on pictures and on a change."""
    reviewer = camera.page("reviewer")
    reviewer.goto(f"{camera.url}/desk/?kind=unit_media")
    camera.take(reviewer, "8-desk-picture")
    south = camera.page("reviewer.sg")
    south.goto(f"{camera.url}/desk/?kind=unit_change")
    camera.take(south, "9-desk-change")


def main() -> int:
    """Starts, walks, stops."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="gongjiu-pictures-"))
    process, url = serve(home / "data")
    try:
        with sync_playwright() as engine:
            browser = engine.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            walk(Camera(browser, url, folder))
            browser.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
