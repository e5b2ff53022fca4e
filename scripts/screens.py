"""Makes docs/screens.md: every screen of every role's menu, with a picture where the role that does most there sees it.

Usage: screens.py [FOLDER]   (default docs/pictures/screens; needs Chromium on the PATH; a demo instance of its own)
"""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from screenshots import FLAGS, Camera, serve

from app.rules.demo import LOGINS

QUALITY = 60  # JPEG: text stays readable, a page stays below 100 KB
ROLES = (
    "reviewer2", "lead", "school", "owner", "handler", "agency", "seeker", "student", "operator", "sysadmin", "secadmin",
    "auditor",
)  # fmt: skip
# Besides the menus: how the same screens look elsewhere. (picture, login, address, width, theme, size, words)
LOOKS = (
    ("phone-list", "handler", "/postingview/list/", 390, "light", "normal", "列表在手机上变成卡片 · a list on a phone"),
    ("phone-desk", "reviewer2", "/desk/", 390, "light", "normal", "手机上的审核台 · the desk on a phone"),
    ("dark-desk", "reviewer2", "/desk/", 1366, "dark", "normal", "深色审核台 · the desk in the dark theme"),
    ("dark-home", "lead", "/", 1366, "dark", "normal", "深色主管首页 · a lead's home in the dark theme"),
    ("large-list", "handler", "/postingview/list/", 1366, "light", "large", "关怀版 · large type"),
    ("english-form", "handler", "/postingview/add?lang=en", 1366, "light", "normal", "English form"),
)


def shot(page: Page, path: Path) -> None:
    """One picture, after what is fetched later has come."""
    page.wait_for_selector('.htmx-request, [hx-trigger="load"]', state="detached")
    page.wait_for_timeout(300)
    page.screenshot(path=path, type="jpeg", quality=QUALITY)


def entries(page: Page) -> list[tuple[str, str, str]]:
    """(group, label, address) of the side menu."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.g-side li a')].map(a => {
          let group = a.closest('ul').previousElementSibling;
          return [group && group.tagName === 'H2' ? group.textContent.trim() : '', a.textContent.trim(), a.getAttribute('href')];
        })"""
    )


def tour(camera: Camera, folder: Path) -> list[str]:
    """The chapters of the page, one a role. A screen is pictured where it is met first; homes always."""
    words, seen, chapters = dict(LOGINS), {}, []
    for login in ROLES:
        page = camera.page(login)
        page.goto(f"{camera.url}/")
        lines = [f"## {words[login]}", ""]
        for n, (group, label, address) in enumerate(entries(page)):
            own = address == "/" or address not in seen
            name = seen.setdefault(address, f"{login}-{n}.jpg") if address != "/" else f"{login}-home.jpg"
            if own:
                page.goto(f"{camera.url}{address}")
                shot(page, folder / name)
            title = f"{group} → {label}" if group else label
            lines.append(
                f"- **{title}**"
                + (f"<br>![{label}](pictures/screens/{name})" if own else f" · [见 see](pictures/screens/{name})")
            )
        chapters += [*lines, ""]
        page.context.close()
    return chapters


def looks(camera: Camera, folder: Path) -> list[str]:
    """Phone, dark theme, large type, English."""
    lines = ["## 其他外观 · other looks", ""]
    for name, login, address, width, theme, size, words in LOOKS:
        page = camera.page(login, width=width, height=768 if width > 700 else 844)
        values: list[Any] = [
            {"name": f"gj-{k}", "value": v, "url": camera.url} for k, v in (("theme", theme), ("size", size))
        ]
        page.context.add_cookies(values)
        page.goto(f"{camera.url}{address}")
        page.evaluate(
            "([t, s]) => { localStorage.setItem('gj-theme', t); localStorage.setItem('gj-size', s); }", [theme, size]
        )
        page.reload()
        shot(page, folder / f"{name}.jpg")
        lines.append(f"- **{words}**<br>![{words}](pictures/screens/{name}.jpg)")
        page.context.close()
    return [*lines, ""]


def main() -> int:
    """Starts, tours, writes, stops."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures" / "screens"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    home = Path(tempfile.mkdtemp(prefix="gongjiu-screens-"))
    process, url = serve(home / "data")
    try:
        with sync_playwright() as engine:
            browser = engine.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            camera = Camera(browser, url, folder)
            head = [
                "# Screens, role by role · 各角色的界面",
                "",
                "Made by `scripts/screens.py` from the demo world (`make screens`).",
                "",
            ]
            text = "\n".join([*head, *tour(camera, folder), *looks(camera, folder)])
            browser.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        shutil.rmtree(home, ignore_errors=True)
    (ROOT / "docs" / "screens.md").write_text(text.rstrip() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
