"""What of an answer its receiver has not taken yet: bytes beside, in a temporary file where they are many, and parts of files."""

from __future__ import annotations

import os
import socket
from collections import deque
from tempfile import SpooledTemporaryFile
from typing import Any, Final, Protocol

IN_MEMORY: Final = 256 * 1024  # bytes of an answer; the rest waits in a temporary file
BLOCK: Final = 256 * 1024  # bytes that are sent at once
LARGEST: Final = 1024**3  # bytes of one answer that wait; those of a stored file wait where they are


class _Part(Protocol):
    left: int  # bytes

    def send(self, line: socket.socket) -> int:
        """Sends what is taken now, a block at most. Raises OSError, BlockingIOError where nothing is taken."""

    def close(self) -> None:
        """Lets go of what it holds."""


class _Words:
    """Bytes that the application has made."""

    def __init__(self) -> None:
        self.file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the part
        self.at = self.left = 0

    def add(self, data: memoryview) -> None:
        self.file.seek(0, os.SEEK_END)
        self.file.write(data)
        self.left += len(data)

    def send(self, line: socket.socket) -> int:
        self.file.seek(self.at)
        sent = line.send(self.file.read(BLOCK))
        self.at += sent
        self.left -= sent
        return sent

    def close(self) -> None:
        self.file.close()


class _Stored:
    """Part of a file, which stays open here though the application closes it."""

    def __init__(self, number: int, at: int, left: int) -> None:
        self.number, self.at, self.left = os.dup(number), at, left

    def send(self, line: socket.socket) -> int:
        sent = os.sendfile(line.fileno(), self.number, self.at, min(BLOCK, self.left))
        if not sent:
            raise ConnectionResetError("the file has become shorter")  # the receiver learns it by the length
        self.at += sent
        self.left -= sent
        return sent

    def close(self) -> None:
        os.close(self.number)


class Untaken:
    """The rest of an answer, in its order."""

    def __init__(self) -> None:
        self._parts: deque[Any] = deque()
        self.kept = 0  # bytes that wait because of this receiver

    def __bool__(self) -> bool:
        return bool(self._parts)

    def add(self, data: memoryview) -> None:
        """More that has been made. Raises ConnectionResetError where it is too much."""
        if not data:
            return
        if self.kept + len(data) > LARGEST:
            raise ConnectionResetError("more of an answer than can wait")
        if not self._parts or not isinstance(self._parts[-1], _Words):
            self._parts.append(_Words())
        self._parts[-1].add(data)
        self.kept += len(data)

    def add_file(self, number: int, at: int, left: int) -> None:
        """So many bytes of an open file."""
        if left > 0:
            self._parts.append(_Stored(number, at, left))

    def send(self, line: socket.socket) -> int:
        """A block of it; how much was taken. Raises OSError, BlockingIOError where nothing is."""
        part: _Part = self._parts[0]
        sent = part.send(line)
        if not part.left:
            self._parts.popleft().close()
            if not self._parts:
                self.kept = 0
        return sent

    def close(self) -> None:
        """The rest will not be sent."""
        while self._parts:
            self._parts.popleft().close()
        self.kept = 0
