"""What a container says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

# More elements than any recording of an hour has; a file built of millions of empty ones must not hold a worker.
MAX_ELEMENTS: Final = 400_000


class Damaged(Exception):
    """The container contradicts itself, ends too early, or never ends."""


class OtherContainer(Exception):
    """It begins like the container asked for but says that it is another one (Matroska, HEIF)."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A part that no player needs: where it stands, and the head under which the same length says nothing."""

    at: int
    length: int
    head: bytes


@dataclass(slots=True)
class Facts:
    """Length in seconds (0 when nothing says it), the codec of each picture track, and what stands beside the pictures."""

    seconds: float = 0.0
    codecs: list[str] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # codec of each track of notes beside the pictures
