"""Makes docs/screens.md: every screen of every role's menu with its way, its use, its keys and a picture; then what the
menus do not show (`screen_scenes.py`) and other looks.

Usage: screens.py [FOLDER] [--url URL]   (default docs/pictures/screens and a demo instance of its own; Chromium on the PATH)
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from screen_scenes import LOOKS, WORK, Scene
from screen_words import KEYS_OF, PURPOSE, ROLES
from screenshots import FLAGS, Camera, save, serve

HEAD = """# 各角色的界面 · Screens, role by role

Made by `make screens` from the demo world. 每个角色列出菜单里的每个界面：怎么到、做什么、按键、图。
A picture stands where a screen is met first; roles see the same screen with their own rows and buttons.

按键在每页按 `?` 可查，也可整体关闭。Keys are listed on every page by `?` and can be switched off.

"""
ENTRIES = """() => [...document.querySelectorAll('.g-side li a')].map(a => {
  const group = a.closest('ul').previousElementSibling;
  return [group && group.tagName === 'H2' ? group.textContent.trim() : '', a.textContent.trim(), a.getAttribute('href')];
})"""
KEYS = "() => [...document.querySelectorAll('#keys dl > div')].map(d => [d.children[0].innerText, d.children[1].innerText])"


def shot(page: Page, path: Path) -> None:
    """One picture, after what is fetched later has come."""
    page.wait_for_selector('.htmx-request, [hx-trigger="load"]', state="detached")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(200)
    save(page, path)


def part(address: str) -> str:
    """The first part of an address: what PURPOSE knows a screen by."""
    return address.strip("/").split("/")[0].split("?")[0]


def keys(page: Page) -> str:
    """The page's own keys, as its help names them; those of every page are said once at the top."""
    found = [key for key, _word in page.evaluate(KEYS) if key not in ("Ctrl K", "?")]
    return " ".join(f"`{key}`" for key in found)


def pairs(pictures: list[tuple[str, str]]) -> Iterable[str]:
    """Two pictures a line, each with its words."""
    for n in range(0, len(pictures), 2):
        two = pictures[n : n + 2]
        cells = "".join(
            f'<td width="50%"><a href="pictures/screens/{name}"><img src="pictures/screens/{name}" alt="{words}"></a>'
            f"<br>{words}</td>"
            for name, words in two
        )
        yield f"<table><tr>{cells}</tr></table>"
        yield ""


def tour(camera: Camera, login: str, words: str, seen: dict[tuple[str, str], str]) -> list[str]:
    """The chapter of a role. A home always gets its own picture."""
    page = camera.page(login)
    page.goto(f"{camera.url}/?lang=en")
    english = page.evaluate(ENTRIES)
    page.goto(f"{camera.url}/?lang=zh")
    lines = [
        f"## {words}",
        "",
        f"登录 login `{login}`",
        "",
        "| 菜单 Menu | 用途 For | 按键 Keys | 图 |",
        "|---|---|---|---|",
    ]
    pictures = []
    for (group, label, address), (group_en, label_en, _same) in zip(page.evaluate(ENTRIES), english, strict=True):
        home = address == "/"
        key = (part(address), f"{login if home else label}")
        new = key not in seen
        page.goto(f"{camera.url}{address}")
        if new:
            name = seen[key] = f"{login}-home.webp" if home else f"{login}-{part(address)}.webp"
            shot(page, camera.folder / name)
            pictures.append((name, f"{label} · {label_en}"))
        if part(address) not in PURPOSE:
            print(f"NO WORDS for {address} in screen_words.py", file=sys.stderr)
        zh, en = PURPOSE.get(part(address), ("", ""))
        way = f"{group} → {label}<br>{group_en} → {label_en}" if group else f"{label}<br>{label_en}"
        lines.append(f"| {way} | {zh}<br>{en} | {keys(page)} | [见 see](pictures/screens/{seen[key]}) |")
    page.context.close()
    return [*lines, "", *pairs(pictures)]


def look(camera: Camera, scene: Scene) -> None:
    """One scene in its look."""
    page = camera.page(scene.login or None, width=scene.width, height=768 if scene.width > 700 else 844)
    page.add_init_script(
        f"localStorage.setItem('gj-theme', '{scene.theme}'); localStorage.setItem('gj-size', '{scene.size}');"
    )
    page.context.add_cookies(
        [{"name": f"gj-{k}", "value": v, "url": camera.url} for k, v in (("theme", scene.theme), ("size", scene.size))]
    )
    page.goto(f"{camera.url}/login/?lang={scene.lang}" if not scene.login else f"{camera.url}/?lang={scene.lang}")
    page.goto(f"{camera.url}{scene.address}")
    scene.steps(page)
    shot(page, camera.folder / f"{scene.name}.webp")
    page.context.close()


def scenes(camera: Camera, title: str, wanted: Iterable[Scene]) -> list[str]:
    """A chapter of scenes; one that cannot be played is told, and the rest goes on."""
    pictures = []
    for scene in wanted:
        try:
            look(camera, scene)
        except Exception as fault:  # noqa: BLE001 - a picture that is missing must not cost the others
            print(f"MISSING {scene.name}: {str(fault).splitlines()[0]}", file=sys.stderr)
        else:
            pictures.append((f"{scene.name}.webp", scene.words))
    return [f"## {title}", "", *pairs(pictures)]


def chapters(camera: Camera) -> list[str]:
    """The whole page."""
    seen: dict[tuple[str, str], str] = {}
    text = [HEAD, "| 哪里 Where | 按键 Keys |", "|---|---|", *(f"| {where} | {keys} |" for where, keys in KEYS_OF), ""]
    for login, words in ROLES.items():
        text += tour(camera, login, words, seen)
    text += scenes(camera, "怎么用 · At work", WORK)
    return text + scenes(camera, "手机、深色、关怀版、English · Other looks", LOOKS)


def main() -> int:
    """Starts (or takes what runs at --url), tours, writes, stops."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "pictures" / "screens")
    parser.add_argument("--url", default="")
    wanted = parser.parse_args()
    shutil.rmtree(wanted.folder, ignore_errors=True)
    wanted.folder.mkdir(parents=True)
    home = Path(tempfile.mkdtemp(prefix="gongjiu-screens-"))
    process, url = (None, wanted.url.rstrip("/")) if wanted.url else serve(home / "data")
    try:
        with sync_playwright() as engine:
            browser = engine.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            text = "\n".join(chapters(Camera(browser, url, wanted.folder)))
            browser.close()
    finally:
        if process:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        shutil.rmtree(home, ignore_errors=True)
    (ROOT / "docs" / "screens.md").write_text(text.rstrip() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
