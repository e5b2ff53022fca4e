"""Answers made small for those who accept gzip: pages at a quick level, static files once and then from memory.

The length of a page could betray its secrets to somebody who makes a browser ask for many variants of it and watches the
line (BREACH): a header of random length lies beside every compressed page.
"""

from __future__ import annotations

import gzip
import secrets
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request
from werkzeug.utils import safe_join

TYPES = frozenset(
    {"text/html", "text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml"}
)
LEAST = 1_000  # bytes; what is smaller fits one packet anyway
QUICK, SMALLEST = 1, 9
NOISE = 64  # bytes


@lru_cache(maxsize=256)
def _file(path: str, _changed: int) -> bytes:
    """A static file, compressed as well as can be; a changed file is another one."""
    return gzip.compress(Path(path).read_bytes(), SMALLEST, mtime=0)


def _static() -> bytes | None:
    path = safe_join(str(current_app.static_folder), (request.view_args or {}).get("filename", ""))
    return None if path is None else _file(path, Path(path).stat().st_mtime_ns)


def _small(response: Response) -> Response:
    """The answer as it goes over the line."""
    if response.mimetype not in TYPES:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
        return response
    if request.endpoint == "static":
        body = _static()
    elif response.is_streamed or (response.content_length or 0) < LEAST:
        return response
    else:
        body = gzip.compress(response.get_data(), QUICK, mtime=0)
        response.headers["X-Noise"] = "0" * secrets.randbelow(NOISE)
    if body is not None:
        response.close()  # the file it would have read from
        response.direct_passthrough = False
        response.set_data(body)
        response.headers["Content-Encoding"] = "gzip"
        if (tag := response.get_etag()[0]) is not None:
            response.set_etag(tag, weak=True)
    return response


def install(app: Flask) -> None:
    """After everything else that touches an answer: hooks run backwards."""
    app.after_request_funcs.setdefault(None, []).insert(0, _small)
