"""The server's worker: a thread only makes answers. Whoever sends or takes slowly is waited for by the poller and holds none.

A request is read whole before a thread gets it; what of an answer is not taken at once is sent by the poller when the thread
has done. A connection that keeps us waiting beyond its time is closed, and where too many wait the oldest goes first: one
that sends and takes as fast as it can is never among those.
"""

from __future__ import annotations

import errno
import os
import re
import resource
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from gunicorn.workers.gthread import TConn, ThreadWorker

from app.gateways.bodies import reading
from app.gateways.untaken import Untaken
from config import settings

HEAD: Final = 64 * 1024  # bytes of a request's head
PIECE: Final = 64 * 1024  # bytes that are read at once
IN_MEMORY: Final = 256 * 1024  # of a body; the rest waits in a temporary file
RATE: Final = 8 * 1024  # bytes a second that a body has to come with, beyond the first seconds
CHUNKS: Final = 5  # seconds a thread waits for the rest of a body whose length nobody said
SENDING: Final = 30  # seconds in which an answer is to be taken, and beyond them as long as it is taken with
TAKING: Final = 8 * 1024  # bytes a second
BUFFER: Final = 1024 * 1024  # bytes of an answer that the system keeps for a connection
LINGER: Final = 2  # seconds an answered connection is drained, lest the answer be lost
MOST: Final = 512  # requests of a worker that are still being read
TAKERS: Final = 256  # answers of a worker that are still being taken
TOGETHER: Final = 1024**3  # bytes of the one, and of the other
FILES: Final = 4096  # open files of a worker, where the system lets it
_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*([^\r\n]*)", re.I)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.I)
_EXPECT: Final = re.compile(rb"\r\nexpect[ \t]*:[ \t]*100-continue[ \t]*(?=\r\n)", re.I)
_LAST: Final = re.compile(rb"(?:^|\r\n)0+(?:;[^\r\n]*)?\r\n(?:[^\r\n]+\r\n)*\r\n$")
_NOTHING: Final = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED})
_FULL: Final = frozenset({errno.EMFILE, errno.ENFILE})


class Gathered(socket.socket):
    """A socket whose reader finds what was read beforehand, and whose writer never waits."""

    held: Any = None
    until = 0.0  # so long the reader may wait for more
    cut = False  # something was still to come when the reader was told that it is the end
    sent = 0  # bytes of this answer that were taken

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rest = Untaken()

    def take(self, size: int, flags: int = 0) -> bytes:
        """What is there, without waiting. Raises BlockingIOError; EOFError where the other side has closed."""
        found = super().recv(size, flags)
        if not found:
            raise EOFError
        return found

    def recv(self, size: int, flags: int = 0) -> bytes:
        """What was read beforehand, then for a moment what still comes; then it is the end."""
        found: bytes = self.held.read(size) if self.held is not None else b""
        if found:
            return found
        left = self.until - time.monotonic()
        if left > 0:
            self.settimeout(left)
            try:
                return super().recv(size, flags)
            except TimeoutError:
                pass
            finally:
                self.settimeout(0.0)
        self.cut = True
        return b""

    def setblocking(self, flag: bool) -> None:
        """Nobody is waited for here."""
        self.settimeout(0.0)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """What is taken at once; the rest is kept for the poller."""
        self._keep(memoryview(data).cast("B"))

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """The same for a file."""
        size = os.fstat(file.fileno()).st_size - offset if count is None else count
        with self._given_up():
            self.rest.add_file(file.fileno(), offset, size)
            self._hurry()
        return size

    def push(self) -> bool:
        """Sends a block of the rest; whether that was all. Raises OSError, BlockingIOError."""
        with self._given_up():
            if self.rest:
                self.sent += self.rest.send(self)
            return not self.rest

    def _keep(self, data: memoryview) -> None:
        with self._given_up():
            self._hurry()
            while data and not self.rest:
                try:
                    done = self.send(data)
                except BlockingIOError:
                    break
                self.sent += done
                data = data[done:]
            self.rest.add(data)

    def _hurry(self) -> None:
        with suppress(BlockingIOError):
            while not self.push():
                pass

    @contextmanager
    def _given_up(self) -> Iterator[None]:
        """A connection that is no longer there is owed nothing."""
        try:
            yield
        except (BlockingIOError, InterruptedError):
            raise
        except OSError:
            self.rest.close()
            raise

    def close(self) -> None:
        """With what it still holds for its receiver."""
        self.rest.close()
        super().close()


