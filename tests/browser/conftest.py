"""A real server with the demo world, and a real Chromium."""

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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from app.rules.demo import PASSWORD
from tests.browser import violations

ROOT = Path(__file__).resolve().parents[2]
HINT = "no Chromium found: apt-get install -y chromium fonts-noto-cjk"


def chromium_path() -> str | None:
    """The browser on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next((found for n in names if (found := shutil.which(n))), None)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Server:
    """A running instance."""

    url: str
    data_dir: Path
    process: subprocess.Popen

    def flask(self, *words: str) -> subprocess.CompletedProcess:
        """Runs a `flask --app app ...` command on the same data directory."""
        env = os.environ | {"DATA_DIR": str(self.data_dir)}
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *words],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
        )


def start(data_dir: Path, port: int = 0, **env: str) -> Server:
    """`run.py` on a port of its own (or this one), waited for until it is ready: the first start builds the demo world."""
    port = port or free_port()
    with (data_dir.parent / f"{data_dir.name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "run.py"],
            cwd=ROOT,
            env=os.environ
            | {
                "DATA_DIR": str(data_dir),
                "PORT": str(port),
                "WORKERS": "1",
                "UNDO_SECONDS": "8",
                "PROOF_MINUTES": "120",
                "IDLE_MINUTES": "120",  # longer than any run: a login is used by many tests
                "STAFF_IDLE_MINUTES": "120",
            }
            | env,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url, end = f"http://127.0.0.1:{port}", time.monotonic() + 600
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return Server(url, data_dir, process)
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    process.kill()
    raise RuntimeError((data_dir.parent / f"{data_dir.name}.log").read_text(errors="replace")[-4000:])


def stop(server: Server) -> None:
    """SIGTERM, as a service manager would."""
    server.process.send_signal(signal.SIGTERM)
    try:
        server.process.wait(30)
    except subprocess.TimeoutExpired:
        server.process.kill()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One demo world for all browser tests; BROWSER_DATA_DIR names where it lies, or where it is made and stays.

    `make test` names a directory for both of its runs, so that the second finds what the first has built.
    """
    kept = os.environ.get("BROWSER_DATA_DIR")
    home = Path(kept).parent if kept else Path(tempfile.mkdtemp(prefix="gongjiu-browser-"))
    running = start(Path(kept) if kept else home / "data", DEMO="1")
    yield running
    stop(running)
    if not kept:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def browser():
    """Chromium, headless. Without one: skipped with the line that installs it; in CI a failure."""
    path = chromium_path()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(HINT)
        pytest.skip(HINT)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        running = engine.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                  "--disable-component-update", "--disable-sync"],
        )  # fmt: skip
        yield running
        running.close()


class Visit:
    """One person's browser window: everything odd that happens in it is kept."""

    def __init__(
        self,
        browser,
        url: str,
        width: int = 1366,
        height: int = 768,
        locale: str = "zh-CN",
        state=None,
        motion: str = "no-preference",
    ) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            timezone_id="Asia/Shanghai",
            storage_state=state,
            reduced_motion=motion,
        )
        self.page = self.context.new_page()
        self.url, self.faults, self.foreign = url, [], []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on(
            "request", lambda r: self.foreign.append(r.url) if not r.url.startswith((url, "data:", "blob:")) else None
        )

    def login(self, username: str, password: str = PASSWORD) -> Visit:
        """Through the form, as everybody."""
        self.page.goto(f"{self.url}/login/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.page.click("form button[type=submit]")
        self.page.wait_for_selector(".g-side", state="attached")
        return self

    def go(self, path: str):
        """Opens a page of the site."""
        return self.page.goto(f"{self.url}{path}")

    def snap(self, name: str) -> None:
        """The step of a path: nothing there that axe-core finds, and a picture for docs/paths when `make paths` asks for it."""
        assert violations.seen(self.page, name) == []
        if folder := os.environ.get("PATHS_DIR"):
            picture = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
            picture.save(Path(folder) / f"{name}.webp", "WEBP", quality=70, method=6)

    def forgive(self, status: int) -> None:
        """Drops the browser's own note of an answer with this status that a test asked for."""
        self.faults = [f for f in self.faults if f"status of {status} " not in f]

    def clean(self) -> None:
        """No script error, nothing blocked by the policy, no request that left this machine."""
        assert self.faults == []
        assert self.foreign == []

    def close(self) -> None:
        self.context.close()


@pytest.fixture(scope="session")
def cookies() -> dict[str, dict]:
    """User name -> the cookies of a login: the password is hashed slowly on purpose, so once per user."""
    return {}


@pytest.fixture
def visit(browser, server, cookies):
    """visit("reviewer") -> a logged-in window; closed after the test."""
    opened: list[Visit] = []

    def open_as(username: str | None = None, **options) -> Visit:
        window = Visit(browser, server.url, state=cookies.get(username), **options)
        opened.append(window)
        if username and username not in cookies:
            window.login(username)
            cookies[username] = window.context.storage_state()
        return window

    yield open_as
    for window in opened:
        window.close()
