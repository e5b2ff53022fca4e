"""Starting and stopping as an administrator does it: quick the second time, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Server, start

pytestmark = [pytest.mark.slow, pytest.mark.alone]  # real processes are started and stopped, by the clock

READY_SECONDS = 5  # a second start of the product, by the clock on the wall
TRIES = 3  # somebody else may have the processor just then; a start that is slow by itself is slow three times
GRACE = 25  # seconds in which a stop must be through; gunicorn lets running requests end for 20


def processes(server: Server) -> dict[int, str]:
    """What runs for this server: everything that was given its data directory, and its descendants."""
    home, found, parents = str(server.data_dir).encode(), {}, {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes()
            given = (entry / "environ").read_bytes().split(b"\0")
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile, or belongs to somebody else
            continue
        parents[int(entry.name)] = int(stat[1])
        if stat[0] != "Z" and (home in words or b"DATA_DIR=" + home in given):
            found[int(entry.name)] = words.replace(b"\0", b" ").decode(errors="replace")
    for pid, parent in sorted(parents.items()):
        if parent in found:
            found.setdefault(pid, "child")
    found.pop(os.getppid(), None)
    return found


def idle(server: Server) -> bool:
    """Nobody listens on the port any more."""
    port = int(server.url.rsplit(":", 1)[1])
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def gone(pids: dict[int, str]) -> dict[int, str]:
    """Those that still run after the grace."""
    end = time.monotonic() + GRACE
    while (left := {p: w for p, w in pids.items() if Path(f"/proc/{p}").exists()}) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def started(server: Server) -> float:
    """Starts the shared server again on its port; seconds by the clock until it was ready."""
    began = time.monotonic()
    again = start(server.data_dir, int(server.url.rsplit(":", 1)[1]), DEMO="1")
    took = time.monotonic() - began
    server.process = again.process
    return took


@pytest.fixture
def running(server) -> Iterator[Server]:
    """The shared server; whatever a test did to it, it runs on its port for the next one."""
    yield server
    if server.process.poll() is not None:
        started(server)


def told(server: Server, how: str) -> None:
    """SIGTERM of a service manager, SIGINT to run.py, or Ctrl-C, which a terminal sends to everything it runs."""
    if how == "Ctrl-C":
        for pid, words in processes(server).items():
            if "gunicorn" in words or "run.py" in words:
                os.kill(pid, signal.SIGINT)
    else:
        server.process.send_signal(signal.Signals[how])


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "Ctrl-C"])
def test_a_stop_leaves_nothing_and_the_next_start_is_quick(running, how):
    there = processes(running)
    assert any("gunicorn" in words for words in there.values()), there
    if "DATABASE_URL" not in os.environ:
        assert any("postgres" in words for words in there.values()), there
    told(running, how)
    assert running.process.wait(GRACE) == 0
    assert gone(there) == {}
    assert processes(running) == {}
    assert idle(running)
    took = [started(running)]
    while took[-1] >= READY_SECONDS and len(took) < TRIES:
        told(running, "SIGTERM")
        assert running.process.wait(GRACE) == 0
        took.append(started(running))
    assert took[-1] < READY_SECONDS, f"ready after {took} s"


def test_commands_work_on_the_same_data_while_the_server_runs(server):
    done = server.flask("ledger", "verify")
    assert (done.returncode, done.stdout[:2]) == (0, "ok"), done.stderr
    with urllib.request.urlopen(f"{server.url}/readyz", timeout=10) as answer:
        assert answer.status == 200, "a command that ends must not stop the server's database"
