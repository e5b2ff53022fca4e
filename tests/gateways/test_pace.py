"""Counters of limits in a real Redis: shared by processes, told to the caller, and gone without harm."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.gateways import pace
from app.gateways.pace import Pace
from tests.api.test_api_keys import asks, made
from tests.browser.conftest import free_port
from tests.views.people import browser

ROOT = Path(__file__).resolve().parents[2]
HINT = "no Redis found: apt-get install -y redis-server"
HITS = "from app.gateways.pace import Pace; p = Pace('{url}'); print([p.hit('k', 5).allowed for _ in range(4)].count(True))"


class Redis:
    """A server of its own on the loopback, that keeps nothing."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        words = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(self.home),
        ]
        self.process = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while time.monotonic() < end and "PONG" not in self.says("ping"):
            time.sleep(0.05)

    def says(self, *words: str) -> str:
        asked = ["redis-cli", "-p", str(self.port), *words]
        return subprocess.run(asked, capture_output=True, text=True, timeout=5).stdout

    def stop(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait(5)


@pytest.fixture
def redis(tmp_path) -> Iterator[Redis]:
    """Without one: skipped with the line that installs it; in CI a failure."""
    if shutil.which("redis-server") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HINT)
    running = Redis(tmp_path)
    yield running
    running.stop()


def test_two_processes_share_one_counter(redis):
    words = [sys.executable, "-c", HITS.format(url=redis.url)]
    both = [subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sum(int(one.communicate(timeout=30)[0]) for one in both) == 5
    answer = Pace(redis.url).hit("k", 5)
    assert not answer.allowed and answer.left == 0 and 0 < answer.seconds <= 60
    assert Pace(redis.url).hit("another", 5).allowed


def test_a_key_beyond_its_pace_is_told_when_to_come_back_by_every_process(app, session, redis, monkeypatch):
    monkeypatch.setitem(app.extensions, "pace", Pace(redis.url))
    key = made(browser(app, session, "operator"), "school:read", per_minute="2")
    assert [asks(app, key).status_code for _ in range(2)] == [200, 200]
    monkeypatch.setitem(app.extensions, "pace", Pace(redis.url))  # as another process would
    refused = asks(app, key)
    assert (refused.status_code, refused.json["code"]) == (429, "key_pace")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert "gongjiu" in redis.says("keys", "*")


def test_its_loss_stops_nobody_and_its_return_is_noticed(redis, monkeypatch, caplog):
    shared = Pace(redis.url)
    assert [shared.hit("k", 2).allowed for _ in range(3)] == [True, True, False]
    redis.stop()
    assert [shared.hit("k", 2).allowed for _ in range(3)] == [True, True, False], "the process counts for itself"
    assert caplog.text.count("the shared counter is away") == 1
    redis.start()
    monkeypatch.setattr(pace.time, "monotonic", lambda now=time.monotonic: now() + pace.RETRY)
    assert shared.hit("k", 2).allowed
    assert "gongjiu" in redis.says("keys", "*")


def test_one_that_hangs_holds_a_request_up_for_a_moment_only(redis):
    shared = Pace(redis.url)
    shared.hit("k", 2)
    redis.process.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    assert [shared.hit("k", 2).allowed for _ in range(3)] == [True, True, False]
    assert time.monotonic() - begun < 3 * pace.PATIENCE
