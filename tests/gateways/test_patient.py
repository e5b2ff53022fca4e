"""The server's worker by itself, around an application that only echoes: what is sent fast, slowly, in parts, or too much of."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.gateways import patient, untaken

ROOT = Path(__file__).resolve().parents[2]
LONG = 5_000_000  # bytes: more than any system keeps for a connection
ECHO = f"""
import os
FILM = os.path.join(os.environ["DATA_DIR"], "film")

def pieces():
    for number in range(5):
        yield bytes([number]) * 1_000_000

def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/film":
        start_response("200 OK", [("Content-Length", "{LONG}")])
        return environ["wsgi.file_wrapper"](open(FILM, "rb"))
    if path == "/made":
        start_response("200 OK", [("Content-Length", "{LONG}")])
        return pieces()
    body = environ["wsgi.input"].read() if path == "/echo" else b"x" * 300_000 if path == "/page" else b"here"
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""


class Wire:
    """A connection on which bytes are sent as they are."""

    def __init__(self, port: int, window: int = 0) -> None:
        self.socket = socket.socket()
        self.socket.settimeout(8)
        if window:  # of what it would take without asking for it; said before the first byte
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1000)  # as over a real network
        self.socket.connect(("127.0.0.1", port))

    def send(self, *pieces: bytes, pause: float = 0.0) -> None:
        """`pause`: lets the server read a piece by itself, as a slow sender would; nothing is waited for."""
        for piece in pieces:
            self.socket.sendall(piece)
            time.sleep(pause)

    def answer(self) -> tuple[str, bytes]:
        """Status and body of the next answer; ("", b"") where the server has closed."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            one = self.socket.recv(1)
            if not one:
                return "", b""
            head += one
        if head.startswith(b"HTTP/1.1 100"):
            return "100", b""
        length = next(int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length"))
        body = b""
        while len(body) < length:
            body += self.socket.recv(length - len(body))
        return head.split()[1].decode(), body

    def closed(self) -> bool:
        """Whether the server has nothing more to say."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True


@pytest.fixture(scope="module")
def port(tmp_path_factory) -> Iterator[int]:
    """A server of one process with two threads, whose requests have a second for their head."""
    home = tmp_path_factory.mktemp("patient")
    (home / "echo_app.py").write_text(ECHO)
    (home / "film").write_bytes(b"".join(bytes([number]) * 1_000_000 for number in range(5)))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    env = os.environ | {
        "DATA_DIR": str(home), "PORT": str(number), "WORKERS": "1", "THREADS": "2", "REQUEST_SECONDS": "1",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{home}",
    }  # fmt: skip
    words = [sys.executable, "-m", "gunicorn", "--worker-class", "app.gateways.patient.PatientWorker", "--threads", "2"]
    server = subprocess.Popen([*words, "--bind", f"127.0.0.1:{number}", "echo_app:app"], cwd=home, env=env)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", number)).close()
            break
        except OSError:
            time.sleep(0.1)
    else:
        server.kill()
        pytest.fail("the server has not begun to listen")
    yield number
    server.terminate()
    assert server.wait(15) == 0


def post(body: bytes, *more: bytes) -> bytes:
    lines = [b"POST /echo HTTP/1.1", b"Host: x", b"Content-Length: %d" % len(body), *more]
    return b"\r\n".join(lines) + b"\r\n\r\n"


@pytest.fixture
def wire(port) -> Iterator[Callable[..., Wire]]:
    """Makes connections, which end with the test."""
    made: list[Wire] = []

    def make(window: int = 0) -> Wire:
        made.append(Wire(port, window))
        return made[-1]

    yield make
    for one in made:
        one.socket.close()


GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def test_one_request_after_another_on_one_connection(wire):
    line = wire()
    for body in (b"a", b"", b"b" * 70_000):
        line.send(post(body) + body)
        assert line.answer() == ("200", body)
    line.send(GET + GET + post(b"later"))  # sent before the answers were read, the last without its body
    assert [line.answer() for _ in range(2)] == [("200", b"here")] * 2
    line.send(b"later")
    assert line.answer() == ("200", b"later")


def test_a_body_larger_than_what_stays_in_memory_arrives_as_it_was_sent(wire):
    body = os.urandom(3_000_000)
    line = wire()
    line.send(post(body), body[:1_000_000], body[1_000_000:], pause=0.05)
    assert line.answer() == ("200", body)


def test_the_sender_is_told_to_go_on_once(wire):
    line = wire()
    line.send(post(b"abc", b"Expect: 100-continue"))
    assert line.answer()[0] == "100"
    line.send(b"abc")
    assert line.answer() == ("200", b"abc")


