"""Videos that people send in: typed by content, bounded in bytes and seconds, with a picture in them (I01, I02, I11).

The container is read, not the pictures: a poster frame is the browser's to send, as a picture of its own.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

from app.gateways.containers.facts import Aside, Damaged, OtherContainer
from app.gateways.containers.mp4 import read_mp4
from app.gateways.containers.webm import read_webm
from app.rules.refused import Refused

MAX_BYTES: Final = 200 * 1024 * 1024
MAX_SECONDS: Final = 180

_READERS: Final = {"mp4": read_mp4, "webm": read_webm}
_MIMES: Final = {"mp4": "video/mp4", "webm": "video/webm"}
_PLACES: Final = frozenset({"gpmd", "camm"})  # tracks in which action cameras write the way, second by second
_PLACE: Final = re.compile(rb"\xa9xyz|loci|ISO6709|LOCATION|GPSL|exif:GPS")
_IN_MEMORY: Final = 8 * 1024 * 1024
_BLOCK: Final = 1024 * 1024
_SAME_EXTENSION: Final = {"m4v": "mp4"}
# What Chromium, Firefox and Safari play without an extra: H.264, VP8, VP9, AV1. HEVC is not among them.
_CODECS: Final = frozenset({"avc1", "avc3", "vp08", "vp09", "av01", "V_VP8", "V_VP9", "V_AV1"})


@dataclass(frozen=True, slots=True)
class Video:
    """A video as it may be stored: type by content, bytes, seconds, codec of its first picture track.

    `asides` are what `cleaned` empties; `had_place`: the camera wrote the place there.
    """

    mime: str
    ext: str
    size: int
    seconds: float
    codec: str
    asides: tuple[Aside, ...] = ()
    had_place: bool = False


def inspect(
    stream: BinaryIO, declared_name: str, *, limit_bytes: int = MAX_BYTES, limit_seconds: float = MAX_SECONDS
) -> Video:
    """What a seekable stream holds; it is left at its beginning.

    Raises Refused, field "file": "video_too_big" (limit, size), "video_type" (real, declared), "video_broken",
    "video_no_picture", "video_codec" (codec), "video_place", "video_length_unknown", "video_too_long" (limit, seconds).
    """
    size = stream.seek(0, os.SEEK_END)
    if size > limit_bytes:
        raise Refused("video_too_big", field="file", limit=limit_bytes, size=size)
    ext = _real_type(stream, declared_name)
    try:
        facts = _READERS[ext](stream, size)
    except OtherContainer as error:
        raise _wrong_type("unknown", ext) from error
    except Damaged as error:
        raise Refused("video_broken", field="file") from error
    finally:
        stream.seek(0)
    if not facts.codecs:
        raise Refused("video_no_picture", field="file")
    for codec in facts.codecs:
        if codec not in _CODECS:
            raise Refused("video_codec", field="file", codec=codec[:20])
    if facts.seconds <= 0:
        raise Refused("video_length_unknown", field="file")
    if facts.seconds > limit_seconds:
        raise Refused("video_too_long", field="file", limit=limit_seconds, seconds=round(facts.seconds))
    if _PLACES.intersection(facts.notes):
        raise Refused("video_place", field="file")
    asides = tuple(facts.asides)
    return Video(_MIMES[ext], ext, size, facts.seconds, facts.codecs[0], asides, _says_place(stream, asides))


@contextmanager
def cleaned(stream: BinaryIO, video: Video) -> Iterator[BinaryIO]:
    """The video with nothing beside its pictures and sound, as long as before: no place moves. The stream itself stays."""
    stream.seek(0)
    if not video.asides:
        yield stream
        return
    with SpooledTemporaryFile(_IN_MEMORY) as out:
        shutil.copyfileobj(stream, out)
        for aside in video.asides:
            out.seek(aside.at)
            out.write(aside.head)
            left = aside.length - len(aside.head)
            while left > 0:
                left -= out.write(bytes(min(left, _BLOCK)))
        out.seek(0)
        yield cast(BinaryIO, out)


def _says_place(stream: BinaryIO, asides: tuple[Aside, ...]) -> bool:
    for aside in asides:
        stream.seek(aside.at)
        if _PLACE.search(stream.read(min(aside.length, _BLOCK))):
            stream.seek(0)
            return True
    stream.seek(0)
    return False


def _real_type(stream: BinaryIO, declared_name: str) -> str:
    """The container by its first bytes, which must be the one the name claims."""
    stream.seek(0)
    start = stream.read(12)
    real = "unknown"
    if start[4:8] == b"ftyp":
        real = "mov" if start[8:] == b"qt  " else "mp4"
    elif start[:4] == b"\x1a\x45\xdf\xa3":
        real = "webm"
    suffix = PurePath(declared_name).suffix.lower().removeprefix(".")
    declared = _SAME_EXTENSION.get(suffix, suffix)
    if real not in _READERS or real != declared:
        raise _wrong_type(real, declared)
    return real


def _wrong_type(real: str, declared: str) -> Refused:
    return Refused("video_type", field="file", real=real, declared=declared[:10], allowed=", ".join(_READERS))
