"""Opens every menu page as every demo login and keeps a screenshot of each: for people who judge screens.

Usage: tour.py URL FOLDER [--width 1366] [--lang zh] [--only user ...]
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.rules.demo import LOGINS, PASSWORD

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> int:
    """Prints a line per page: status, faults in the browser, address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--width", type=int, default=1366)
    parser.add_argument("--lang", default="zh")
    parser.add_argument("--only", nargs="*", default=[])
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    bad = 0
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, _words in LOGINS:
            if wanted.only and name not in wanted.only:
                continue
            bad += visit(browser, wanted, name)
        browser.close()
    return 1 if bad else 0


def visit(browser, wanted, name: str) -> int:
    """One login's pages."""
    context = browser.new_context(viewport={"width": wanted.width, "height": 768 if wanted.width > 700 else 844})
    page, faults, bad = context.new_page(), [], 0
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.goto(f"{wanted.url}/login/?lang={wanted.lang}")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button[type=submit], form button.btn-primary")
    page.wait_for_selector(".g-side", state="attached")
    links = page.eval_on_selector_all(".g-side a", "found => found.map(a => a.getAttribute('href'))")
    for href in dict.fromkeys(["/", *links]):
        faults.clear()
        answer = page.goto(wanted.url + href)
        status = answer.status if answer else 0
        shot = re.sub(r"\W+", "_", f"{name}_{href}").strip("_")
        page.screenshot(path=wanted.folder / f"{shot}.png")
        wrong = status >= 400 or faults
        bad += bool(wrong)
        print(f"{'BAD' if wrong else 'ok '} {status} {name} {href} {faults or ''}", flush=True)
    context.close()
    return bad


if __name__ == "__main__":
    sys.exit(main())