def test_pieces_whose_number_nobody_said(wire):
    line = wire()
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    line.send(head, b"3\r\nabc\r\n", b"2\r\nde\r\n", b"0\r\n\r\n", pause=0.05)
    assert line.answer() == ("200", b"abcde")
    line.send(head + b"5\r\n0\r\n\r\n\r\n", b"1\r\nx\r\n0\r\n\r\n", pause=0.3)  # what looks like the end in the midst
    assert line.answer() == ("200", b"0\r\n\r\nx")


def test_a_head_without_end_is_too_large(wire):
    line = wire()
    line.send(b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000)
    assert line.answer()[0] == "431"
    assert line.closed()


def test_more_than_is_taken_is_not_read_and_the_connection_is_no_longer_good(wire):
    line = wire()
    line.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000000\r\n\r\n" + GET)
    assert line.answer() == ("200", b"here")
    assert line.closed(), "what followed was the body, and is no request"


def test_a_body_that_the_application_left_unread_is_no_next_request(wire):
    line = wire()
    body = GET * 1000  # more than the server reads at once
    line.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body), body)
    assert line.answer() == ("200", b"here")
    assert line.closed()


@pytest.mark.parametrize(
    "start", [b"GET / HTTP/1.1\r\nHost: x\r\n", post(b"x" * 10), GET[:3]], ids=["head", "body", "line"]
)
def test_whoever_sends_drop_by_drop_is_told_and_left(wire, start):
    line = wire()
    line.send(start)
    begun = time.monotonic()
    try:
        while time.monotonic() - begun < 6:
            line.send(b"x: y\r\n"[:1], pause=0.2)
            if len(line.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) or b"") == 1:
                break
    except BlockingIOError:
        pytest.fail("nobody asked")
    except ConnectionError:
        pass
    assert time.monotonic() - begun < 4


def test_twenty_of_them_hold_nobody_up(wire):
    slow = [wire() for _ in range(20)]
    for number, line in enumerate(slow):
        line.send(GET[:20] if number % 2 else post(b"x" * 100_000) + b"x")
    begun = time.monotonic()
    for _ in range(5):
        line = wire()
        line.send(GET)
        assert line.answer() == ("200", b"here")
    assert time.monotonic() - begun < 0.9


