"""The body of a request as the application reads it: one that is written wrongly is the sender's mistake, not a fault of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from gunicorn.http.errors import NoMoreData, ParseException
from werkzeug.exceptions import BadRequest


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (ParseException, NoMoreData) as fault:
        raise BadRequest() from fault


class Body:
    """What WSGI asks of `wsgi.input`."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int | None = None) -> bytes:
        """Raises BadRequest."""
        with _told():
            return bytes(self._stream.read() if size is None else self._stream.read(size))

    def readline(self, size: int | None = None) -> bytes:
        """Raises BadRequest."""
        with _told():
            return bytes(self._stream.readline() if size is None else self._stream.readline(size))

    def readlines(self, hint: int | None = None) -> list[bytes]:
        """Raises BadRequest."""
        del hint  # all of them are few enough
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line


def reading(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The same application, told of a wrong body by 400."""

    def told(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["wsgi.input"] = Body(environ["wsgi.input"])
        return app(environ, start_response)

    return told