class Patient(TConn):
    """A connection and what has come of its present request."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.data_ready = True  # a thread gets it when everything is there
        self.begin(0.0)

    def begin(self, seconds: float) -> None:
        """Waits for a request, which has so many seconds for its head."""
        self.ends, self.head, self.size = time.monotonic() + seconds, b"", 0
        self.need: int | None = None  # bytes of the body that are still to come; -1: until its last chunk
        self.over = ""  # status with which the connection is refused
        self.tail, self.sock.until, self.sock.cut = b"", 0.0, False
        self.sock.sent = 0
        if self.sock.held is not None:
            self.sock.held.close()
        self.sock.held = None

    def whole(self, largest: int, seconds: float) -> bool:
        """Reads what is there; whether the request is complete, or never will be. Raises OSError, EOFError."""
        if self.need is None and not self._whole_head(largest, seconds):
            return bool(self.over)
        while self.need:
            piece = self.sock.take(PIECE if self.need < 0 else min(PIECE, self.need))
            self._hold(piece)
            if self.need > 0:
                self.need -= len(piece)
            elif _LAST.search(self.tail) or self.size > largest:
                self.need, self.sock.until = 0, time.monotonic() + CHUNKS
        self.sock.held.seek(0)
        return True

    def _whole_head(self, largest: int, seconds: float) -> bool:
        """Never a byte more than the head: what follows may be the next request."""
        while not self.head.endswith(_END):
            seen = self.sock.take(PIECE, socket.MSG_PEEK)
            end = (self.head[-3:] + seen).find(_END)
            self.head += self.sock.take(len(seen) if end < 0 else end + len(_END) - len(self.head[-3:]))
            if len(self.head) > HEAD:
                self.over = "431 Request Header Fields Too Large"
                return False
        self._measure(largest, seconds)
        return True

    def _measure(self, largest: int, seconds: float) -> None:
        """How much is still to come. A length that is none, and a body too large, are told to the sender by a thread."""
        lengths = _LENGTH.findall(self.head)
        said = lengths[0].strip() if len(lengths) == 1 else b""
        self.need = int(said) if said.isdigit() and len(said) < 16 else 0
        if _CHUNKED.search(self.head):
            self.need = -1
        elif self.need > largest:
            self.need = 0
        self.ends = time.monotonic() + seconds + max(self.need, 0) / RATE
        self.sock.held = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the next request or the end closes it
        asked = 0
        if self.need:
            self.head, asked = _EXPECT.subn(b"", self.head)
        self.sock.held.write(self.head)
        if asked:
            with suppress(OSError):  # whoever does not hear it sends after a while, as everybody may
                self.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _hold(self, piece: bytes) -> None:
        self.sock.held.write(piece)
        self.size += len(piece)
        self.tail = (self.tail + piece)[-1024:]

    def late(self, now: float) -> bool:
        """Whether its answer has been waiting for longer than what was taken of it is worth."""
        return now > self.ends + self.sock.sent / TAKING

    def close(self, graceful: bool = False) -> None:
        """At once: whoever is to get the end of an answer is waited for by the worker (`PatientWorker.finish_request`)."""
        if self.sock.held is not None:
            self.sock.held.close()
        super().close()


class PatientWorker(ThreadWorker):
    """Reads requests in its poller and gives them to threads when they are whole."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        config = settings()
        self.seconds, self.largest = config["REQUEST_SECONDS"], config["MAX_CONTENT_LENGTH"]
        self.reading: dict[Patient, Any] = {}  # the oldest first; what to do when there is something to read
        self.taking: dict[Patient, Any] = {}  # the oldest first; what its thread has ended with

    def init_process(self) -> None:
        """As many open files as connections may ask for, where the system's own bound is low."""
        least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if 0 <= least < FILES:
            resource.setrlimit(resource.RLIMIT_NOFILE, (FILES if most < 0 else min(FILES, most), most))
        super().init_process()

    def load_wsgi(self) -> None:
        """With bodies that tell a wrong one from a fault."""
        super().load_wsgi()
        self.wsgi = reading(self.wsgi)

    def accept(self, listener: Any) -> None:
        """A new connection; its request is waited for here."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in _FULL:
                self._make_room()
            elif error.errno not in _NOTHING:
                raise
            return
        self.nr_conns += 1
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        conn = Patient(self.cfg, Gathered(fileno=client.detach()), address, listener.getsockname())
        self._begin(conn)

    def _make_room(self) -> None:
        """No file is left to open: the oldest that waits goes, and the next second is time enough to ask again."""
        for conns in (self.taking, self.reading):
            if conns:
                self._drop(next(iter(conns)))
                return
        self.set_accept_enabled(False)

    def on_client_socket_readable(self, conn: Patient, client: Any) -> None:
        """The next request of a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._begin(conn)

    def _begin(self, conn: Patient) -> None:
        conn.begin(self.seconds)
        self.reading[conn] = None
        while len(self.reading) > MOST:
            self._drop(next(iter(self.reading)))
        if conn in self.reading:
            self._read(conn)

    def _read(self, conn: Patient, _socket: Any = None) -> None:
        try:
            whole = conn.whole(self.largest, self.seconds)
        except (BlockingIOError, InterruptedError):
            whole = False
        except (OSError, EOFError):
            self._drop(conn)
            return
        if conn.over:
            self._drop(conn, conn.over)
        elif whole:
            self._leave(conn)
            self.enqueue_req(conn)
        else:
            self._watch(conn, self._read)

    def _watch(self, conn: Patient, then: Any) -> None:
        if self.reading.get(conn) is None:
            self.reading[conn] = then
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(then, conn))

    def _leave(self, conn: Patient) -> None:
        if self.reading.pop(conn, None) is not None or self.taking.pop(conn, None) is not None:
            self.poller.unregister(conn.sock)

    def _drop(self, conn: Patient, status: str = "") -> None:
        """Closes it, with a word where one is due and somebody listens."""
        self._leave(conn)
        if status:
            with suppress(OSError):
                conn.sock.send(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())
        self.nr_conns -= 1
        conn.close()

    def finish_request(self, conn: Patient, fs: Any) -> None:
        """A thread has done. What of its answer was not taken yet is sent from here."""
        if not conn.sock.rest:
            self._end(conn, fs)
            return
        conn.ends = time.monotonic() + SENDING
        self.taking[conn] = fs
        self.poller.register(conn.sock, selectors.EVENT_WRITE, partial(self._deliver, conn))
        while len(self.taking) > TAKERS:
            self._drop(next(iter(self.taking)))

    def _deliver(self, conn: Patient, _socket: Any = None) -> None:
        try:
            done = conn.sock.push()
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._drop(conn)
            return
        if done:
            fs = self.taking[conn]
            self._leave(conn)
            self._end(conn, fs)

    def _end(self, conn: Patient, fs: Any) -> None:
        """After the answer: the next request is waited for, or the other side has a moment to take the end of the answer."""
        kept = not fs.cancelled() and fs.exception() is None and fs.result() and not conn.sock.cut
        if kept and not conn.sock.held.read(1):
            super().finish_request(conn, fs)
            return
        conn.begin(LINGER)
        self.reading[conn] = None
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        self._drain(conn)

    def _drain(self, conn: Patient, _socket: Any = None) -> None:
        try:
            while conn.size < PIECE:
                conn.size += len(conn.sock.take(PIECE))
        except (BlockingIOError, InterruptedError):
            self._watch(conn, self._drain)
        except (OSError, EOFError):
            self._drop(conn)
        else:
            self._drop(conn)

    def murder_pending(self) -> None:
        """Closes those whose time is over, and the oldest of those that are too much together; when stopping, the silent ones."""
        now, held = time.monotonic(), sum(conn.size for conn in self.reading)
        for conn in list(self.reading):
            silent = not conn.head and not conn.size
            if now > conn.ends or held > TOGETHER or (silent and not self.alive):
                held -= conn.size
                self._drop(conn, "" if silent else "408 Request Timeout")
        kept = sum(conn.sock.rest.kept for conn in self.taking)
        for conn in list(self.taking):
            if conn.late(now) or kept > TOGETHER:
                kept -= conn.sock.rest.kept
                self._drop(conn)
