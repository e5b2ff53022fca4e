"""One gunicorn on a free port of the loopback: started, waited for, looked at, ended. No other process is touched."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = os.sysconf("SC_PAGE_SIZE")
FLOOR, OURS = "bench.floor:made()", "bench.ours:made()"
WORKER = {OURS: "app.gateways.patient.PatientWorker"}  # as in production; the floor has the usual one
ARENAS = {"MALLOC_ARENA_MAX": "2"}  # as run.py sets it
READY = 120  # seconds in which a server must answer


def used(pid: int) -> float:
    """Seconds of processor time of a process, all threads, to the nanosecond."""
    return sum(int(one.read_text().split()[0]) for one in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def children(pid: int) -> list[int]:
    """The processes a process has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Server:
    """A running server: where it listens, and its processes."""

    port: int
    process: subprocess.Popen[bytes]
    took: float = 0.0  # seconds from its start to its first answer

    def workers(self) -> list[int]:
        """The processes that answer."""
        return children(self.process.pid)

    def cpu(self) -> float:
        """Seconds of processor time its workers have used."""
        return sum(used(pid) for pid in self.workers())

    def memory(self) -> float:
        """Resident megabytes of its largest worker."""
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.workers()]
        return max(pages) * PAGE / 1e6


@contextmanager
def serving(application: str, env: dict[str, str], *, workers: int = 1, path: str = "/readyz") -> Iterator[Server]:
    """`application` served by one gunicorn, with threads as in production."""
    port = free_port()
    words = ["--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", "8"]
    words += [
        "--worker-class",
        WORKER.get(application, "gthread"),
        "--keep-alive",
        "900",
        "--log-level",
        "warning",
        "--preload",
        application,
    ]
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "gunicorn", *words], cwd=ROOT, env=ARENAS | os.environ | env)
    server = Server(port, process)
    try:
        _wait(server, path)
        server.took = time.monotonic() - began
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(server: Server, path: str) -> None:
    end = time.monotonic() + READY
    while time.monotonic() < end and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=10) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    raise RuntimeError("a server of the bench did not start")
