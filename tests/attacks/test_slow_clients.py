"""Whoever sends drop by drop to the server that run.py starts is waited for by nobody: others are served meanwhile."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import free_port

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 4  # for the head of a request
SLOW = 20
OTHERS = 2.0  # seconds in which anybody else has an answer, on a machine with other work
HEAD = b"GET /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
BODY = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 90000\r\n\r\n"


@pytest.fixture
def port(fresh_db, data_dir) -> Iterator[int]:
    """The server as run.py starts it, on a database that is prepared: one process with two threads."""
    number = free_port()
    env = os.environ | {
        "DATABASE_URL": fresh_db, "DATA_DIR": str(data_dir), "PORT": str(number), "DEMO": "0", "SCHEDULER": "0",
        "WORKERS": "1", "THREADS": "2", "REQUEST_SECONDS": str(SECONDS), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    words = [sys.executable, "-m", "gunicorn", "--config", "python:app.gateways.gunicorn", "app:create_app()"]
    server = subprocess.Popen(words, cwd=ROOT, env=env)
    end = time.monotonic() + 60
    while time.monotonic() < end and not answered(number, "/healthz"):
        time.sleep(0.2)
    yield number
    server.send_signal(signal.SIGTERM)
    server.wait(30)


def answered(number: int, path: str) -> float:
    """Seconds until a page was there; 0 where none came."""
    begun = time.monotonic()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{number}{path}", timeout=20) as answer:
            answer.read()
    except OSError:
        return 0.0
    return time.monotonic() - begun


def drip(lines: list[socket.socket]) -> None:
    """One more byte on each; those that the server has left are skipped."""
    for line in lines:
        try:
            line.sendall(b"x")
        except OSError:
            continue


def left(line: socket.socket) -> bool:
    """Whether the server says its last word here, in the time it has for a head and as much again."""
    line.settimeout(2 * SECONDS)
    try:
        while line.recv(4096):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


@pytest.mark.slow
def test_twenty_who_send_drop_by_drop_stop_nobody(port):
    """Slow: a real server, and as long as it waits for them. Twenty send headers, twenty more a body."""
    answered(port, "/login/")  # the first page is made once for everybody
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(2 * SLOW)]
    try:
        for number, line in enumerate(lines):
            line.sendall((HEAD, BODY)[number % 2])
        times, until = [], time.monotonic() + SECONDS - 1
        while time.monotonic() < until:
            drip(lines)
            times += [answered(port, "/login/"), answered(port, "/healthz")]
            time.sleep(0.2)  # drop by drop
        assert len(times) >= 4 and all(0 < one < OTHERS for one in times), times
        # A body has as long as its size takes beyond the head's time: this one ten seconds more.
        assert all(left(line) for line in lines[::2])
    finally:
        for line in lines:
            line.close()
    assert 0 < answered(port, "/login/") < OTHERS


def said(number: int, head: bytes, pieces: list[bytes]) -> bytes:
    """The first line of the answer to what is sent; b"" where the line is closed without a word."""
    with socket.create_connection(("127.0.0.1", number)) as line:
        line.settimeout(20)
        try:
            line.sendall(b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head + b"\r\n\r\n")
            for piece in pieces:
                line.sendall(piece)
        except OSError:
            pass  # it has said already that this is enough
        try:
            return line.recv(4096).split(b"\r\n")[0]
        except ConnectionError:
            return b""


FORM = b"Content-Type: application/x-www-form-urlencoded"


@pytest.mark.slow
def test_bodies_that_lie_about_their_length_are_refused_and_harm_nobody(port):
    """Slow: a real server. Pieces without a length in all, two lengths, pieces beside a length, a length that is none."""
    piece = b"40000\r\n" + b"a=" + b"x" * (0x40000 - 2) + b"\r\n"
    long = said(port, FORM + b"\r\nTransfer-Encoding: chunked", [piece] * 12 + [b"0\r\n\r\n"])
    assert long.split()[1:2] in ([b"400"], [b"413"]), long
    both = said(port, FORM + b"\r\nTransfer-Encoding: chunked\r\nContent-Length: 5", [b"0\r\n\r\n"])
    assert both.split()[1:2] in ([b"400"], []), both
    two = said(port, FORM + b"\r\nContent-Length: 5\r\nContent-Length: 50", [b"a=bcd"])
    assert two.split()[1:2] in ([b"400"], []), two
    for length in (b"-1", b"5x", b"0x10", b"99999999999999999999"):
        assert said(port, FORM + b"\r\nContent-Length: " + length, [b"a=bcd"]).split()[1:2] in ([b"400"], [b"413"], [])
    broken = said(port, FORM + b"\r\nTransfer-Encoding: chunked", [b"zz\r\nabc\r\n0\r\n\r\n"])
    assert broken.split()[1:2] in ([b"400"], []), broken
    assert 0 < answered(port, "/login/") < 20
