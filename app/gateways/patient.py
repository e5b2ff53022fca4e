"""The server's worker: a request is read whole before a thread takes it, so that whoever sends slowly holds none.

Connections wait in the poller of the worker; one that keeps everybody waiting beyond its time is closed, and where too many
wait the oldest goes first: a request that is sent as fast as it can be is never among those.
"""

from __future__ import annotations

import errno
import re
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from gunicorn.workers.gthread import TConn, ThreadWorker

from config import settings

HEAD: Final = 64 * 1024  # bytes of a request's head
PIECE: Final = 64 * 1024  # bytes that are read at once
IN_MEMORY: Final = 256 * 1024  # of a body; the rest waits in a temporary file
RATE: Final = 8 * 1024  # bytes a second that a body has to come with, beyond the first seconds
CHUNKS: Final = 5  # seconds a thread waits for the rest of a body whose length nobody said
SENDING: Final = (
    30  # seconds a thread waits in all for whoever takes an answer, and beyond them as long as it is taken with
)
TAKING: Final = 32 * 1024  # bytes a second
BUFFER: Final = (
    1024 * 1024
)  # bytes of an answer that the system keeps for a connection: pages hold no thread, however slowly taken
BLOCK: Final = 256 * 1024  # bytes of a file that are sent before the time is looked at
LINGER: Final = 2  # seconds an answered connection is drained, lest the answer be lost
MOST: Final = 512  # requests of a worker that are still being read
TOGETHER: Final = 1024**3  # bytes of them
_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*([^\r\n]*)", re.I)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.I)
_EXPECT: Final = re.compile(rb"\r\nexpect[ \t]*:[ \t]*100-continue[ \t]*(?=\r\n)", re.I)
_LAST: Final = re.compile(rb"(?:^|\r\n)0+(?:;[^\r\n]*)?\r\n(?:[^\r\n]+\r\n)*\r\n$")
_NOTHING: Final = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED})


class Gathered(socket.socket):
    """A socket whose reader finds what was read beforehand, and no more than that."""

    held: Any = None
    until = 0.0  # so long the reader may wait for more
    cut = False  # something was still to come when the reader was told that it is the end
    sent, waited = 0, 0.0  # bytes of this answer, and seconds in which they were taken

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
        left, usual = self.until - time.monotonic(), self.gettimeout()
        if left > 0:
            self.settimeout(left)
            try:
                return super().recv(size, flags)
            except TimeoutError:
                pass
            finally:
                self.settimeout(usual)
        self.cut = True
        return b""

    def setblocking(self, flag: bool) -> None:
        """Nobody who takes an answer slowly is waited for without end."""
        self.settimeout(SENDING if flag else 0.0)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """All of it, in the time that is left for the answer."""
        with self._taken(memoryview(data).nbytes):
            super().sendall(data, flags)

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """The same for a file, block by block."""
        done = 0
        while count is None or done < count:
            block = BLOCK if count is None else min(BLOCK, count - done)
            with self._taken(block):
                found = super().sendfile(file, offset + done, block)
            done += found
            if found < block:
                break
        return done

    @contextmanager
    def _taken(self, size: int) -> Iterator[None]:
        """Only the time in which something is sent counts, not that in which an answer is made."""
        left = SENDING + self.sent / TAKING - self.waited
        begun = time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            self.settimeout(left)
            yield
        except TimeoutError as late:
            raise ConnectionResetError(errno.ECONNRESET, "the answer was not taken") from late
        self.waited += time.monotonic() - begun
        self.sent += size


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
        self.sock.sent, self.sock.waited = 0, 0.0
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

    def accept(self, listener: Any) -> None:
        """A new connection; its request is waited for here."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in _NOTHING:
                raise
            return
        self.nr_conns += 1
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        conn = Patient(self.cfg, Gathered(fileno=client.detach()), address, listener.getsockname())
        self._begin(conn)

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
        if self.reading.pop(conn, None) is not None:
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
