"""MP4 (ISO/IEC 14496-12): the longest of what movie header, track headers, sample tables and fragments say.

The headers alone could claim any length; the sample tables are what a player plays.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from app.gateways.containers.facts import MAX_ELEMENTS, Aside, Damaged, Facts, OtherContainer
from app.rules.late import late

np = late("numpy")

_CONTAINERS: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex", b"moof", b"traf"})
_BRANDS: Final = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash"}
)
_ASIDES: Final = frozenset(
    {b"udta", b"meta", b"uuid", b"free", b"skip", b"wide"}
)  # where cameras write place and owner
_LARGEST_BOX: Final = 16 * 1024 * 1024
_NO_DURATION: Final = frozenset({2**32 - 1, 2**64 - 1})


@dataclass(slots=True)
class _Track:
    """One track while it is read; lengths in ticks of `scale` per second."""

    number: int = 0
    scale: int = 0
    ticks: int = 0
    handler: bytes = b""
    codec: str = ""
    default: int = 0


@dataclass(slots=True)
class _Reader:
    """State of one walk."""

    brands: set[bytes] = field(default_factory=set)
    movie_scale: int = 0
    movie_ticks: int = 0
    tracks: list[_Track] = field(default_factory=list)
    fragment: _Track | None = None
    default: int = 0
    base: int = 0
    asides: list[Aside] = field(default_factory=list)

    def enter(self, kind: bytes) -> None:
        """A container begins."""
        if kind == b"trak":
            self.tracks.append(_Track())
        elif kind == b"traf":
            self.fragment = None

    def facts(self) -> Facts:
        """The result. Raises OtherContainer without a known brand, Damaged without a movie header."""
        if not self.brands & _BRANDS:
            raise OtherContainer("no known brand")
        if not self.movie_scale:
            raise Damaged("no movie header")
        lengths = [self.movie_ticks / self.movie_scale, *(t.ticks / t.scale for t in self.tracks if t.scale)]
        notes = [t.codec for t in self.tracks if t.handler not in (b"vide", b"soun")]
        return Facts(max(lengths), [t.codec for t in self.tracks if t.handler == b"vide"], self.asides, notes)

    @property
    def track(self) -> _Track:
        if not self.tracks:
            raise Damaged("a track's box outside of a track")
        return self.tracks[-1]

    def by_number(self, number: int) -> _Track | None:
        return next((t for t in self.tracks if t.number == number), None)


def read_mp4(stream: BinaryIO, size: int) -> Facts:
    """Walks the boxes of a file of `size` bytes. Raises Damaged or OtherContainer."""
    reader = _Reader()
    position = 0
    for _ in range(MAX_ELEMENTS):
        if position >= size:
            return reader.facts()
        stream.seek(position)
        kind, head, length = _head(stream.read(16), size - position)
        if length < head or position + length > size:
            raise Damaged("a box ends behind the file")
        if kind in _CONTAINERS:
            reader.enter(kind)
            position += head
            continue
        if kind in _ASIDES and length > head:
            stream.seek(position)
            reader.asides.append(Aside(position, length, stream.read(4) + b"free" + stream.read(head)[4 : head - 4]))
        if kind in _HANDLERS:
            stream.seek(position + head)
            _take(reader, kind, stream.read(min(length - head, _LARGEST_BOX)))
        position += length
    raise Damaged("too many boxes")


def _head(header: bytes, left: int) -> tuple[bytes, int, int]:
    """Type, length of the head, length of the whole box."""
    if len(header) < 8:
        raise Damaged("a box's head is cut off")
    length, kind = struct.unpack_from(">I4s", header)
    if length == 1:
        if len(header) < 16:
            raise Damaged("a box's head is cut off")
        return kind, 16, struct.unpack_from(">Q", header, 8)[0]
    return kind, 8, length or left


def _take(reader: _Reader, kind: bytes, body: bytes) -> None:
    try:
        _HANDLERS[kind](reader, body)
    except (struct.error, ValueError, IndexError) as error:
        raise Damaged("a box is too short") from error


def _ftyp(reader: _Reader, body: bytes) -> None:
    compatible = [body[n : n + 4] for n in range(8, len(body), 4)]
    reader.brands = {body[:4], *compatible}


def _timed(body: bytes) -> tuple[int, int]:
    """Ticks a second and ticks of a movie or media header, versions 0 and 1."""
    scale, ticks = struct.unpack_from(">IQ", body, 20) if body[0] == 1 else struct.unpack_from(">II", body, 12)
    return scale, 0 if ticks in _NO_DURATION else ticks


def _mvhd(reader: _Reader, body: bytes) -> None:
    reader.movie_scale, ticks = _timed(body)
    reader.movie_ticks = max(reader.movie_ticks, ticks)


def _mehd(reader: _Reader, body: bytes) -> None:
    ticks = struct.unpack_from(">Q" if body[0] == 1 else ">I", body, 4)[0]
    reader.movie_ticks = max(reader.movie_ticks, ticks)


def _tkhd(reader: _Reader, body: bytes) -> None:
    reader.track.number = struct.unpack_from(">I", body, 20 if body[0] == 1 else 12)[0]


def _mdhd(reader: _Reader, body: bytes) -> None:
    reader.track.scale, ticks = _timed(body)
    reader.track.ticks = max(reader.track.ticks, ticks)


def _hdlr(reader: _Reader, body: bytes) -> None:
    reader.track.handler = body[8:12]


def _stsd(reader: _Reader, body: bytes) -> None:
    reader.track.codec = body[12:16].decode("ascii", "replace")


def _stts(reader: _Reader, body: bytes) -> None:
    """Sample counts and their durations, in pairs."""
    count = struct.unpack_from(">I", body, 4)[0]
    pairs = np.frombuffer(body, ">u4", min(count, (len(body) - 8) // 8) * 2, 8).astype(np.float64)
    reader.track.ticks = max(reader.track.ticks, int((pairs[::2] * pairs[1::2]).sum()))


def _trex(reader: _Reader, body: bytes) -> None:
    number, _, duration = struct.unpack_from(">III", body, 4)
    track = reader.by_number(number)
    if track:
        track.default = duration


def _tfhd(reader: _Reader, body: bytes) -> None:
    flags, number = struct.unpack_from(">II", body)
    reader.fragment = reader.by_number(number)
    reader.default = reader.fragment.default if reader.fragment else 0
    reader.base = reader.fragment.ticks if reader.fragment else 0
    if flags & 0x08:
        before = 8 * bool(flags & 0x01) + 4 * bool(flags & 0x02)
        reader.default = struct.unpack_from(">I", body, 8 + before)[0]


def _tfdt(reader: _Reader, body: bytes) -> None:
    reader.base = struct.unpack_from(">Q" if body[0] == 1 else ">I", body, 4)[0]


def _trun(reader: _Reader, body: bytes) -> None:
    """The samples of a fragment, each with a duration of its own or with the default one."""
    flags, count = struct.unpack_from(">II", body)
    if flags & 0x100:
        columns = sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
        start = 8 + 4 * bool(flags & 0x01) + 4 * bool(flags & 0x04)
        table = np.frombuffer(body, ">u4", count * columns, start)
        ticks = int(table[::columns].astype(np.float64).sum())
    else:
        ticks = count * reader.default
    reader.base += ticks
    if reader.fragment:
        reader.fragment.ticks = max(reader.fragment.ticks, reader.base)


_HANDLERS: Final = {
    b"ftyp": _ftyp, b"mvhd": _mvhd, b"mehd": _mehd, b"tkhd": _tkhd, b"mdhd": _mdhd, b"hdlr": _hdlr, b"stsd": _stsd,
    b"stts": _stts, b"trex": _trex, b"tfhd": _tfhd, b"tfdt": _tfdt, b"trun": _trun,
}  # fmt: skip
