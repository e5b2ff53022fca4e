"""WebM (RFC 8794 and the Matroska subset): length from Duration or from the last block, whichever is later.

Browsers' recorders write neither a Duration nor the sizes of segment and clusters. Read flat, that does not
matter: containers are stepped into whatever their size, everything else is stepped over.
"""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

from app.gateways.containers.facts import MAX_ELEMENTS, Aside, Damaged, Facts, OtherContainer

_EBML: Final = 0x1A45DFA3
_TRACK_ENTRY: Final = 0xAE
_CONTAINERS: Final = frozenset(
    {_EBML, 0x18538067, 0x1549A966, 0x1654AE6B, _TRACK_ENTRY, 0x1F43B675, 0xA0}
)  # Segment, Info, Tracks, TrackEntry, Cluster, BlockGroup
_ASIDES: Final = frozenset({0x1254C367, 0x1941A469, 0xEC})  # Tags, Attachments, Void
_DOC_TYPE: Final = 0x4282
_SCALE: Final = 0x2AD7B1
_DURATION: Final = 0x4489
_TRACK_TYPE: Final = 0x83
_CODEC: Final = 0x86
_CLUSTER_TIME: Final = 0xE7
_BLOCKS: Final = frozenset({0xA3, 0xA1})
_PICTURE_TRACK: Final = 1
_LONGEST_VALUE: Final = 64


class _Reader:
    """State of one walk."""

    def __init__(self) -> None:
        self.doc_type = ""
        self.scale = 1_000_000  # nanoseconds per tick
        self.duration = 0.0  # ticks
        self.cluster = 0
        self.last = 0
        self.tracks: list[dict[str, int | str]] = []
        self.asides: list[Aside] = []

    def take(self, element: int, value: bytes) -> None:
        """Notes the value of one element."""
        if element == _DOC_TYPE:
            self.doc_type = value.rstrip(b"\0").decode("ascii", "replace")
        elif element == _SCALE:
            self.scale = int.from_bytes(value, "big")
        elif element == _DURATION:
            self.duration = _float(value)
        elif element == _CLUSTER_TIME:
            self.cluster = int.from_bytes(value, "big")
            self.last = max(self.last, self.cluster)
        elif element in _BLOCKS:
            self.last = max(self.last, self.cluster + _block_time(value))
        elif element == _TRACK_TYPE and self.tracks:
            self.tracks[-1]["type"] = int.from_bytes(value, "big")
        elif element == _CODEC and self.tracks:
            self.tracks[-1]["codec"] = value.rstrip(b"\0").decode("ascii", "replace")

    def facts(self) -> Facts:
        """The result. Raises OtherContainer where this is Matroska and not WebM."""
        if self.doc_type != "webm":
            raise OtherContainer(self.doc_type)
        ticks = max(self.duration, float(self.last))
        codecs = [str(t.get("codec", "")) for t in self.tracks if t.get("type") == _PICTURE_TRACK]
        return Facts(ticks * self.scale / 1e9, codecs, self.asides)


def read_webm(stream: BinaryIO, size: int) -> Facts:
    """Walks the elements of a file of `size` bytes. Raises Damaged or OtherContainer."""
    reader = _Reader()
    wanted = {_DOC_TYPE, _SCALE, _DURATION, _CLUSTER_TIME, _TRACK_TYPE, _CODEC, *_BLOCKS}
    position = 0
    for _ in range(MAX_ELEMENTS):
        if position >= size:
            return reader.facts()
        stream.seek(position)
        header = stream.read(12)
        element, after_id = _vint(header, 0, keep_marker=True)
        length, after = _vint(header, after_id, keep_marker=False)
        position += after
        if element in _CONTAINERS:
            if element == _TRACK_ENTRY:
                reader.tracks.append({})
            continue
        if length is None or position + length > size:
            raise Damaged("an element ends behind the file")
        if element in _ASIDES and length:
            reader.asides.append(_void(position - after, after + length))
        if element in wanted:
            stream.seek(position)
            reader.take(element, stream.read(min(length, _LONGEST_VALUE)))
        position += length
    raise Damaged("too many elements")


def _void(at: int, length: int) -> Aside:
    """The same length as an element that says nothing."""
    head = b"\xec" + (bytes([0x80 | length - 2]) if length < 100 else struct.pack(">Q", (length - 9) | 1 << 56))
    return Aside(at, length, head)


def _vint(header: bytes, start: int, *, keep_marker: bool) -> tuple[int | None, int]:
    """A variable-length integer and where it ends; None for "unknown size" (all ones)."""
    if start >= len(header) or header[start] == 0:
        raise Damaged("no element here")
    length = 9 - header[start].bit_length()
    raw = header[start : start + length]
    if len(raw) < length or (keep_marker and length > 4):
        raise Damaged("an element's head is cut off")
    value = int.from_bytes(raw, "big")
    if keep_marker:
        return value, start + length
    mask = (1 << (7 * length)) - 1
    value &= mask
    return (None if value == mask else value), start + length


def _block_time(value: bytes) -> int:
    """Ticks relative to the cluster, behind the track number."""
    _, after = _vint(value, 0, keep_marker=False)
    if len(value) < after + 2:
        raise Damaged("a block is cut off")
    return int(struct.unpack_from(">h", value, after)[0])


def _float(value: bytes) -> float:
    if len(value) not in (4, 8):
        raise Damaged("a number of impossible length")
    number = float(struct.unpack(">f" if len(value) == 4 else ">d", value)[0])
    if not 0 <= number < 1e15:  # also refuses NaN
        raise Damaged("an impossible duration")
    return number
