"""PDFs that people send in: typed by content, bounded in bytes, pages and size of page, drawn as pictures.

The file is read and drawn by a process of its own with little memory and time (pdf_drawing.py); here arrive plain
pixels only. The file itself is kept unchanged, for its signatures: it is only ever downloaded, never shown.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePath
from typing import IO, Final, cast

import filetype
from PIL import Image

from app.gateways.fingerprints import is_blank, orientations, sharpness
from app.gateways.pdf_drawing import LONG_SIDE, MOST_PAGES
from app.gateways.pictures import BLURRED_BELOW, THUMB_SIDE
from app.gateways.turns import Busy, Turns
from app.rules.refused import Refused
from config import settings

SECONDS: Final = 20  # from the first byte to the last page
AT_ONCE: Final = 2  # drawn at the same time by one process of the application, where it has threads enough
_LINE: Final = 1000
_DRAWING: Final = str(Path(__file__).with_name("pdf_drawing.py"))
_turns: Final = Turns(settings()["THREADS"], AT_ONCE)


@dataclass(frozen=True, slots=True)
class Pdf:
    """A PDF as it may be stored: its pages as WebP, a small first page, and what the checks need to know of that one."""

    size: int
    sha256: str
    pages: tuple[bytes, ...]
    thumb: bytes
    width: int
    height: int
    phash: int
    blank: bool
    blurred: bool


def inspect(data: bytes, declared_name: str, *, limit_bytes: int) -> Pdf:
    """The PDF and its pages.

    Raises Refused, field "file": "pdf_too_big" (limit, size), "picture_type" (real, declared), "pdf_broken", "pdf_locked",
    "pdf_active", "pdf_twofold", "pdf_heavy", "pdf_many_pages" (pages, limit), "pdf_page_size" (page), "pdf_busy".
    """
    if len(data) > limit_bytes:
        raise Refused("pdf_too_big", field="file", mb=limit_bytes // (1024 * 1024))
    _typed(data, declared_name)
    with _drawing(data) as stream:
        return _taken(data, stream)


def _typed(data: bytes, declared_name: str) -> None:
    """A PDF by its first bytes, and called one."""
    kind = filetype.guess(data)
    real = kind.extension if kind else "unknown"
    declared = PurePath(declared_name).suffix.lower().removeprefix(".")
    if real != "pdf" or declared != "pdf" or not data.startswith(b"%PDF-"):
        raise Refused("picture_type", field="file", real=real, declared=declared[:10], allowed="pdf")


@contextmanager
def _drawing(data: bytes) -> Iterator[IO[bytes]]:
    """What the drawing process writes; the process ends with the block, and by the clock before."""
    try:
        with _turns.turn(SECONDS), tempfile.TemporaryFile() as source:
            source.write(data)
            source.seek(0)
            with subprocess.Popen(  # noqa: S603 - our own file, no words of anybody among the arguments
                [sys.executable, "-I", _DRAWING], stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}, close_fds=True,
            ) as child:  # fmt: skip
                clock = threading.Timer(SECONDS, child.kill)
                clock.daemon = True
                clock.start()
                try:
                    yield cast(IO[bytes], child.stdout)
                finally:
                    clock.cancel()
                    child.kill()
    except Busy:
        raise Refused("pdf_busy", field="file") from None


def _taken(data: bytes, stream: IO[bytes]) -> Pdf:
    count = _count(stream)
    first = _page(stream)
    pages = [_webp(first, 82), *(_webp(_page(stream), 82) for _number in range(1, count))]
    turned, blank = orientations(first), is_blank(first)
    small = first.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE))
    return Pdf(
        size=len(data), sha256=hashlib.sha256(data).hexdigest(), pages=tuple(pages), thumb=_webp(small, 80),
        width=first.width, height=first.height, phash=turned[0], blank=blank,
        blurred=not blank and sharpness(first) < BLURRED_BELOW,
    )  # fmt: skip


def _count(stream: IO[bytes]) -> int:
    """How many pages follow. A process that ended without a word was too much for its bounds."""
    line = stream.readline(_LINE)
    try:
        said = json.loads(line)
    except ValueError:
        raise Refused("pdf_heavy", field="file") from None
    if "refused" in said:
        facts = {name: value for name, value in said.items() if name != "refused"}
        raise Refused(said["refused"], field="file", **facts)
    count = int(said["pages"])
    if not 0 < count <= MOST_PAGES:
        raise Refused("pdf_broken", field="file")
    return count


def _page(stream: IO[bytes]) -> Image.Image:
    """The next page: its size is believed only within the bounds."""
    head = stream.read(8)
    if len(head) != 8:
        raise Refused("pdf_heavy", field="file")
    width, height = struct.unpack(">II", head)
    if not (0 < width <= LONG_SIDE + 2 and 0 < height <= LONG_SIDE + 2):
        raise Refused("pdf_broken" if head[:1] == b"{" else "pdf_heavy", field="file")
    pixels = stream.read(width * height * 3)
    if len(pixels) != width * height * 3:
        raise Refused("pdf_heavy", field="file")
    return Image.frombytes("RGB", (width, height), pixels)


def _webp(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", quality=quality, method=2)
    return out.getvalue()