def test_whoever_never_closes_after_the_answer_holds_nobody_up(wire):
    """An answered connection is drained for two seconds: not by the one who accepts all others."""
    lingering = [wire() for _ in range(6)]
    for line in lingering:
        line.send(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert [line.answer()[0] for line in lingering] == ["200"] * 6
    begun = time.monotonic()
    line = wire()
    line.send(GET)
    assert line.answer() == ("200", b"here")
    assert time.monotonic() - begun < 1


def test_whoever_takes_no_page_holds_nobody_up(wire):
    """Of each answer the system keeps the rest: twenty who read nothing, on two threads."""
    made = [wire(4096) for _ in range(20)]
    for one in made:
        one.send(GET.replace(b"/ ", b"/page "))
    begun = time.monotonic()
    other = wire()
    other.send(GET)
    assert other.answer() == ("200", b"here")
    assert time.monotonic() - begun < 2
    assert made[-1].answer()[1] == b"x" * 300_000, "nothing of it is lost"


@pytest.mark.parametrize("path", [b"/film ", b"/made "])
def test_whoever_takes_a_long_answer_slowly_holds_nobody_up(wire, path):
    """Twenty who read nothing of five million bytes, a file or made piece by piece, on two threads."""
    made = [wire(65_536) for _ in range(20)]
    for one in made:
        one.send(GET.replace(b"/ ", path))
    other = wire()
    for _ in range(3):
        begun = time.monotonic()
        other.send(GET)
        assert other.answer() == ("200", b"here")
        assert time.monotonic() - begun < 2
    made[-1].send(GET)  # the next request on the line waits for its turn
    status, body = made[-1].answer()
    assert (status, len(body)) == ("200", LONG)
    assert [body[at] for at in range(0, LONG, 1_000_000)] == list(range(5)), "nothing of it is lost or in another order"
    assert made[-1].answer() == ("200", b"here")


def test_whoever_goes_away_in_the_midst_of_an_answer_harms_nobody(wire):
    for path in (b"/film ", b"/made ", b"/page "):
        line = wire(4096)
        line.send(GET.replace(b"/ ", path))
        line.socket.recv(1000)
        line.socket.close()
    line = wire()
    line.send(GET)
    assert line.answer() == ("200", b"here")


def pair():
    """Our end of a connection and the other one, which takes nothing by itself."""
    ours, theirs = socket.socketpair()
    found = patient.Gathered(fileno=ours.detach())
    found.setblocking(True)
    return found, theirs


def test_the_rest_of_an_answer_waits_in_its_order(tmp_path):
    (tmp_path / "film").write_bytes(b"film" * 500_000)
    ours, theirs = pair()
    with ours, theirs:
        with (tmp_path / "film").open("rb") as film:
            ours.sendall(b"a" * 700_000)
            assert ours.sendfile(film, 4, 1_000_000) == 1_000_000
        (tmp_path / "film").unlink()  # neither closing nor removing it takes it away from its receiver
        ours.sendall(b"z" * 500)
        got = b""
        while ours.rest or len(got) < 1_700_500:
            with suppress(BlockingIOError):
                ours.push()
            got += theirs.recv(65_536)
        assert got == b"a" * 700_000 + b"film" * 250_000 + b"z" * 500
        assert ours.sent == 1_700_500 and ours.rest.kept == 0


def test_nothing_overtakes_what_waits(monkeypatch):
    """Even where room comes up between the look and the sending."""
    ours, theirs = pair()
    with ours, theirs:
        ours.sendall(b"a" * 2_000_000)
        monkeypatch.setattr(ours, "_hurry", lambda: theirs.recv(1_000_000))
        ours.sendall(b"z")
        assert ours.rest.kept + ours.sent == 2_000_001
        got = b""
        theirs.settimeout(5)
        while not got.endswith(b"z"):
            with suppress(BlockingIOError):
                ours.push()
            got += theirs.recv(65_536)
        assert set(got[:-1]) == {ord("a")}


def test_more_of_an_answer_than_can_wait_ends_it(monkeypatch):
    monkeypatch.setattr(untaken, "LARGEST", 1_000_000)
    ours, theirs = pair()
    with ours, theirs:
        with pytest.raises(ConnectionResetError):
            for _ in range(50):
                ours.sendall(b"x" * 100_000)
        assert not ours.rest


def test_a_file_that_has_become_shorter_ends_the_answer(tmp_path):
    (tmp_path / "film").write_bytes(b"x" * 100)
    ours, theirs = pair()
    with ours, theirs, (tmp_path / "film").open("rb") as film, pytest.raises(ConnectionResetError):
        ours.sendfile(film, 0, 200)


@pytest.fixture
def worker() -> Iterator[patient.PatientWorker]:
    """A worker that has begun nothing: only its books."""
    made = patient.PatientWorker.__new__(patient.PatientWorker)
    made.reading, made.taking, made.nr_conns, made.alive = {}, {}, 0, True
    made.poller = selectors.DefaultSelector()
    made._accepting, made.sockets = True, []
    yield made
    made.poller.close()


def waiting(worker: patient.PatientWorker) -> tuple[patient.Patient, socket.socket]:
    """A connection with an answer that nobody takes."""
    ours, theirs = pair()
    conn = patient.Patient(None, ours, ("", 0), ("", 0))
    worker.nr_conns += 1
    ours.sendall(b"x" * 2_000_000)
    worker.finish_request(conn, object())
    return conn, theirs


def test_an_answer_that_is_not_taken_in_its_time_is_left(worker, monkeypatch):
    """The more of it was taken, the longer the rest may wait."""
    conn, theirs = waiting(worker)
    with theirs:
        now = time.monotonic()
        earned = conn.sock.sent / patient.TAKING
        assert not conn.late(now + patient.SENDING + earned - 1)
        worker.murder_pending()
        assert list(worker.taking) == [conn]
        monkeypatch.setattr(patient.time, "monotonic", lambda: now + patient.SENDING + earned + 1)
        worker.murder_pending()
        assert not worker.taking and worker.nr_conns == 0 and conn.sock.fileno() == -1


def test_where_too_many_take_slowly_or_too_much_is_kept_for_them_the_oldest_goes(worker, monkeypatch):
    monkeypatch.setattr(patient, "TAKERS", 2)
    made = [waiting(worker) for _ in range(3)]
    assert list(worker.taking) == [conn for conn, _line in made[1:]]
    monkeypatch.setattr(patient, "TOGETHER", 2_000_000)
    worker.murder_pending()
    assert list(worker.taking) == [made[2][0]]
    worker._drop(made[2][0])
    for _conn, theirs in made:
        theirs.close()


def test_without_a_file_to_open_the_oldest_makes_room_and_then_nobody_is_let_in(worker):
    class Full:
        def accept(self):
            raise OSError(errno.EMFILE, "too many open files")

    _conn, theirs = waiting(worker)
    with theirs:
        worker.accept(Full())
        assert not worker.taking and worker._accepting
        worker.accept(Full())
        assert not worker._accepting, "until the next second"
